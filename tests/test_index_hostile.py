"""Damaged files of every kind: articles, or reasons that have a sentence, and nothing lost on the way.

`tests/benchmarks/hostile.py` tries a hundred thousand of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khamtop.index.building.build import build
from khamtop.index.sources.files import read_articles
from khamtop.index.sources.wiring import SOURCES
from khamtop.index.storage import check
from khamtop.index.types import Article, Rejected
from tests import hostile_files
from tests.hostile_files import MAKERS, good_file, hostile_file, problems_of, problems_of_article
from tests.toys import ToyEncoder, in_memory

chance = given(st.randoms(use_true_random=False))
few = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with in_memory(tmp_path_factory.mktemp("hostile")) as found:
        yield found


def problems(folder: Path, name: str, raw: bytes) -> list[str]:
    """What is wrong with how a file of that content is read."""
    path = folder / name
    path.write_bytes(raw)
    try:
        return list(problems_of(path))
    finally:
        path.unlink()


def test_every_ending_that_is_read_is_tried() -> None:
    endings = {ending for source in SOURCES for ending in source.suffixes}
    packed = {ending for ending in endings if ending.endswith((".gz", ".xz"))}
    assert {ending for ending in endings - packed if not any(name.endswith(ending) for name in MAKERS)} == set()


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_what_is_damaged_was_good_before(folder: Path, name: str) -> None:
    (folder / name).write_bytes(good_file(name))
    found = list(read_articles([folder / name]))
    (folder / name).unlink()
    assert any(isinstance(item, Article) for item in found)
    reasons = {item.reason for item in found if isinstance(item, Rejected)}
    assert reasons <= {"article.duplicate_id"}  # of members of the ZIP that say the same


@few
@chance
def test_a_damaged_file_gives_articles_or_reasons_and_loses_nothing(folder: Path, random: Random) -> None:
    assert problems(folder, *hostile_file(random, without=(".pdf",))) == []


def test_a_damaged_pdf_gives_articles_or_reasons(folder: Path) -> None:
    others = tuple(name for name in MAKERS if name != "a.pdf")
    for seed in range(4):  # each takes a process of its own
        assert problems(folder, *hostile_file(Random(seed), without=others)) == []


def test_an_index_of_damaged_files_is_whole(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "ข่าว"
    archive.mkdir()
    for seed in range(60):
        name, raw = hostile_file(Random(seed), without=(".pdf",))
        (archive / f"{seed}{name}").write_bytes(raw)
    report = build([archive], tmp_path / "index", ToyEncoder())
    assert report.added > 20
    assert list(check.problems(tmp_path / "index", ToyEncoder())) == []
    again = build([archive], tmp_path / "index", ToyEncoder())
    assert (again.added, again.removed, again.changed) == (0, 0, 0)
    assert sorted(map(str, again.rejected)) == sorted(map(str, report.rejected))


# What is looked for is found


@pytest.mark.parametrize(
    ("text", "problem"),
    [("ข่าว\nฝนตกหนัก", "in no passage: '\\nฝนตกหนัก'"), ("....", "an article says nothing")],
)
def test_a_loss_would_be_seen(monkeypatch: pytest.MonkeyPatch, text: str, problem: str) -> None:
    whole = hostile_files.prepare
    monkeypatch.setattr(
        hostile_files, "prepare", lambda article, *wants, **more: whole(Article("a", "ก", "ข่าว", "a"), *wants, **more)
    )
    assert list(problems_of_article(Article("a", "ก", text, "a.txt"))) == [problem]


def test_a_reason_without_a_sentence_or_a_lost_line_would_be_seen(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(hostile_files, "read", lambda file: iter([(b"", Rejected("a", "file.nothing"))]))
    assert problems(folder, "a.jsonl", b"{}\n{}") == [
        "no sentence for file.nothing",
        "2 lines, and 1 articles and reasons",
    ]
    monkeypatch.setattr(hostile_files, "read", lambda file: iter([]))
    assert problems(folder, "a.txt", b"x") == ["nothing is told of the file", "a text is neither article nor reason"]
