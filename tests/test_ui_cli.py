"""The command line as programs rely on it: what goes to which stream, and with which exit status."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import khamtop.ui.server
from khamtop.index.storage.store import FORMAT
from khamtop.index.types import Article
from khamtop.ui import cli, texts
from khamtop.ui.calls import Call
from khamtop.ui.feedback import Feedback
from tests import model_server
from tests.toys import write_files

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    assert CliRunner().invoke(cli.main, ["index", str(SEEDS), "--index", str(folder)]).exit_code == 0
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def test_ask_gives_the_contracts_json_and_nothing_else(folder):
    result = run("ask", "ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "--index", folder, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(found) == {
        "question", "answer", "short_answer", "verdict", "kind", "abstained", "confidence", "citations", "nearest",
        "passages", "understood", "on_subject",
    }  # fmt: skip
    assert set(found["citations"][0]) == {
        "number", "article_id", "title", "source", "published", "page", "start", "end", "quote",
    }  # fmt: skip
    article = (SEEDS / "nato-japan-south-korea.txt").read_text("utf-8")
    for citation in found["citations"]:
        assert article[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["quote"] in found["answer"]
    assert "คิชิดะ" in found["citations"][0]["quote"]


def test_search_gives_the_contracts_json(folder):
    result = run("search", "เรือฝึกร่วมในทะเลเมดิเตอร์เรเนียน", "-k", 3, "--index", folder, "--json")
    found = json.loads(result.stdout)
    assert len(found["passages"]) == 3
    assert set(found["passages"][0]) == {
        "article_id", "title", "source", "published", "page", "start", "end", "text", "score", "dense_rank",
        "lexical_rank",
    }  # fmt: skip
    assert "เมดิเตอร์เรเนียน" in found["passages"][0]["text"]
    scores = [passage["score"] for passage in found["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_search_reads_phrases_and_what_must_not_be_there(folder):
    found = json.loads(run("search", 'ญี่ปุ่น "กรุงมาดริด"', "--index", folder, "--order", "date", "--json").stdout)
    assert found["total"] == {"articles": 1, "passages": len(found["passages"]), "all": True}
    assert [article["passages"] for article in found["articles"]] == [[*range(len(found["passages"]))]]
    assert all("กรุงมาดริด" in passage["text"] for passage in found["passages"])
    assert json.loads(run("search", "ญี่ปุ่น -มาดริด", "--index", folder, "--json").stdout)["passages"] == []
    assert run("search", "--", "-มาดริด", "--index", folder).exit_code == 2


def test_index_tells_what_changed_and_what_was_left_out(tmp_path):
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text("กรุงเทพฯ น้ำท่วม", "utf-8")
    (articles / "b.bin").write_bytes(b"\x00\x01")
    first = json.loads(run("index", articles, "--index", tmp_path / "i", "--json").stdout)
    assert (first["articles"], first["added"], first["unchanged"]) == (1, 1, 0)
    assert [item["reason"] for item in first["rejected"]] == ["file.kind"]
    second = json.loads(run("index", articles, "--index", tmp_path / "i", "--json").stdout)
    assert (second["added"], second["changed"], second["removed"], second["unchanged"]) == (0, 0, 0, 1)


def test_where_nothing_can_be_read_the_reasons_are_listed_in_words_and_in_json(tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("", "utf-8")
    (tmp_path / "articles" / "b.bin").write_bytes(b"\x00\x01")
    told = run("index", tmp_path / "articles", "--index", tmp_path / "i", "--lang", "en")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.splitlines()[-3:] == [
        f"  empty (1 in all): {tmp_path}/articles/a.txt",
        f"  not a kind of file that can be read (1 in all): {tmp_path}/articles/b.bin",
        "No article could be read (2 could not be). Please check the folder of articles.",
    ]
    told = run("index", tmp_path / "articles", "--index", tmp_path / "i", "--json")
    error = json.loads(told.stdout)["error"]
    assert told.exit_code == 1
    assert (error["code"], error["rejected"]) == ("articles.none", 2)
    assert [item["reason"] for item in error["reasons"]] == ["file.empty", "file.kind"]


def test_people_read_sentences_and_quotes(folder):
    shown = run("ask", "ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "--index", folder).stdout
    assert "“" in shown
    assert "[1]" in shown
    assert "seeds/nato-japan-south-korea.txt" in shown


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["ask", "ใคร", "--index", "no-such-folder"], 1),
        (["ask", "  "], 2),
        (["ask", "ก" * 2001], 2),
        (["ask", "\x07"], 2),
        (["ask"], 2),
        (["search", "ใคร", "-k", "0"], 2),
        (["index", "no-such-path"], 2),
        (["eval", "no-such-file"], 2),
        (["no-such-command"], 2),
        (["index", str(SEEDS), "--encoder", "no/such/encoder/folder"], 1),
    ],
)
def test_a_failure_is_one_clear_message_on_stderr_and_a_status(tmp_path, monkeypatch, arguments, status):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("lang", "word"), [("th", "ดัชนี"), ("en", "index")])
def test_messages_come_in_the_language_asked_for(tmp_path, lang, word):
    assert word in run("ask", "ใคร", "--index", tmp_path, "--lang", lang).stderr


def test_a_traceback_is_shown_only_for_debug(tmp_path):
    result = run("ask", "ใคร", "--index", tmp_path, "--debug")
    assert result.exception is not None
    assert result.exit_code == 1


@pytest.mark.parametrize("arguments", [[], ["--port", "8000"], ["serve"]])
def test_no_command_is_serve(monkeypatch, arguments):
    served = []
    monkeypatch.setattr(cli.serve, "callback", lambda **options: served.append(options["port"]))
    assert run(*arguments).exit_code == 0
    assert served == [8000 if "8000" in arguments else 7860]


def test_every_command_shows_an_example():
    for name in cli.main.commands:
        assert f"khamtop {name}" in run(name, "--help").stdout


def test_a_question_waits_for_neither_gradio_nor_torch(folder):
    """In a process of its own, because other tests import both."""
    program = (
        "import sys\n"
        "from khamtop.ui.cli import main\n"
        f"main(['ask', 'ใครเป็นนายกรัฐมนตรีญี่ปุ่น', '--index', {str(folder)!r}], standalone_mode=False)\n"
        "sys.exit(' '.join({'gradio', 'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "คิชิดะ" in done.stdout


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the same words printed in two years, by two papers."""
    place = tmp_path_factory.mktemp("dated")
    lines = [
        {
            "id": "a",
            "text": "น้ำท่วมกรุงเทพ นางสมศรี ใจดี เล่า",
            "published": "3 ต.ค. 2565",
            "source": "https://one.example/a",
        },
        {"id": "b", "text": "น้ำท่วมกรุงเทพ ระดับน้ำสูงขึ้น", "published": "2021-10-03", "source": "https://two.example/b"},
    ]
    (place / "news.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    assert run("index", place / "news.jsonl", "--index", place / "index").exit_code == 0
    return place / "index"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], {"a", "b"}),
        (["--from", "2565"], {"a"}),
        (["--to", "31 ธ.ค. 2564"], {"b"}),
        (["--from", "2021-10", "--to", "ต.ค. 64"], {"b"}),
        (["--source", "ONE.example"], {"a"}),
        (["--from", "2565", "--source", "two"], set()),
        (["--name", "นางสมศรี ใจดี"], {"a"}),
        (["--name", "กรุงเทพมหานคร"], {"a", "b"}),
    ],
)
def test_search_and_ask_keep_to_dates_of_either_era_and_to_sources(dated, options, found):
    for command in ("search", "ask"):
        result = run(command, "น้ำท่วมกรุงเทพ", "--index", dated, "--json", *options)
        assert result.exit_code == 0
        assert {passage["article_id"] for passage in json.loads(result.stdout)["passages"]} == found


@pytest.mark.parametrize(
    "options", [["--from", "เมื่อวาน"], ["--to", "32 ม.ค. 2565"], ["--from", "2566", "--to", "2565"]]
)
def test_what_is_no_date_is_a_wrong_call_told_in_one_sentence(dated, options):
    result = run("search", "น้ำท่วม", "--index", dated, "--lang", "en", *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


def test_names_are_listed_by_kind_the_commonest_first(dated):
    result = run("names", "--index", dated, "--json")
    assert {of["kind"]: of["names"] for of in json.loads(result.stdout)["kinds"]} == {
        "person": [{"name": "สมศรี ใจดี", "articles": 1}],
        "organisation": [],
        "place": [{"name": "กรุงเทพมหานคร", "articles": 2}],
    }
    told = run("names", "--index", dated, "--kind", "place", "--lang", "en").stdout.splitlines()
    assert (told[0], told[1].split()) == ("Places (1)", ["2", "กรุงเทพมหานคร"])
    assert run("names", "--index", dated, "--kind", "animal").exit_code == 2


def test_check_tells_a_whole_index_from_a_damaged_one(dated, tmp_path):
    result = run("check", "--index", dated, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"index": str(dated), "whole": True, "problems": []})
    copy = Path(shutil.copytree(dated, tmp_path / "index"))
    (vectors,) = copy.glob("g*/vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    result = run("check", "--index", copy, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"] == [{"code": "index.damaged", "file": "vectors.faiss"}]
    assert "--afresh" in run("check", "--index", copy, "--lang", "en").stdout
    assert run("check", "--index", tmp_path / "nothing").exit_code == 1


def test_an_index_of_another_format_is_built_anew_after_saying_so(dated, tmp_path):
    copy = Path(shutil.copytree(dated, tmp_path / "index"))
    (manifest,) = copy.glob("g*/manifest.json")
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 1'))
    result = run("index", dated.parent / "news.jsonl", "--index", copy, "--json", "--lang", "en")
    assert result.exit_code == 0
    assert "built anew" in result.stderr
    assert json.loads(result.stdout)["added"] == 2


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--auth", "reader"], 2, "--auth must be given as USER:PASSWORD"),
        (["--auth", ":secret"], 2, "--auth must be given as USER:PASSWORD"),
        (["--auth", "reader:"], 2, "--auth must be given as USER:PASSWORD"),
        (["--auth-file", "missing"], 2, "missing"),
        (["--root-path", "khamtop"], 2, "--root-path must begin with /"),
        (["--articles", "missing"], 2, "missing"),
        (["--index", "damaged"], 1, "damaged"),
        (["--host", "192.0.2.1"], 1, "192.0.2.1"),
    ],
)
def test_a_page_that_cannot_be_served_says_why_in_one_sentence(tmp_path, monkeypatch, port, options, status, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged/CURRENT").write_text("g000001", "utf-8")
    result = run("serve", "--port", port, "--lang", "en", *options)
    sentences = [line for line in result.stderr.splitlines() if line != texts.text("serve.starting", "en")]
    assert result.exit_code == status
    assert len(sentences) == 1
    assert says in sentences[0]


def test_a_password_may_come_from_the_environment_and_an_empty_one_serves_nobody(tmp_path, monkeypatch, port):
    monkeypatch.setenv("KHAMTOP_AUTH", "")
    result = run("serve", "--port", port, "--index", tmp_path, "--lang", "en")
    assert result.exit_code == 2
    assert "KHAMTOP_AUTH" in result.stderr


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(tmp_path, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        result = run("serve", "--port", port, "--index", tmp_path, "--lang", "en")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert str(port) in result.stderr


def test_the_help_warns_of_a_password_on_the_command_line():
    assert "list of processes" in " ".join(run("serve", "--help").stdout.split())


def test_feedback_is_listed_the_newest_first(tmp_path):
    empty = run("feedback", "--index", tmp_path, "--lang", "en")
    assert (empty.exit_code, empty.stdout) == (0, texts.text("feedback.none", "en") + "\n")
    assert json.loads(run("feedback", "--index", tmp_path, "--json").stdout) == {"feedback": []}
    for question, good, remark in (("ใคร", True, ""), ("เมื่อใด", False, "ผิด\x1b[31mปี\u202e")):
        sent = {"question": question, "answer": "คำตอบ", "good": good, "remark": remark}
        if not good:
            sent["here"] = [{"article_id": "a", "start": 0, "end": 0, "quote": "เปิดปี 2551"}]
        Feedback(tmp_path).keep(Call(sent), lambda identity: Article(identity, "ตลาด", "ตลาดเปิดปี 2551", "market.txt"))
    told = json.loads(run("feedback", "--index", tmp_path, "--json").stdout)["feedback"]
    assert [(opinion["question"], opinion["good"]) for opinion in told] == [("เมื่อใด", False), ("ใคร", True)]
    shown = run("feedback", "--index", tmp_path, "--lang", "th").stdout
    assert "ไม่ดี" in shown
    assert "ผิด[31mปี" in shown  # nothing that a terminal would act on
    assert f"{texts.text('feedback.here', 'th', title='ตลาด', source='market.txt')} “เปิดปี 2551”" in shown
    assert told[0]["here"][0]["start"] == 4


def test_serve_passes_on_what_it_is_told(tmp_path, monkeypatch, port):
    shown = {}
    monkeypatch.setattr(khamtop.ui.server.Server, "show", lambda server, app: shown.update(address=server.address))
    monkeypatch.setattr(khamtop.ui.server.Server, "wait", lambda server: None)
    monkeypatch.setattr(
        "khamtop.ui.web.application", lambda service, access: shown.update(service=service, access=access)
    )
    options = ("--auth", "a:b", "--root-path", "/khamtop", "--read-only", "--index", tmp_path, "--articles", SEEDS)
    assert run("serve", "--port", port, *options).exit_code == 0
    assert (shown["service"].read_only, shown["access"].users) == (True, ("a:b",))
    assert shown["address"] == f"http://127.0.0.1:{port}/khamtop"
    shown["service"].rebuild()


def test_serve_passes_on_which_programs_may_call(tmp_path, monkeypatch, port, folder):
    shown = {}
    monkeypatch.setattr(khamtop.ui.server.Server, "show", lambda server, app: None)
    monkeypatch.setattr(khamtop.ui.server.Server, "wait", lambda server: None)
    monkeypatch.setattr("khamtop.ui.web.application", lambda service, access: shown.update(access=access))
    (tmp_path / "keys").write_text("a-key-of-a-program\n")
    options = ("--api-key-file", tmp_path / "keys", "--allow-origin", "https://paper.example", "--rate-limit", 7)
    assert run("serve", "--port", port, "--index", folder, *options).exit_code == 0
    programs = shown["access"].programs
    assert programs.keys.known("Bearer a-key-of-a-program")
    assert (programs.origins, programs.calls_a_minute) == (("https://paper.example",), 7)


@pytest.mark.parametrize(
    "options", [("--api-key-file", "/nowhere/keys"), ("--allow-origin", "paper.example"), ("--rate-limit", "-1")]
)
def test_who_may_call_is_told_in_the_right_way_or_nothing_is_served(options, port):
    refused = run("serve", "--port", port, *options)
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_on_windows_it_says_where_it_runs(monkeypatch, tmp_path):
    monkeypatch.setattr(khamtop.ui.cli, "IS_WINDOWS", True)
    done = run("index", "--index", tmp_path / "none", "--articles", SEEDS)
    assert (done.exit_code, "WSL" in done.stderr, (tmp_path / "none").exists()) == (1, True, False)
    assert run("--help").exit_code == 0


def test_without_articles_it_takes_the_folder_seeds_or_else_its_own(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for folder, expected in ((None, ".khamtop/articles/nato-japan-south-korea.txt"), ("seeds", "seeds/own.txt")):
        if folder:
            write_files(tmp_path / folder, {"own.txt": "ข่าวของเรา\nฝนตกหนัก"})
        run("index", "--encoder", "static")
        shown = json.loads(run("search", "ข่าว ฝน นาโต", "--json").stdout)["passages"]
        assert {passage["source"] for passage in shown} == {expected}


def test_a_build_that_fails_leaves_nothing_where_nothing_was(tmp_path):
    (tmp_path / "empty").mkdir()
    assert run("index", tmp_path / "empty", "--index", tmp_path / "index").exit_code == 1
    assert not (tmp_path / "index").exists()


def test_a_model_writes_beside_the_quotes(folder, monkeypatch):
    with model_server.running() as model:
        model.behaves = model_server.saying("นายฟูมิโอะ คิชิดะ เป็นนายกรัฐมนตรีญี่ปุ่น [1]\n", "เขาชอบว่ายน้ำในทะเลมาก [1]")
        monkeypatch.setenv("KHAMTOP_LLM_KEY", "sk-secret")
        asked = ("ask", "ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "--index", folder)
        with_model = (*asked, "--llm", model.address, "--llm-model", "toy")
        found, shown = json.loads(run(*with_model, "--json").stdout), run(*with_model).stdout
        assert model.asked[0][0]["authorization"] == "Bearer sk-secret"
    alone = json.loads(run(*asked, "--json").stdout)
    written = {name: found.pop(name) for name in ("sentences", "struck", "writer", "unwritten")}
    assert found == alone
    assert written == {
        "sentences": [{"text": "นายฟูมิโอะ คิชิดะ เป็นนายกรัฐมนตรีญี่ปุ่น", "markers": [1]}],
        "struck": 1,
        "writer": "toy",
        "unwritten": None,
    }
    quotes, _, below = shown.partition(texts.text("answer.written", "th", writer="toy"))
    assert alone["citations"][0]["quote"] in quotes
    assert "  นายฟูมิโอะ คิชิดะ เป็นนายกรัฐมนตรีญี่ปุ่น [1]" in below
    assert texts.text("answer.struck", "th", count=1) in below
    assert "sk-secret" not in shown


def test_a_model_that_is_away_is_one_sentence_below_the_quotes(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        result = run("ask", "ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "--index", folder, "--llm", address, "--llm-model", "toy")
    assert result.exit_code == 0
    assert "คิชิดะ" in result.stdout
    assert texts.text("writer.away", "th") in result.stdout


@pytest.mark.parametrize(
    ("options", "code", "facts"),
    [
        (("--llm", "ollama", "--llm-model", "toy"), "llm.address", {}),
        (("--llm", "http://me:secret@127.0.0.1/v1", "--llm-model", "toy"), "llm.address", {}),
        (("--llm", "http://127.0.0.1/v1"), "llm.model", {}),
        (("--llm-model", "toy"), "llm.alone", {}),
        (
            ("--llm", "http://127.0.0.1/v1", "--llm-model", "toy", "--llm-key-file", "/none"),
            "llm.key_file",
            {"path": "/none"},
        ),
    ],
)
def test_a_model_that_is_named_wrongly_is_told_before_anything_is_loaded(tmp_path, options, code, facts):
    for command in (("ask", "ถาม", "--index", tmp_path / "none"), ("serve", "--index", tmp_path / "none")):
        result = run(*command, *options, "--lang", "en")
        assert (result.exit_code, result.stderr) == (2, texts.text(code, "en", **facts) + "\n")
    assert not (tmp_path / "none").exists()


def test_a_model_needs_a_package_that_not_everybody_has(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    result = run("ask", "ถาม", "--index", folder, "--llm", "http://127.0.0.1/v1", "--llm-model", "toy", "--lang", "en")
    assert (result.exit_code, result.stderr) == (2, texts.text("llm.missing", "en") + "\n")
