"""`khamtop`: the command line. Its docstrings are its help.

Each command loads what it needs and no more: `ask` starts neither Gradio nor torch.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from khamtop.index.filters import filter_of
from khamtop.index.milvus.address import MOST_PARTS, Place, home_of, place_of
from khamtop.index.text.names import NAME_KINDS
from khamtop.index.types import KhamtopError
from khamtop.ui import render, texts

DEFAULT_INDEX = Path(".khamtop")
#: What is indexed unless something else is named: this folder, where there is one.
DEFAULT_ARTICLES = Path("seeds")
#: Else the article that comes with Khamtop, copied into this folder of the index, where further ones may be put.
OWN_ARTICLES = "articles"
#: The folder of an index that fetched pages are kept in, and what addresses begin with.
FETCHED = "fetched"
_ADDRESSES = ("http://", "https://")
_SEEDS = Path(__file__).parent.parent / "seeds"

#: Where nothing works: there is no `os.pread`, and a folder cannot be flushed.
IS_WINDOWS = os.name == "nt"
#: A build that takes longer says so at its beginning, and what would be quicker.
_LONG_SECONDS = 60
#: How often a program may ask unless it is said otherwise: far more than a person does.
CALLS_A_MINUTE = 120

#: A failure of these kinds lies in how the command was called.
_CALL_WAS_WRONG = (
    "question.",
    "articles.missing",
    "eval.unreadable",
    "filter.",
    "auth.",
    "root_path.",
    "fetch.address",
    "articles.address",
    "allowed_host.",
    "api_key.",
    "origin.",
    "mcp.page",
    "llm.",
    "index.part",
    "milvus.address",
    "milvus.part",
)


class _ServeByDefault(click.Group):
    """A group that runs `serve` when no command is named, so that `khamtop` alone opens the page."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


def _llm_options(command: Any) -> Any:
    """The options of a model that writes beside the quotes."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--llm-key-file", type=click.Path(path_type=Path), help="File of the model's key; else it is read"
                     " from KHAMTOP_LLM_KEY in the environment. Many models need none."),
        click.option("--llm-model", metavar="NAME", help="Name of the model at that address."),
        click.option("--llm", metavar="ADDRESS", help="An OpenAI-compatible address, such as"
                     " http://127.0.0.1:11434/v1, whose model writes beside the quotes. The question and the quotes are"
                     " sent there; each sentence is checked against its quotes."),
    )  # fmt: skip
    for option in options:
        command = option(command)
    return command


def _options(*names: str) -> Callable[[Any], Any]:
    """The options that several commands share, by name, and `--debug` and `--lang` with them."""
    shared: dict[str, Callable[[Any], Any]] = {
        "index": click.option(
            "--index", "place", default=str(DEFAULT_INDEX), show_default=True, metavar="FOLDER_OR_ADDRESS",
            help="Folder of the index, or the address of a Milvus collection, milvus://HOST:19530/COLLECTION, whose"
            " key is read from KHAMTOP_MILVUS_TOKEN in the environment; a path that ends in .db is Milvus Lite's.",
        ),
        "articles": click.option(
            "--articles", type=click.Path(path_type=Path), multiple=True,
            help=f"File or folder of articles; may be given several times. [default: {DEFAULT_ARTICLES}, or the article"
            " that comes with Khamtop]",
        ),
        "encoder": click.option(
            "--encoder", metavar="NAME_OR_FOLDER",
            help='A sentence-transformers model in place of the embedded one, or "static": quicker, and finds less.',
        ),
        "reader": click.option(
            "--reader", metavar="NAME_OR_FOLDER",
            help="An extractive question-answering model of transformers in place of the embedded one.",
        ),
        "reranker": click.option(
            "--reranker", metavar="NAME_OR_FOLDER",
            help="A CrossEncoder of sentence-transformers that orders what was found before it is read.",
        ),
        "llm": _llm_options,
        "k": click.option("-k", type=click.IntRange(1, 100), default=5, show_default=True, help="Number of passages."),
        "from": click.option("--from", "since", metavar="DATE", help="Only articles from this day, month or year on."),
        "to": click.option("--to", "until", metavar="DATE", help="Only articles up to this day, month or year."),
        "source": click.option("--source", metavar="TEXT", help="Only articles whose path or address has TEXT in it."),
        "name": click.option(
            "--name", metavar="TEXT", help="Only articles that name this person, organisation or place."
        ),
        "order": click.option(
            "--order", type=click.Choice(("relevance", "date")), default="relevance", show_default=True,
            help="The best first, or the newest.",
        ),
        "watch": click.option("--watch", is_flag=True, help="Stay, and rebuild whenever the articles change."),
        "json": click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."),
        "lang": click.option("--lang", type=click.Choice(texts.languages()), help="Language of messages."),
        "debug": click.option("--debug", is_flag=True, help="Show the traceback of a failure."),
    }  # fmt: skip

    def decorate(command: Any) -> Any:
        for name in reversed([*names, "lang", "debug"]):
            command = shared[name](command)
        return command

    return decorate


@click.group(cls=_ServeByDefault)
@click.version_option(package_name="khamtop", prog_name="khamtop")
def main() -> None:
    """คำตอบ: ask your own Thai articles, and get answers in their own words.

    Without a command it opens the web page (khamtop serve).
    """
    if IS_WINDOWS:
        with _reporting(None, debug=False):
            raise KhamtopError("platform.windows")


@main.command()
@_options("index", "articles", "encoder", "reader", "reranker", "llm", "watch")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True, help="Port to serve on.")
@click.option(
    "--auth",
    "users",
    metavar="USER:PASSWORD",
    multiple=True,
    help="Let in only who signs in so; may be given several times. Other users of this machine can read it in the list"
    " of processes: KHAMTOP_AUTH in the environment or --auth-file keeps it from them.",
)
@click.option(
    "--auth-file",
    type=click.Path(path_type=Path),
    help="File of who may sign in, one USER:PASSWORD a line.",
)
@click.option("--root-path", metavar="PATH", help="Where a proxy puts the page, such as /khamtop; / for its root.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    metavar="HOST",
    multiple=True,
    help="A name that the page is reached by, such as news.example; may be given several times. Others are then"
    " refused. Behind a proxy, and under a name of the public internet, a page without users needs it; * is any name.",
)
@click.option(
    "--api-key-file",
    type=click.Path(path_type=Path),
    help="File of keys, one a line: programs must then send one to call /v1 (Authorization: Bearer KEY).",
)
@click.option(
    "--allow-origin",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    help="Site whose pages may hold the question box (/v1/widget.js), such as https://paper.example; may be given"
    " several times. Its readers ask without key or password.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(0),
    default=CALLS_A_MINUTE,
    show_default=True,
    help="Calls of /v1 a minute, of each key, or address without one; 0 for no limit.",
)
@click.option("--read-only", is_flag=True, help="For asking and reading only: no upload, removal or rebuild.")
def serve(
    place: str, articles: tuple[Path, ...], encoder: str | None, reader: str | None, reranker: str | None,
    llm: str | None, llm_model: str | None, llm_key_file: Path | None, watch: bool, host: str, port: int,
    users: tuple[str, ...], auth_file: Path | None, root_path: str | None, allowed_hosts: tuple[str, ...],
    api_key_file: Path | None, origins: tuple[str, ...], rate_limit: int, read_only: bool, lang: str | None,
    debug: bool,
) -> None:  # fmt: skip
    """Serve the web page, building the index first if there is none.

    \b
    Example:
      khamtop serve --articles ~/news --port 8000
      KHAMTOP_AUTH=reader:secret khamtop serve --host 0.0.0.0 --read-only
      khamtop serve --llm http://127.0.0.1:11434/v1 --llm-model NAME
    """
    with _reporting(lang, debug):
        from khamtop.ui.guard import Access, users_of
        from khamtop.ui.programs import Programs, keys_of
        from khamtop.ui.server import Server

        writer = _writer(llm, llm_model, llm_key_file)
        programs = Programs(keys_of(api_key_file), origins, rate_limit)
        access = Access(users_of(users, os.environ, auth_file), root_path, host, allowed_hosts, programs)
        with closing(Server(port, access)) as server:
            click.echo(texts.text("serve.starting", _language(lang)), err=True)
            with _no_garbage():
                from khamtop.ui.service import Service

                index_at = place_of(place)
                _check_local(articles)
                for path in articles:
                    if not path.exists():
                        raise KhamtopError("articles.missing", path=str(path))
                paths = articles or _default_articles(home_of(index_at))
                service = Service(index_at, paths, encoder, read_only, reader, reranker, writer)
                service.start()
                if watch:
                    service.watch()
                from khamtop.ui.web import application  # Gradio takes seconds to import, while a first build goes on

                server.show(application(service, access))
            click.echo(texts.text("serve.at", _language(lang), address=server.address), err=True)
            with suppress(KeyboardInterrupt):
                service.prepare()  # while the page loads
                server.wait()


@main.command()
@_options("index", "encoder", "reader")
@click.option(
    "--page",
    metavar="ADDRESS",
    help="Where khamtop serve shows these articles: links that a person can open lead there.",
)
def mcp(place: str, encoder: str | None, reader: str | None, page: str | None, lang: str | None, debug: bool) -> None:
    """Let agents ask, search and read the indexed articles, over standard input and output (MCP).

    It changes nothing, and answers from the last index that was built. It needs the extra khamtop[mcp]. Where khamtop
    serve runs, agents find the same at its address, with /mcp at the end.

    \b
    Example:
      khamtop mcp --index ~/news/.khamtop
    The same in an agent's settings:
      {"mcpServers": {"khamtop": {"command": "khamtop", "args": ["mcp", "--index", "/home/me/news/.khamtop"]}}}
    """
    with _reporting(lang, debug):
        with redirect_stdout(sys.stderr):  # the protocol has standard output for itself
            from khamtop.ui.extras import agents

            asked_by = agents()  # before an index is opened
            from khamtop.ui.addresses import page_at
            from khamtop.ui.service import Service

            at = page_at(page) if page is not None else None
            service = Service(place_of(place), [], encoder, read_only=True, reader=reader)
            service.start(builds=False)
        asked_by.serve(service, at)


@main.command()
@click.argument("question")
@_options("index", "encoder", "reader", "reranker", "llm", "k", "from", "to", "source", "name", "json")
def ask(
    question: str, place: str, encoder: str | None, reader: str | None, reranker: str | None, llm: str | None,
    llm_model: str | None, llm_key_file: Path | None, k: int, since: str | None, until: str | None,
    source: str | None, name: str | None, as_json: bool, lang: str | None, debug: bool,
) -> None:  # fmt: skip
    """Answer QUESTION with quotes from the indexed articles.

    \b
    Example:
      khamtop ask "ใครเป็นนายกรัฐมนตรีญี่ปุ่น"
      khamtop ask "ใครเป็นนายกรัฐมนตรีญี่ปุ่น" --from "มิ.ย. 2565" --to 2566
    """
    with _reporting(lang, debug):
        from khamtop.qa.answer import ask
        from khamtop.qa.question import check

        check(question)  # before anything is loaded for it
        bounds, writer = filter_of(since, until, source, name), _writer(llm, llm_model, llm_key_file)
        opened = _open(place, encoder)
        found = ask(question, opened, k=k, bounds=bounds, writer=writer, **_models(reader, reranker))
        _print(as_json, render.to_json(found), render.to_text(found))


@main.command()
@click.argument("question")
@_options("index", "encoder", "reader", "reranker", "k", "from", "to", "source", "name", "order", "json")
def search(
    question: str, place: str, encoder: str | None, reader: str | None, reranker: str | None, k: int,
    since: str | None, until: str | None, source: str | None, name: str | None, order: Any, as_json: bool,
    lang: str | None, debug: bool,
) -> None:  # fmt: skip
    """Find the passages that fit QUESTION best, each article once.

    What stands in quotation marks must be there word for word; -word leaves out the articles that say it.

    \b
    Example:
      khamtop search "การประชุมที่กรุงมาดริด" -k 3
      khamtop search 'น้ำท่วม "ประตูระบายน้ำ" -ภูเก็ต' --order date
    """
    with _reporting(lang, debug):
        from khamtop.qa.question import language_of
        from khamtop.qa.searching import look_up, wanted_of

        wanted_of(question)  # before anything is loaded for it
        bounds = filter_of(since, until, source, name)
        models = _models(reader, reranker)
        found = look_up(question, _open(place, encoder), k=k, bounds=bounds, order=order, **models)
        language = language_of(question)
        _print(as_json, render.findings_to_json(question, found), render.findings_to_text(found, language))


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH_OR_ADDRESS]...")
@_options("index", "articles", "encoder", "watch", "json")
@click.option("--afresh", is_flag=True, help="Build everything anew, whatever is there.")
@click.option(
    "--part",
    metavar="N/M",
    help="Index only the files of one of M parts, for an index at an address: so many machines can build it, each a"
    " part, which the checksums of the files' paths tell. Name the same articles on each.",
)
def index(
    paths: tuple[str, ...], articles: tuple[Path, ...], place: str, encoder: str | None, watch: bool,
    as_json: bool, afresh: bool, part: str | None, lang: str | None, debug: bool,
) -> None:  # fmt: skip
    """Index the articles in files and folders, doing only what changed since the last time.

    Articles that are no longer there leave the index. With --watch it goes on until it is interrupted,
    and prints what each rebuild did.

    An address that begins with https:// or http:// is fetched first: a page, or a feed or sitemap with the pages of
    the same site that it lists, one at a time and as its robots.txt allows. Pages are kept in the folder "fetched" of
    the index, which is then indexed as a whole; name that folder to index them again without a network, and take a
    file out of it to have its article gone.

    \b
    Example:
      khamtop index ~/news/2565 ~/news/archive.jsonl.xz
      khamtop index ~/news https://example.com/feed.xml
      khamtop index ~/news --index milvus://10.0.0.5:19530/news --part 3/16
    """
    with _reporting(lang, debug):
        from khamtop.index.building.build import build
        from khamtop.index.encoders.wiring import load_encoder
        from khamtop.index.storage.wiring import remembered_encoder

        index_at = place_of(place)
        one_of = _part(part, index_at)
        home = home_of(index_at)
        source = encoder or remembered_encoder(index_at)
        model = load_encoder(source)
        _check_local(articles)
        addresses = [path for path in paths if _is_address(path)]
        local = [Path(path) for path in paths if not _is_address(path)] or [*articles]
        unfetched = _fetch(addresses, home, lang)
        found = [*local, home / FETCHED] if addresses else local or _default_articles(home)

        def build_once(anew: bool) -> None:
            with _progress(lang) as progress, _reasons_told(as_json, lang):
                report = build(found, index_at, model, progress, source, anew, one_of)
            report = replace(report, rejected=(*unfetched, *report.rejected))
            _print(as_json, render.report_to_json(report), render.report_to_text(report, _language(lang)))

        build_once(afresh)
        if watch:
            from khamtop.index.building.watch import changes

            for _ in changes(found, home):
                with _going_on(lang):
                    build_once(False)


@main.command()
@_options("index", "json")
def check(place: str, as_json: bool, lang: str | None, debug: bool) -> None:
    """Read the whole index and tell what is wrong with it, if anything is.

    \b
    Example:
      khamtop check --index ~/news/.khamtop
    """
    with _reporting(lang, debug):
        from khamtop.index.storage.wiring import problems

        index_at = place_of(place)
        found = list(problems(index_at))
        sentences = [texts.sentence(problem, _language(lang)) for problem in found]
        whole = texts.text("check.whole", _language(lang), folder=index_at)
        advice = texts.text("check.advice", _language(lang))
        codes = [{"code": problem.code, **problem.facts} for problem in found]
        _print(
            as_json,
            {"index": str(index_at), "whole": not found, "problems": codes},
            "\n".join([*sentences, advice] if found else [whole]),
        )
        sys.exit(1 if found else 0)


@main.command()
@_options("index", "articles", "encoder", "reader", "reranker", "llm", "json")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address that the page would be served on.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True, help="Its port.")
@click.option("--auth-file", type=click.Path(path_type=Path), help="File of who may sign in.")
def doctor(
    place: str, articles: tuple[Path, ...], encoder: str | None, reader: str | None, reranker: str | None,
    llm: str | None, llm_model: str | None, llm_key_file: Path | None, host: str, port: int, auth_file: Path | None,
    as_json: bool, lang: str | None, debug: bool,
) -> None:  # fmt: skip
    """Tell what is installed, which models and which index there are, and what would go wrong.

    Nothing is written or fetched; with --llm the model is asked for a word. The exit status is 1 if something is wrong.

    \b
    Example:
      khamtop doctor
      khamtop doctor --index ~/news/.khamtop --port 8000 --json
      khamtop doctor --llm http://127.0.0.1:11434/v1 --llm-model NAME
    """
    with _reporting(lang, debug):
        from khamtop.ui import doctor

        index_at = place_of(place)
        own = home_of(index_at) / OWN_ARTICLES
        named = articles or [path for path in (DEFAULT_ARTICLES, own) if path.exists()][:1]
        llm_named = llm, llm_model, llm_key_file
        setting = doctor.Setting(index_at, named, encoder, reader, reranker, host, port, auth_file, *llm_named)
        found = doctor.examine(setting)
        language = _language(lang)
        _print(as_json, doctor.to_json(found, language), doctor.to_text(found, language))
        sys.exit(0 if doctor.is_fine(found) else 1)


@main.command()
@_options("index", "json")
def feedback(place: str, as_json: bool, lang: str | None, debug: bool) -> None:
    """List what readers thought of answers, the newest first.

    \b
    Example:
      khamtop feedback --index ~/news/.khamtop --json
    """
    with _reporting(lang, debug):
        from khamtop.ui.feedback import Feedback

        opinions = Feedback(home_of(place_of(place))).opinions()
        _print(as_json, render.opinions_to_json(opinions), render.opinions_to_text(opinions, _language(lang)))


@main.command()
@click.option("--kind", type=click.Choice(NAME_KINDS), help="Names of one kind alone.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many names of each kind.")
@_options("index", "json")
def names(kind: str | None, limit: int, place: str, as_json: bool, lang: str | None, debug: bool) -> None:
    """List the persons, organisations and places that the articles name, with the number of articles.

    They are found by rules: those of which it is not clear where they end are left out.

    \b
    Example:
      khamtop names --kind person --limit 100
      khamtop search "งบประมาณ" --name "กรมทางหลวง"
    """
    with _reporting(lang, debug):
        from khamtop.index.storage.names import kinds_of

        listed = _open(place, None).names
        found = [(each, *listed.find(each, "", limit)) for each in kinds_of(kind or "")]
        _print(as_json, render.names_to_json(found), render.names_to_text(found, _language(lang)))


@main.command("eval")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--questions", type=click.Path(path_type=Path), help="The same questions in other words, by id.")
@_options("encoder", "reader", "reranker", "llm", "from", "to", "source", "name", "json")
def evaluate(
    file: Path, questions: Path | None, encoder: str | None, reader: str | None, reranker: str | None, llm: str | None,
    llm_model: str | None, llm_key_file: Path | None, since: str | None, until: str | None, source: str | None,
    name: str | None, as_json: bool, lang: str | None, debug: bool,
) -> None:  # fmt: skip
    """Measure retrieval, answers and abstention on FILE (SQuAD JSON).

    Prints JSON on standard output and, without --json, a table on standard error.

    \b
    Example:
      khamtop eval iapp-wiki-qa/valid.json
    """
    with _reporting(lang, debug):
        from khamtop.index.encoders.wiring import load_encoder
        from khamtop.qa.evaluate import evaluate as measure

        with tqdm(unit=" questions", disable=not sys.stderr.isatty(), leave=False) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            bounds, writer = filter_of(since, until, source, name), _writer(llm, llm_model, llm_key_file)
            models = _models(reader, reranker)
            figures = measure(file, load_encoder(encoder), questions, progress, bounds, writer=writer, **models)
        if not as_json:
            click.echo(render.figures_to_text(figures), err=True)
        click.echo(json.dumps(figures, ensure_ascii=False))


@main.command()
@click.argument("articles", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the new encoder.")
@_options("json")
def train(articles: tuple[Path, ...], out: Path, as_json: bool, lang: str | None, debug: bool) -> None:
    """Fit the static encoder to ARTICLES of your own, and write it to a folder for --encoder.

    \b
    Example:
      khamtop train ~/news --out ~/news-encoder
      khamtop index ~/news --encoder ~/news-encoder
    """
    with _reporting(lang, debug):
        from khamtop.index.encoders.wiring import EMBEDDED_STATIC
        from khamtop.index.making.train import train as fit
        from khamtop.index.sources.files import read_articles
        from khamtop.index.types import Article

        found = [item for item in read_articles(articles) if isinstance(item, Article)]
        with _progress(lang) as progress:
            figures = fit(found, out, base=EMBEDDED_STATIC, progress=progress)
        _print(as_json, figures, texts.text("train.done", _language(lang), folder=out, **figures))


def _default_articles(folder: Path) -> list[Path]:
    """What is indexed in `folder` where no articles are named."""
    own = folder / OWN_ARTICLES
    if DEFAULT_ARTICLES.exists():
        return [DEFAULT_ARTICLES]
    if not own.exists():
        try:
            shutil.copytree(_SEEDS, own, ignore=shutil.ignore_patterns("__pycache__"))
        except OSError as error:
            raise KhamtopError("index.unwritable", folder=str(folder)) from error
    return [own]


def _is_address(path: str) -> bool:
    return path.lower().startswith(_ADDRESSES)


def _check_local(articles: Iterable[Path]) -> None:
    """Refuses an address where only files and folders are meant: what is fetched must be named to `index`."""
    for path in articles:
        if str(path).lower().startswith(("http:", "https:")) and not path.exists():
            raise KhamtopError("articles.address", address=str(path).replace(":/", "://", 1))


def _fetch(addresses: Sequence[str], folder: Path, lang: str | None) -> list[Any]:
    """Fetches addresses into the index's folder; what could not be."""
    if not addresses:
        return []
    from khamtop.index.building.fetch import fetch

    with _progress(lang) as progress:
        return fetch(addresses, folder / FETCHED, lambda done, total: progress("fetch", done, total))


def _open(place: str, encoder: str | None) -> Any:
    from khamtop.index.encoders.wiring import load_encoder
    from khamtop.index.storage.wiring import open_index

    index_at = place_of(place)
    return open_index(index_at, load_encoder(encoder) if encoder else None)


def _part(given: str | None, index_at: Place) -> tuple[int, int]:
    """The part that is built, counted from 1, and how many there are."""
    if given is None:
        return 1, 1
    if isinstance(index_at, Path):
        raise KhamtopError("index.part")
    number, _, parts = given.partition("/")
    if number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts) <= MOST_PARTS:
        return int(number), int(parts)
    raise KhamtopError("milvus.part", given=given, most=MOST_PARTS)


def _models(reader: str | None, reranker: str | None) -> dict[str, Any]:
    """What reads and what reorders, by the names that functions take them by."""
    from khamtop.qa.reader import load_reader
    from khamtop.qa.reranker import load_reranker

    return {"reader": load_reader(reader), "reranker": load_reranker(reranker)}


def _writer(address: str | None, model: str | None, key_file: Path | None) -> Any:
    """The model that writes, if one is named."""
    from khamtop.qa.llm import writer_of

    return writer_of(address, model, key_file)


def _print(as_json: bool, data: Mapping[str, Any], words: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else words)


@contextmanager
def _progress(lang: str | None) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error, one for each stage of a build; nothing where nobody looks."""
    with tqdm(disable=not sys.stderr.isatty(), leave=False) as bar:
        current = ""

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal current
            if stage != current:
                current = stage
                if stage.startswith("afresh."):
                    bar.write(texts.text(f"stage.{stage}", _language(lang)), file=sys.stderr)
                    return
                if stage == "left":
                    if total >= _LONG_SECONDS:
                        minutes = -(-total // 60)
                        bar.write(texts.text("stage.left", _language(lang), minutes=minutes), file=sys.stderr)
                    return
                bar.reset(total or None)
                bar.set_description(texts.text(f"stage.{stage}", _language(lang)))
            bar.update(done - bar.n)

        yield progress


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Around what stays until the end: looking through it for garbage would take a tenth of the opening."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


@contextmanager
def _reporting(lang: str | None, debug: bool) -> Iterator[None]:
    """Turns what went wrong into one sentence on standard error and an exit status."""
    try:
        yield
    except click.exceptions.Exit:
        raise
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has gone
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        known = error if isinstance(error, KhamtopError) else KhamtopError("internal")
        click.echo(texts.sentence(known, _language(lang)), err=True)
        sys.exit(2 if known.code.startswith(_CALL_WAS_WRONG) else 1)


@contextmanager
def _reasons_told(as_json: bool, lang: str | None) -> Iterator[None]:
    """Tells why, where nothing could be read: in JSON on standard output, or before the sentence about it."""
    try:
        yield
    except KhamtopError as error:
        if error.code == "articles.none":
            if as_json:
                click.echo(json.dumps({"error": {"code": error.code, **error.facts}}, ensure_ascii=False))
            else:
                click.echo(render.reasons_to_text(error.facts["reasons"], _language(lang)), err=True)  # type: ignore[arg-type]
        raise


@contextmanager
def _going_on(lang: str | None) -> Iterator[None]:
    """Tells what went wrong in one sentence, and goes on."""
    try:
        yield
    except KhamtopError as error:
        click.echo(texts.sentence(error, _language(lang)), err=True)


def _language(lang: str | None) -> str:
    """The language of messages: as asked for, else as the machine is set."""
    return lang or texts.of_machine()
