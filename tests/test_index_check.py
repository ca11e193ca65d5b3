"""The check: whatever byte is altered, and whatever one part of an index has and another has not, is named."""

import dataclasses

import pytest

from khamtop.index.building.build import build
from khamtop.index.rankings import dense
from khamtop.index.rankings.dense import Dense
from khamtop.index.rankings.lexical import Lexical
from khamtop.index.storage import check, store
from khamtop.index.storage.check import problems
from khamtop.index.storage.database import Database
from khamtop.index.storage.store import Manifest, current_generation
from khamtop.index.types import KhamtopError
from tests.toys import ToyEncoder, in_memory, write_files


@pytest.fixture
def folder(news, tmp_path):
    """An index of five articles, the second generation of it."""
    with in_memory(tmp_path) as place:
        build([news], place / "index", ToyEncoder())
        write_files(news, {"more.txt": "ข่าวใหม่\nดาวเทียมขึ้นสู่วงโคจร", "nato.txt": "ข่าวที่แก้แล้ว", "last.txt": "สุดท้าย"})
        build([news], place / "index", ToyEncoder())
        yield place / "index"


@pytest.fixture
def in_lists(monkeypatch):
    """Vectors are sorted into two lists from four on, beside which all that changes is kept."""
    monkeypatch.setattr(dense, "FLAT_MOST", 3)
    monkeypatch.setattr(dense, "LISTS", 2)
    monkeypatch.setattr(dense, "GROWTH", 100)
    monkeypatch.setattr(dense, "MOST_DELTA", 100)
    monkeypatch.setattr(dense, "MOST_GONE", 100)


def found(folder, encoder=None):
    return [(problem.code, problem.facts) for problem in problems(folder, encoder or ToyEncoder())]


def generation(folder):
    return current_generation(folder).folder


def seal(folder, **counts):
    """Rewrites the manifest, so that it describes the files as they are now."""
    manifest = Manifest.read(generation(folder))
    files = {
        name: ((generation(folder) / name).stat().st_size, store._checksum(generation(folder) / name))
        for name in [file.relative_to(generation(folder)).as_posix() for file in store._files(generation(folder))]
        if name != "manifest.json"
    }
    dataclasses.replace(manifest, files=files, **counts).write(generation(folder))


def test_a_whole_index_has_no_problems(folder):
    assert found(folder) == []
    seal(folder)
    assert found(folder) == []


def test_no_index_is_no_problem_but_an_error(folder, tmp_path):
    with pytest.raises(KhamtopError) as caught:
        list(problems(tmp_path / "nothing", ToyEncoder()))
    assert caught.value.code == "index.missing"


@pytest.mark.parametrize("limit", [0, store.VERIFIED_ON_OPEN_BYTES])
def test_one_altered_byte_is_found_in_whichever_file_and_that_file_is_named(folder, monkeypatch, limit):
    monkeypatch.setattr(store, "VERIFIED_ON_OPEN_BYTES", limit)
    assert {"articles.db", "vectors.faiss", "manifest.json", "meta.json"} <= altered_one_by_one(folder)


def test_one_altered_byte_is_found_in_the_lists_and_beside_them(in_lists, folder):
    assert {"vectors.faiss", "vectors.beside", "vectors.owners", "vectors.rows", "vectors.gone"} <= altered_one_by_one(
        folder
    )


def altered_one_by_one(folder):
    """The names of all files, each of which was found as soon as it was altered."""
    files = store._files(generation(folder))
    for file in files:
        content = file.read_bytes()
        name = file.relative_to(generation(folder)).as_posix()
        for at in (0, len(content) // 2, len(content) - 1):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert found(folder) == [("index.damaged", {"file": name})]
        file.unlink()
        assert found(folder) == [("index.damaged", {"file": name})]
        file.write_bytes(content)
    assert found(folder) == []
    return {file.name for file in files}


def test_several_altered_files_are_all_named(folder):
    for name in ("articles.db", "vectors.faiss"):
        file = generation(folder) / name
        file.write_bytes(file.read_bytes() + b"\0")
    assert found(folder) == [("index.damaged", {"file": name}) for name in ("articles.db", "vectors.faiss")]


def test_a_pointer_that_leads_nowhere_is_named(folder):
    (folder / "CURRENT").write_text("nowhere")
    assert [code for code, _ in found(folder)] == ["index.damaged"]
    (folder / "CURRENT").write_text("g000009")
    assert found(folder) == [("index.damaged", {"file": "manifest.json"})]


def test_another_encoder_is_told(folder):
    other = ToyEncoder()
    other.name = "retrained"
    assert found(folder, other) == [("index.encoder", {"found": "retrained", "wanted": "toy"})]


def a_passage(folder):
    return min(Database.open(generation(folder) / "articles.db").passages())


def change_vectors(folder, change):
    vectors = Dense(generation(folder), ToyEncoder.dimensions)
    change(vectors)
    vectors.commit()
    seal(folder)


def change_words(folder, change):
    words = Lexical(generation(folder) / "words")
    change(words)
    words.commit()
    seal(folder)


def change_database(folder, change, **counts):
    database = Database.change(generation(folder) / "articles.db")
    change(database)
    database.save()
    seal(folder, **counts)


def test_a_passage_without_a_vector_or_words_is_told(folder):
    number = a_passage(folder)
    change_vectors(folder, lambda vectors: vectors.remove([number]))
    assert found(folder) == [("check.vectors", {"missing": 1, "unknown": 0})]
    change_words(folder, lambda words: words.remove([number]))
    assert found(folder) == [(f"check.{name}", {"missing": 1, "unknown": 0}) for name in ("vectors", "words")]


def test_a_vector_of_no_passage_is_told(folder):
    vector = ToyEncoder().encode_passages(["น้ำท่วม"])
    change_vectors(folder, lambda vectors: vectors.add([1000], vector))
    assert found(folder) == [("check.vectors", {"missing": 0, "unknown": 1})]


def test_a_passage_that_only_the_rankings_have_is_told(folder):
    change_database(folder, lambda database: database.remove_passages(1), passages=4)
    assert found(folder) == [(f"check.{name}", {"missing": 0, "unknown": 1}) for name in ("vectors", "words")]


def test_counts_that_are_not_those_of_the_manifest_are_told(folder):
    seal(folder, articles=6)
    assert found(folder) == [("check.counts", {"articles": 6, "passages": 5})]


def test_passages_of_no_article_are_told(folder):
    change_database(folder, lambda database: database.remove(1), articles=4)
    assert found(folder) == [("check.orphans", {"count": 1})]


def test_a_passage_that_ends_after_its_article_is_told(folder):
    ends = "UPDATE passages SET end = 1000 WHERE article = 1"
    change_database(folder, lambda database: database._connection.execute(ends))
    assert found(folder) == [("check.spans", {"article": "news/flood.txt"})]


def test_an_article_that_is_not_as_it_was_written_is_told(folder):
    title = "UPDATE articles SET title = 'อื่น' WHERE number = 1"
    change_database(folder, lambda database: database._connection.execute(title))
    assert found(folder) == [("index.damaged", {"file": "article 1"})]


def test_a_large_index_is_compared_alike(in_lists, folder):
    assert not Dense(generation(folder), ToyEncoder.dimensions).is_exact
    assert found(folder) == []
    number = a_passage(folder)
    change_vectors(folder, lambda vectors: vectors.remove([number]))
    assert found(folder) == [("check.vectors", {"missing": 1, "unknown": 0})]
    change_vectors(folder, lambda vectors: vectors.add([number, 1000], ToyEncoder().encode_passages(["น้ำ", "ท่วม"])))
    assert found(folder) == [("check.vectors", {"missing": 0, "unknown": 1})]


def test_an_index_that_a_build_replaces_meanwhile_is_not_called_damaged(folder, news, monkeypatch):
    original = check.damage

    def late(*arguments, **options):
        monkeypatch.setattr(check, "damage", original)
        write_files(news, {"newest.txt": "ข่าวใหม่ ฝนหยุดแล้ว"})
        build([news], folder, ToyEncoder())
        return original(*arguments, **options)

    monkeypatch.setattr(check, "damage", late)
    assert found(folder) == []
