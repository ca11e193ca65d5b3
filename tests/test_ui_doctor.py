"""The doctor: each kind of trouble, made in a folder of its own, has a line that says so; nothing is changed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from filelock import FileLock

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import EMBEDDED_STATIC, load_encoder
from khamtop.index.storage.store import FORMAT, current_generation, is_being_built
from khamtop.ui import cli, doctor, texts
from khamtop.ui.doctor import PARTS, Finding, Setting, examine
from tests import model_server
from tests.model_server import Handler, Model, refusing, saying
from tests.toys import NEWS, write_files

Found = dict[str, list[Finding]]


def look(part: str, folder: Path, **options: Any) -> dict[str, Finding]:
    """What is found of one part, by code; each line can be said in every language."""
    found = examine(Setting(folder, **options), [part])
    for language in texts.languages():
        said = doctor.to_text(found, language)
        assert len(said.splitlines()) == len(found[part]) + 2
        assert "{" not in said
    return {finding.code: finding for finding in found[part]}


def wrong(found: dict[str, Finding]) -> list[str]:
    return [code for code, finding in found.items() if finding.state == "wrong"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three articles, by the encoder that is the quickest to open."""
    place = tmp_path_factory.mktemp("doctor")
    build([write_files(place / "news", NEWS)], place / "index", load_encoder("static"), encoder_source="static")
    return place / "index"


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "index"))


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything that lies in a folder: when it was changed, and what is in it."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


# As a whole


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli.main, ["doctor", *map(str, arguments)])


def test_where_nothing_is_wrong_it_says_so_and_changes_nothing(folder: Path, port: int) -> None:
    before = state_of(folder.parent)
    result = run("--index", folder, "--port", port, "--json")
    told = json.loads(result.stdout)
    assert [line for line in told["findings"] if line["state"] == "wrong"] == []
    assert (result.exit_code, told["fine"], told["wrong"]) == (0, True, 0)
    assert list(dict.fromkeys(line["part"] for line in told["findings"])) == list(PARTS)
    assert state_of(folder.parent) == before


def test_what_is_wrong_is_told_in_words_and_in_the_exit_status(folder: Path, port: int) -> None:
    (folder / "CURRENT").write_text("nowhere")
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        result = run("--index", folder, "--port", port, "--lang", "en")
    assert (result.exit_code, result.stderr) == (1, "")
    told = [line for line in result.stdout.splitlines() if re.search(r"\bWRONG\b", line)]
    assert len(told) == 2
    assert "CURRENT" in told[0]
    assert str(port) in told[1]
    assert result.stdout.splitlines()[-1] == "Wrong: 2"


def test_a_look_that_fails_is_a_line_and_the_others_go_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicError(BaseException):
        """As Rust's: no `Exception`."""

    def failing(_: Setting) -> Iterator[Finding]:
        yield Finding("fine", "doctor.local", {"host": "::1"})
        raise PanicError("ก\x1b[31m")

    monkeypatch.setitem(doctor._LOOKS, "page", (failing, doctor._users))
    found = examine(Setting(folder), ["page"])
    assert [finding.code for finding in found["page"]] == ["doctor.local", "doctor.failed", "doctor.local"]
    said = doctor.to_text(found, "en")
    assert "PanicError: ก" in said
    assert "\x1b" not in said


def test_the_columns_stand_below_one_another_whatever_vowels_are_in_them(folder: Path) -> None:
    lines = doctor.to_text(examine(Setting(folder), ["index", "page"]), "th").splitlines()
    says = {doctor._width(line[: line.index(word)]) for line in lines for word in ("ดี  ", "ควรรู้  ") if word in line}
    assert len(says) == 1


def test_every_sentence_of_the_doctor_is_said_somewhere() -> None:
    source = Path(doctor.__file__).read_text("utf-8")
    said = set(re.findall(r'"(doctor\.[a-z_]+)"', source))
    parts = {f"doctor.part.{part}" for part in PARTS} | {f"doctor.state.{state}" for state in ("fine", "note", "wrong")}
    assert {key for key in texts.tables()["en"] if key.startswith("doctor.")} == said | parts


# The machine


def test_too_few_open_files_are_told(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for limit, state in ((100, "wrong"), (500, "note")):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            found = look("machine", folder)["doctor.few_open_files"]
            assert (found.state, found.facts["limit"]) == (state, limit)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_too_little_memory_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_free_of_machine", lambda: 300_000_000)
    found = look("machine", folder)["doctor.memory"]
    vectors = sum(file.stat().st_size for file in folder.glob("g*/vectors.*"))
    assert vectors > 0
    assert (found.state, found.facts["available"], found.facts["wanted"]) == ("wrong", 300, 600 + -(-vectors // 10**6))


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    assert doctor._free_of_container(tmp_path) is None
    write_files(tmp_path, {"memory.max": "max\n", "memory.current": "100\n"})
    assert doctor._free_of_container(tmp_path) is None
    write_files(tmp_path, {"memory.max": "700000000\n", "memory.current": "400000000\n"})
    assert doctor._free_of_container(tmp_path) == 300_000_000


# The program


def install(place: Path, monkeypatch: pytest.MonkeyPatch, *wanted: str, python: str = ">=3.11") -> None:
    """Makes pip's notes say that a khamtop is installed that wants other things, with one file of its own."""
    lines = [f"Requires-Dist: {line}" for line in wanted]
    about = ["Metadata-Version: 2.1", "Name: khamtop", "Version: 9.9", f"Requires-Python: {python}", *lines]
    about += [f"Provides-Extra: {extra}" for extra in ("llm", "test")]
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"model").digest()).decode().rstrip("=")
    record = f"khamtop/model.bin,sha256={digest},5\nkhamtop-9.9.dist-info/RECORD,,\n"
    notes = place / "site" / "khamtop-9.9.dist-info"
    write_files(notes, {"METADATA": "\n".join(about) + "\n", "RECORD": record})
    write_files(place / "site", {"khamtop/model.bin": "model"})
    monkeypatch.syspath_prepend(place / "site")
    monkeypatch.setattr(doctor, "_MODULES", ())


def test_packages_that_are_missing_or_of_another_version_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "click>=8", "numpy<1", "no-such-package>=2,<3", 'other; python_version < "3"')
    found = examine(Setting(tmp_path), ["program"])["program"]
    lines = {str(one.facts["name"]): one for one in found if "name" in one.facts}
    assert {name: one.code for name, one in lines.items() if name != "llm"} == {
        "click": "doctor.package", "numpy": "doctor.package_other", "no-such-package": "doctor.package_missing",
    }  # fmt: skip
    assert lines["no-such-package"].facts["requirement"] == "no-such-package<3,>=2"
    assert [one.state for one in lines.values() if one.code.startswith("doctor.package_")] == ["wrong", "wrong"]


def test_another_python_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, python=">=9")
    assert wrong(look("machine", tmp_path)) == ["doctor.python"]


@pytest.mark.parametrize(("wanted", "code"), [("click>=8", "doctor.extra"), ("click>=900", "doctor.extra_lacks")])
def test_an_extra_that_is_not_whole_is_noted_and_those_of_developers_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, code: str
) -> None:
    install(tmp_path, monkeypatch, f'{wanted}; extra == "llm"', 'no-such-package; extra == "test"')
    found = look("program", tmp_path)
    assert found[code].facts["name"] == "llm"
    assert wrong(found) == []


def test_an_installed_file_that_was_altered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    assert wrong(look("program", tmp_path)) == []
    (tmp_path / "site/khamtop/model.bin").write_text("modem")
    assert look("program", tmp_path)["doctor.altered"].facts == {"count": 1, "files": "khamtop/model.bin"}
    (tmp_path / "site/khamtop/model.bin").unlink()
    assert wrong(look("program", tmp_path)) == ["doctor.altered"]


def test_a_program_that_was_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(doctor, "_MODULES", ())
    assert wrong(look("program", tmp_path)) == ["doctor.uninstalled"]


def test_a_library_that_cannot_be_loaded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"lacking_library.py": "raise ImportError('libgomp.so.1 is missing')"})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(doctor, "_MODULES", ("lacking_library", "json"))
    found = look("program", tmp_path)
    assert wrong(found) == ["doctor.unloadable"]
    assert "libgomp" in found["doctor.unloadable"].facts["error"]


@pytest.mark.parametrize("library", ["nlpo3", "numpy", "click", "packaging"])
@pytest.mark.parametrize("command", [["ask", "ใคร"], ["doctor", "--json"]])
def test_where_a_library_cannot_be_loaded_every_command_says_which(
    tmp_path: Path, library: str, command: list[str]
) -> None:
    write_files(tmp_path, {f"{library}.py": "raise ImportError('a library of the system is missing')"})
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "LC_ALL": "en_GB.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "khamtop", *command, "--index", str(tmp_path / "none")],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    if command[0] == "doctor":
        assert "a library of the system is missing" in json.dumps(json.loads(done.stdout)["findings"])
    elif library != "packaging":  # which only the doctor needs
        assert "a library of the system is missing" in done.stderr
        assert done.stdout == ""


# The models


def test_models_that_come_with_it_are_named_with_their_size(tmp_path: Path) -> None:
    found = look("models", tmp_path)
    assert wrong(found) == []
    assert found["doctor.encoder"].facts["name"] == load_encoder().name
    assert 30 < found["doctor.encoder"].facts["megabytes"] < 50
    assert found["doctor.reader"].facts["folder"].endswith("model")


def test_the_encoder_is_the_one_that_the_index_remembers(folder: Path) -> None:
    found = look("models", folder)
    assert found["doctor.encoder"].facts["name"] == load_encoder("static").name
    assert found["doctor.encoder"].facts["folder"].endswith("static")


def test_another_encoder_than_the_index_was_made_with_is_told(folder: Path) -> None:
    assert wrong(look("models", folder, encoder=str(write_model(folder.parent / "other")))) == ["index.encoder"]


def write_model(folder: Path, worth: float = 1.0) -> Path:
    """A static model that knows one word, which is worth so much."""
    import numpy as np
    from safetensors.numpy import save_file

    shutil.copytree(EMBEDDED_STATIC, folder)
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    rows = len(tokenizer["model"]["vocab"])
    save_file({"embeddings": np.full((rows, 2), worth, np.float32)}, folder / "model.safetensors")
    return folder


def test_a_model_of_no_numbers_is_told(tmp_path: Path) -> None:
    found = look("models", tmp_path, encoder=str(write_model(tmp_path / "broken", float("nan"))))
    assert wrong(found) == ["doctor.nonsense"]


@pytest.mark.parametrize("kind", ["encoder", "reader"])
def test_a_model_that_is_damaged_or_not_there_is_told_and_the_other_is_looked_at(tmp_path: Path, kind: str) -> None:
    write_files(tmp_path / "model", {"settings.json": "{"})
    assert wrong(look("models", tmp_path, **{kind: str(tmp_path / "model")})) == ["model.damaged"]
    found = look("models", tmp_path, **{kind: str(tmp_path / "nowhere")})
    assert wrong(found) == [f"{kind}.unreadable"]
    other = {"encoder": "reader", "reader": "encoder"}[kind]
    assert found[f"doctor.{other}"].state == "fine"


@pytest.mark.parametrize("kind", ["encoder", "reader"])
def test_a_model_that_would_have_to_be_fetched_is_noted_and_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **_: asked.append(arguments) or [])
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    found = look("models", tmp_path, **{kind: "no-such-owner/no-such-model"})
    assert found["doctor.not_here"].facts == {"name": "no-such-owner/no-such-model"}
    assert wrong(found) == []
    assert asked == []


def test_a_model_that_was_fetched_before_is_opened_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "models--owner--model"
    write_model(kept / "snapshots" / "abc")
    write_files(kept / "refs", {"main": "abc"})
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found = look("models", tmp_path / "none", encoder="owner/model")
    facts = found["doctor.encoder"].facts
    assert (facts["name"], facts["dimensions"]) == ("owner/model", 2)
    assert facts["folder"] == str(kept / "snapshots" / "abc")


@pytest.fixture
def model() -> Iterator[Model]:
    pytest.importorskip("openai", exc_type=ImportError)
    with model_server.running() as running:
        yield running


def test_a_model_that_writes_is_asked_for_a_word_if_it_is_named(folder: Path, model: Model) -> None:
    model.behaves = saying("OK")
    found = look("models", folder, llm=model.address, llm_model="toy")
    assert found["doctor.llm"].state == "fine"
    assert (found["doctor.llm"].facts["name"], found["doctor.llm"].facts["host"]) == ("toy", "127.0.0.1")
    [(_, body)] = model.asked
    assert body["max_tokens"] < 100
    assert "doctor.llm" not in look("models", folder)
    assert len(model.asked) == 1


def welcoming(handler: Handler, over: threading.Event) -> None:
    """A page for people, of something else that listens there."""
    handler.begin()
    handler.send(b"<html>Welcome</html>")


@pytest.mark.parametrize(
    ("behaves", "code"),
    [(refusing(401, "sk-secret"), "writer.refused"), (refusing(404), "writer.unknown"), (welcoming, "writer.broken")],
)
def test_one_that_does_not_answer_is_wrong(folder: Path, model: Model, behaves: Any, code: str) -> None:
    model.behaves = behaves
    found = look("models", folder, llm=model.address, llm_model="toy")
    assert wrong(found) == [code]
    assert "secret" not in str(found)


def test_what_names_no_model_is_told(folder: Path) -> None:
    assert wrong(look("models", folder, llm="http://", llm_model="toy")) == ["llm.address"]
    assert wrong(look("models", folder, llm_model="toy")) == ["llm.alone"]


# The index


def test_an_index_is_told_with_what_is_in_it(folder: Path) -> None:
    found = look("index", folder)
    facts = found["doctor.index"].facts
    assert (facts["articles"], facts["passages"], facts["format"]) == (3, 3, str(FORMAT))
    assert facts["encoder"] == load_encoder("static").name
    assert wrong(found) == []
    assert "doctor.index_read" in found


def test_of_a_large_index_only_the_sizes_are_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khamtop.index.storage.store.VERIFIED_ON_OPEN_BYTES", 0)
    assert "doctor.index_sizes" in look("index", folder)


def test_that_there_is_no_index_yet_is_noted(tmp_path: Path) -> None:
    found = look("index", tmp_path / "none")
    assert found["index.missing"].state == "note"
    assert wrong(found) == []
    assert not (tmp_path / "none").exists()


def test_damage_another_format_and_a_pointer_that_leads_nowhere_are_told(folder: Path) -> None:
    generation = current_generation(folder).folder
    vectors = generation / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    (generation / "articles.db").unlink()
    found = examine(Setting(folder), ["index"])["index"]
    assert {str(one.facts["file"]) for one in found if one.state == "wrong"} == {"vectors.faiss", "articles.db"}
    manifest = generation / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 1'))
    assert wrong(look("index", folder)) == ["index.format"]
    (folder / "CURRENT").write_text("g000099")
    assert wrong(look("index", folder)) == ["index.damaged"]


def test_a_file_in_the_place_of_the_index_is_told(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file")
    assert "doctor.unwritable" in wrong(look("index", tmp_path / "index"))


def test_a_build_is_noted_and_not_disturbed_and_so_is_what_an_ended_one_left(folder: Path) -> None:
    write_files(folder / "g000009.draft", {"articles.db": "half"})
    assert not is_being_built(folder)
    assert look("index", folder)["doctor.leftovers"].facts == {"names": "g000009.draft", "megabytes": 1}
    with FileLock(folder / "lock", timeout=0):
        assert is_being_built(folder)
        found = look("index", folder)
        assert found["doctor.building"].state == "note"
        assert "doctor.leftovers" not in found
    assert not is_being_built(folder)
    with FileLock(folder / "lock", timeout=0):
        pass


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[None]:
    """Whoever runs this test is no administrator: those may write anywhere."""
    user = os.geteuid()
    if user == 0:
        for path in [tmp_path, *tmp_path.parents]:
            if path.name.startswith("pytest") or path == tmp_path:
                path.chmod(0o755)
        os.seteuid(65534)
    yield
    os.seteuid(user)
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755)


def protect(folder: Path, folders: int, files: int) -> None:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(folders if path.is_dir() else files)


def test_what_this_user_may_not_write_or_read_is_told(
    folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    write_files(tmp_path / "fixed", NEWS)
    write_files(tmp_path / "closed", NEWS)
    protect(folder, 0o555, 0o444)
    protect(tmp_path / "fixed", 0o555, 0o444)
    protect(tmp_path / "closed", 0o000, 0o000)
    request.getfixturevalue("somebody")
    found = look("index", folder, articles=[tmp_path / "fixed", tmp_path / "closed"])
    assert wrong(found) == ["index.forbidden", "doctor.unwritable", "doctor.articles_unreadable"]
    assert found["doctor.articles_fixed"].state == "note"
    os.seteuid(os.getuid())
    protect(folder, 0o000, 0o000)
    if os.getuid() == 0:
        os.seteuid(65534)
    assert wrong(look("index", folder)) == ["index.forbidden", "doctor.unwritable"]


def test_too_little_room_and_articles_that_are_not_there_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_LEAST_ROOM_BYTES", 10**18)
    found = look("index", folder, articles=[folder.parent / "nowhere", folder.parent])
    assert wrong(found) == ["doctor.room", "articles.missing"]
    assert found["doctor.articles"].facts == {"path": str(folder.parent)}


# The page


def test_a_port_that_is_taken_and_a_host_that_is_not_ours_are_told(tmp_path: Path, port: int) -> None:
    assert wrong(look("page", tmp_path, port=port)) == []
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert wrong(look("page", tmp_path, port=port)) == ["port.taken"]
    assert wrong(look("page", tmp_path, port=port)) == []  # it was let go again
    assert wrong(look("page", tmp_path, port=port, host="192.0.2.1")) == ["port.unusable"]


def test_who_may_come_in_is_told(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHAMTOP_AUTH", raising=False)
    assert "doctor.local" in look("page", tmp_path, port=port)
    assert look("page", tmp_path, port=port, host="0.0.0.0")["doctor.everybody"].state == "note"
    users = tmp_path / "users"
    assert wrong(look("page", tmp_path, port=port, auth_file=users)) == ["auth.unreadable"]
    users.write_text("reader:secret\n")
    found = look("page", tmp_path, port=port, host="0.0.0.0", auth_file=users)
    assert found["doctor.users"].facts == {"count": 1}
    monkeypatch.setenv("KHAMTOP_AUTH", "reader")
    assert wrong(look("page", tmp_path, port=port)) == ["auth.invalid"]


def test_no_password_is_told(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHAMTOP_AUTH", "reader:very secret")
    found = examine(Setting(tmp_path, port=port), ["page"])
    assert "very secret" not in doctor.to_text(found, "en") + json.dumps(doctor.to_json(found, "th"))
