"""The command line as programs rely on it: what goes to which stream, and with which exit status."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ui import cli

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
        "question", "answer", "short_answer", "abstained", "confidence", "citations", "passages",
    }  # fmt: skip
    assert set(found["citations"][0]) == {
        "number", "article_id", "title", "source", "published", "start", "end", "quote",
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
        "article_id", "title", "source", "published", "start", "end", "text", "score", "dense_rank", "lexical_rank",
    }  # fmt: skip
    assert "เมดิเตอร์เรเนียน" in found["passages"][0]["text"]
    scores = [passage["score"] for passage in found["passages"]]
    assert scores == sorted(scores, reverse=True)


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
        "from ui.cli import main\n"
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
        {"id": "a", "text": "น้ำท่วมกรุงเทพ ฝนตกหนักทั้งคืน", "published": "3 ต.ค. 2565", "source": "https://one.example/a"},
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
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 1'))
    result = run("index", dated.parent / "news.jsonl", "--index", copy, "--json", "--lang", "en")
    assert result.exit_code == 0
    assert "built anew" in result.stderr
    assert json.loads(result.stdout)["added"] == 2
