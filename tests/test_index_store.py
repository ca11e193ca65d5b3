"""The index on disk: always a whole one, and never another than the one that was asked for."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from khamtop.index.building.build import build
from khamtop.index.rankings import dense
from khamtop.index.rankings.dense import Dense
from khamtop.index.storage import store
from khamtop.index.storage.database import _COMPRESSION
from khamtop.index.storage.store import Index, drafting, remembered_encoder
from khamtop.index.text import thai
from khamtop.index.types import KhamtopError, Passage
from tests.toys import NEWS, ToyEncoder, each, write_files


@pytest.fixture
def folder(news, tmp_path):
    """The index of the three articles of `NEWS`."""
    build([news], tmp_path / "index", ToyEncoder())
    return tmp_path / "index"


def generation(folder):
    return folder / (folder / "CURRENT").read_text().strip()


def files_of(folder):
    """Everything of an index that answers depend on."""
    files = [path for path in generation(folder).rglob("*") if path.is_file() and path.suffix != ".lock"]
    return [folder / "CURRENT", *sorted(files)]


def code_of_opening(folder, encoder=None):
    with pytest.raises(KhamtopError) as caught:
        Index.open(folder, encoder or ToyEncoder())
    return caught.value.code


def found(index, question):
    """What both rankings give for a question: article ids with scores."""
    words = thai.words(thai.normalise(question).text)
    lexical = index.rankings.lexical.search({"words": each(words)}, 10)
    dense = index.rankings.dense.search(index.encoder.encode_questions([question])[0], 10)
    return [[(index.passage(item.passage)[0].id, item.score) for item in ranking] for ranking in (lexical, dense)]


def best(index, question):
    """The article that each of both rankings puts first."""
    return [ranking[0][0] for ranking in found(index, question)]


def test_an_index_gives_back_its_articles_and_finds_them(folder):
    index = Index.open(folder, ToyEncoder())
    assert {article.id: article.text for article in index.articles()} == {f"news/{n}": t for n, t in NEWS.items()}
    assert index.article("news/nato.txt").title == "ประชุมนาโต"
    assert len(index) == index.manifest.passages == 3
    assert index.manifest.articles == 3
    assert best(index, "ญี่ปุ่นเข้าร่วมประชุมนาโตที่มาดริด") == ["news/nato.txt"] * 2
    assert best(index, "ขบวนรถไฟจากจีน") == ["news/train.txt"] * 2


def test_a_passage_is_a_span_of_its_article(folder):
    index = Index.open(folder, ToyEncoder())
    (number,) = index.passages_of("news/nato.txt")
    article, passage = index.passage(number)
    assert passage == Passage("news/nato.txt", 0, len(article.text))


def test_an_article_that_is_not_there_is_an_error_and_has_no_passages(folder):
    index = Index.open(folder, ToyEncoder())
    assert index.passages_of("ไม่มี") == frozenset()
    with pytest.raises(KeyError):
        index.article("ไม่มี")


def test_opening_twice_answers_the_same(folder):
    first, second = (found(Index.open(folder, ToyEncoder()), "น้ำท่วมถนนรถไฟประชุม") for _ in range(2))
    assert first == second


def test_several_threads_may_ask_at_once(folder):
    index = Index.open(folder, ToyEncoder())
    alone = {question: found(index, question) for question in ("น้ำท่วมถนน", "ญี่ปุ่นนาโต", "ขบวนรถไฟ")}
    with ThreadPoolExecutor(8) as pool:
        for question, answer in pool.map(lambda question: (question, found(index, question)), [*alone] * 20):
            assert answer == alone[question]


@pytest.fixture
def readable_by_all(news):
    """An index whose files anyone may read, in a folder that anyone may enter, but only its owner may write."""
    with tempfile.TemporaryDirectory() as place:
        build([news], Path(place) / "index", ToyEncoder())
        for path in [Path(place), *Path(place).rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield Path(place) / "index"
        for path in [Path(place), *Path(place).rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_an_index_in_a_folder_that_may_not_be_written_to_is_refused_with_the_reason(readable_by_all):
    """tantivy locks a folder even to read it."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # root may write anywhere
    try:
        assert code_of_opening(readable_by_all) == "index.forbidden"
    finally:
        os.seteuid(user)


# Missing, half there, altered


def test_no_index_is_told_from_a_damaged_one(tmp_path, folder):
    assert code_of_opening(tmp_path / "nothing") == "index.missing"
    write_files(tmp_path, {"a file": ""})
    assert code_of_opening(tmp_path / "a file") == "index.missing"
    (folder / "CURRENT").unlink()
    assert code_of_opening(folder) == "index.missing"


@pytest.mark.parametrize("text", ["", "g", "../index/g000001", "g000009", "\xff\xfe"])
def test_a_pointer_that_leads_to_no_generation_is_damage(folder, text):
    (folder / "CURRENT").write_text(text, "latin-1")
    assert code_of_opening(folder) == "index.damaged"


@pytest.mark.parametrize("text", ["", "g000009"])
def test_a_build_says_why_it_begins_anew_where_a_pointer_leads_to_no_generation(news, folder, text):
    (folder / "CURRENT").write_text(text)
    told = []
    build([news], folder, ToyEncoder(), lambda stage, done, total: told.append(stage))
    assert told[0] == "afresh.damaged"
    assert len(Index.open(folder, ToyEncoder())) == 3


def test_what_a_build_left_that_was_ended_goes_with_the_next_one(news, folder):
    write_files(folder, {"CURRENT.new": "g0", "g000007.draft/words/x": "", "g000008/x": ""})
    build([news], folder, ToyEncoder())
    assert sorted(path.name for path in folder.iterdir()) == ["CURRENT", "g000001", "lock"]


def test_a_missing_file_is_damage_whichever_it_is(folder):
    for file in files_of(folder)[1:]:
        content = file.read_bytes()
        file.unlink()
        assert code_of_opening(folder) == "index.damaged", file
        file.write_bytes(content)
    assert Index.open(folder, ToyEncoder())


def test_one_altered_byte_is_damage_in_whichever_file(folder):
    assert len(files_of(folder)) > 6
    for file in files_of(folder):
        content = file.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert code_of_opening(folder) == "index.damaged", (file, at)
        file.write_bytes(content + b"\x00")
        assert code_of_opening(folder) == "index.damaged", file
        file.write_bytes(content[:-1])
        assert code_of_opening(folder) == "index.damaged" or file.name == "CURRENT", file
        file.write_bytes(content)
    assert Index.open(folder, ToyEncoder())


@pytest.mark.parametrize(
    "altered",
    [
        '"articles": 2',
        '"passages": 2',
        '"fils": {',
        "[1]",
        "",
    ],
)
def test_an_altered_manifest_is_damage(folder, altered):
    manifest = generation(folder) / "manifest.json"
    key = altered.partition(":")[0]
    text = manifest.read_text()
    manifest.write_text(text.replace(f"{key}: 3", altered) if key in text and key else altered)
    assert manifest.read_text() != text
    assert code_of_opening(folder) == "index.damaged"


def test_a_large_index_is_not_read_through_but_an_altered_article_is_still_refused(folder, monkeypatch):
    monkeypatch.setattr(store, "VERIFIED_ON_OPEN_BYTES", 0)
    database = generation(folder) / "articles.db"
    content = database.read_bytes()
    packed = zlib.compress(NEWS["nato.txt"].encode(), _COMPRESSION)
    assert content.count(packed) == 1
    at = content.index(packed) + len(packed) // 2
    database.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    index = Index.open(folder, ToyEncoder())
    with pytest.raises(KhamtopError) as caught:
        index.article("news/nato.txt")
    assert caught.value.code == "index.damaged"
    assert index.article("news/flood.txt").title == "น้ำท่วมกรุงเทพ"
    manifest = store.Manifest.read(generation(folder))
    assert list(store.damage(generation(folder), manifest)) == []
    assert list(store.damage(generation(folder), manifest, thorough=True)) == ["articles.db"]


def test_another_format_is_refused_with_both_numbers(folder, monkeypatch):
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    with pytest.raises(KhamtopError) as caught:
        Index.open(folder, ToyEncoder())
    assert caught.value.code == "index.format"
    assert caught.value.facts == {"found": store.FORMAT - 1, "wanted": store.FORMAT}


def test_another_encoder_is_refused_with_both_names(folder):
    other = ToyEncoder()
    other.name = "retrained"
    with pytest.raises(KhamtopError) as caught:
        Index.open(folder, other)
    assert caught.value.code == "index.encoder"
    assert caught.value.facts == {"found": "retrained", "wanted": "toy"}


def test_what_the_encoder_was_loaded_from_is_remembered(news, folder, tmp_path):
    assert remembered_encoder(folder) is None
    assert remembered_encoder(tmp_path / "nothing") is None
    build([news], folder, ToyEncoder(), encoder_source="intfloat/multilingual-e5-small")
    assert remembered_encoder(folder) == "intfloat/multilingual-e5-small"
    (generation(folder) / "manifest.json").write_text("{}")
    assert remembered_encoder(folder) is None


# Writing


def snapshot(folder):
    return {file: file.read_bytes() for file in files_of(folder)}


def test_a_draft_that_is_not_committed_changes_nothing(folder):
    before = snapshot(folder)
    with drafting(folder, ToyEncoder()) as (draft, _):
        draft.database.remove(1)
        draft.rankings.dense.remove(range(100))
        draft.rankings.lexical.remove(range(100))
        draft.rankings.lexical.commit()
    assert snapshot(folder) == before
    assert sorted(path.name for path in folder.glob("g*")) == [generation(folder).name]


def test_a_draft_that_fails_leaves_the_last_index(folder):
    before = snapshot(folder)

    def fail():
        with drafting(folder, ToyEncoder()) as (draft, _):
            draft.database.remove(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert snapshot(folder) == before
    assert best(Index.open(folder, ToyEncoder()), "รถไฟ") == ["news/train.txt"] * 2


@pytest.mark.parametrize(("owner", "step"), [(Dense, "commit"), (os, "rename"), (os, "replace")])
def test_a_disk_that_fills_during_the_commit_leaves_the_last_index(folder, news, monkeypatch, owner, step):
    def full(*_):
        raise OSError(28, "No space left on device")

    before = snapshot(folder)
    write_files(news, {"more.txt": "ข่าวใหม่ ฝนหยุดแล้ว"})
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, full)
        with pytest.raises(KhamtopError) as raised:
            build([news], folder, ToyEncoder())
    assert raised.value.code == "index.unwritable"
    assert snapshot(folder) == before
    assert build([news], folder, ToyEncoder()).added == 1


def test_leftovers_of_a_build_that_was_cut_off_are_swept(folder, news):
    current = generation(folder)
    shutil.copytree(current, folder / "g000002.draft")
    shutil.copytree(current, folder / "g000002")
    shutil.copytree(current, folder / "g000000")
    build([news], folder, ToyEncoder())  # changes nothing else
    assert [path.name for path in folder.glob("g*")] == ["g000001"]
    write_files(news, {"more.txt": "ข่าวใหม่"})
    build([news], folder, ToyEncoder())
    assert [path.name for path in folder.glob("g*")] == [generation(folder).name] == ["g000002"]


def test_a_draft_into_which_a_lock_came_while_it_was_removed_is_removed_nevertheless(folder, news, monkeypatch):
    remove, met = shutil.rmtree, []

    def and_a_lock_comes(path, **options):
        """What a thread of tantivy's may do: the folder of words is not empty when it should go."""
        remove(path, **options)
        if not met:
            (path / "words").mkdir(parents=True)
            (path / "words" / ".tantivy-meta.lock").touch()
        met.append(path.name)

    monkeypatch.setattr(shutil, "rmtree", and_a_lock_comes)
    build([news], folder, ToyEncoder())  # finds nothing new
    assert met == ["g000002.draft"] * 2
    assert sorted(path.name for path in folder.iterdir()) == ["CURRENT", "g000001", "lock"]


def test_other_folders_beside_an_index_are_left_alone(news, tmp_path):
    write_files(tmp_path / "home", {"games/score.txt": "1", "g1/notes.txt": "2"})
    build([news], tmp_path / "home", ToyEncoder())
    assert (tmp_path / "home" / "games" / "score.txt").exists()


def test_a_reader_opened_before_a_commit_goes_on_answering_after_it(folder, news):
    reader = Index.open(folder, ToyEncoder())
    before = found(Index.open(folder, ToyEncoder()), "น้ำท่วมกรุงเทพ")
    write_files(news, {"flood.txt": "ข่าวอื่น\nไม่มีอะไร"})
    (news / "train.txt").unlink()
    for _ in range(2):  # its generation is swept away
        build([news], folder, ToyEncoder())
    assert found(reader, "น้ำท่วมกรุงเทพ") == before
    assert reader.article("news/train.txt").text == NEWS["train.txt"]
    assert "news/train.txt" not in {article.id for article in Index.open(folder, ToyEncoder()).articles()}


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (store, "damage"),
        (Dense, "_load"),
        (store, "_checksum"),
    ],
)
def test_a_reader_whose_generation_is_replaced_while_it_opens_takes_the_new_one(folder, news, monkeypatch, owner, step):
    original = getattr(owner, step)

    def late(*arguments):
        monkeypatch.setattr(owner, step, original)
        write_files(news, {"more.txt": "ข่าวใหม่ ฝนหยุดแล้ว"})
        build([news], folder, ToyEncoder())
        return original(*arguments)

    monkeypatch.setattr(owner, step, late)
    assert Index.open(folder, ToyEncoder()).article("news/more.txt")


def test_two_builds_do_not_write_at_once(folder, news):
    with drafting(folder, ToyEncoder()):
        with pytest.raises(KhamtopError) as caught:
            build([news], folder, ToyEncoder())
        assert caught.value.code == "index.busy"
        assert best(Index.open(folder, ToyEncoder()), "รถไฟ") == ["news/train.txt"] * 2
    assert build([news], folder, ToyEncoder()).unchanged == 3


# One process, so that the libraries load once, forks a build for each step and kills it there.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from tests.toys import ToyEncoder
from khamtop.index.rankings.dense import Dense
from khamtop.index.storage import store
from khamtop.index.building.build import build
from khamtop.index.storage.database import _COMPRESSION

def kill(*_): os.kill(os.getpid(), signal.SIGKILL)
def after(call): return lambda *arguments: (call(*arguments), kill())

class Dying(ToyEncoder):
    def encode_passages(self, texts): kill()

def at_current(call):
    return lambda source, target: call(source, target) if Path(target).name == "CURRENT" else real(source, target)

base, real = Path(sys.argv[1]), os.replace
for step in sys.argv[2:]:
    if (child := os.fork()) == 0:
        match step:
            case "embed": encoder = Dying()
            case "save": Dense.commit = kill
            case "rename": os.rename = kill
            case "point": os.replace = at_current(kill)
            case "pointed": os.replace = at_current(after(real))
        build([base / "news"], base / step, Dying() if step == "embed" else ToyEncoder())
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (step, status)
"""


def test_a_build_killed_at_any_step_leaves_a_whole_index_and_the_next_one_goes_on(folder, news):
    steps = ["embed", "save", "rename", "point", "pointed"]
    for step in steps:
        shutil.copytree(folder, news.parent / step)
    write_files(news, {"more.txt": "ข่าวใหม่\nดาวเทียมขึ้นสู่วงโคจร"})
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths}\n{KILLED}", str(news.parent), *steps],
        check=True, timeout=60,
    )  # fmt: skip
    for step in steps:
        index = Index.open(news.parent / step, ToyEncoder())
        assert index.manifest.articles == (4 if step == "pointed" else 3), step
        assert best(index, "ขบวนรถไฟ") == ["news/train.txt"] * 2
        report = build([news], news.parent / step, ToyEncoder())
        assert (report.added, report.unchanged) == ((0, 4) if step == "pointed" else (1, 3)), step
        assert best(Index.open(news.parent / step, ToyEncoder()), "ดาวเทียม") == ["news/more.txt"] * 2
        assert len(list((news.parent / step).glob("g*"))) == 1


def test_a_committed_generation_is_never_written_to_again(folder, news):
    first = generation(folder)
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files_of(folder)[1:]}
    kept = shutil.copytree(first, folder.parent / "kept", copy_function=os.link)  # the same files, not swept
    write_files(news, {"flood.txt": "ข่าวอื่น", "more.txt": "ข่าวใหม่"})
    build([news], folder, ToyEncoder())
    assert {first / path.relative_to(kept): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in kept.rglob("*") if path.is_file() and path.suffix != ".lock"} == before  # fmt: skip


def test_a_rebuild_of_a_large_index_neither_writes_nor_reads_its_lists(news, tmp_path, monkeypatch):
    for name, value in {"FLAT_MOST": 3, "LISTS": 2, "GROWTH": 100, "MOST_DELTA": 100, "MOST_GONE": 100}.items():
        monkeypatch.setattr(dense, name, value)
    folder = tmp_path / "index"
    build([news], folder, ToyEncoder())
    kept = ("vectors.faiss", "vectors.owners", "vectors.rows")
    lists = [os.stat(generation(folder) / name) for name in kept]
    summed = []
    original = store._checksum
    monkeypatch.setattr(store, "_checksum", lambda file: (summed.append(file.name), original(file))[1])
    monkeypatch.setattr(store, "VERIFIED_ON_OPEN_BYTES", 0)
    write_files(news, {"flood.txt": "ข่าวอื่น", "more.txt": "ดาวเทียม\nดาวเทียมขึ้นสู่วงโคจร"})
    (news / "train.txt").unlink()
    build([news], folder, ToyEncoder())
    now = [os.stat(generation(folder) / name) for name in kept]
    assert [(stat.st_ino, stat.st_mtime_ns) for stat in now] == [(stat.st_ino, stat.st_mtime_ns) for stat in lists]
    assert not {*kept} & {*summed}
    assert {"articles.db", "vectors.beside", "vectors.gone"} <= set(summed)
    index = Index.open(folder, ToyEncoder())
    assert index.rankings.dense.passages() == index.database.passages()
    assert best(index, "ดาวเทียมขึ้นสู่วงโคจร") == ["news/more.txt"] * 2
    assert "news/train.txt" not in {name for name, _ in found(index, "ขบวนรถไฟ")[1]}


def test_the_manifest_describes_what_is_there(folder):
    manifest = json.loads((generation(folder) / "manifest.json").read_text())
    written = {path.relative_to(generation(folder)).as_posix(): path.stat().st_size for path in files_of(folder)[1:]}
    del written["manifest.json"]
    assert {name: size for name, (size, _) in manifest["files"].items()} == written
    assert (manifest["format"], manifest["encoder"], manifest["encoder_source"]) == (store.FORMAT, "toy", None)


def test_vectors_of_the_index_are_those_of_its_encoder(folder):
    index = Index.open(folder, ToyEncoder())
    (number,) = index.passages_of("news/train.txt")
    article, passage = index.passage(number)
    vector = ToyEncoder().encode_passages([article.text[passage.start : passage.end]])[0]
    assert index.rankings.dense.search(vector, 1)[0].passage == number
    assert index.rankings.dense.search(vector, 1)[0].score == pytest.approx(1.0)
    assert np.linalg.norm(vector) == pytest.approx(1.0)
