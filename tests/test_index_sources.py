"""The seam for kinds of files: a toy one plugs in by its own class and one line of the wiring."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import pytest

from khamtop.index.sources import wiring
from khamtop.index.sources.files import read_articles
from khamtop.index.sources.source import File, Unit, Unreadable, digest_of_bytes
from khamtop.index.sources.whole import WholeFile
from khamtop.index.types import Article, Rejected
from tests.toys import write_files


class Ballads:
    """A toy kind of file: a verse a line, each an article."""

    suffixes = (".ballad",)

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`."""
        for number, verse in enumerate(file.path.read_text("utf-8").splitlines(), start=1):
            digest = digest_of_bytes(verse.encode()).digest()
            if not verse:
                raise Unreadable("file.empty", number)
            yield digest, None if digest in known else Article(f"{file.identity}:{number}", verse, verse, file.source)


def whisper(file: File, raw: bytes) -> Article:
    """A toy kind of file with an article each, whose text is shouted."""
    return Article(file.identity, "เสียง", raw.decode().upper(), file.source)


@pytest.fixture
def more_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = (*wiring.SOURCES, Ballads(), WholeFile((".whisper",), whisper))
    monkeypatch.setattr(wiring, "SOURCES", kinds)


def test_a_new_kind_of_file_is_read_beside_the_others(more_kinds: None, tmp_path: Path) -> None:
    names = {"a.txt": "ข่าว\nฝนตก", "b.ballad": "ฟ้าใส\nน้ำไหล", "c.WHISPER": "rain"}
    found = list(read_articles([write_files(tmp_path / "news", names)]))
    assert [(item.id, item.text) for item in found if isinstance(item, Article)] == [
        ("news/a.txt", "ข่าว\nฝนตก"),
        ("news/b.ballad:1", "ฟ้าใส"),
        ("news/b.ballad:2", "น้ำไหล"),
        ("news/c.WHISPER", "RAIN"),
    ]


def test_what_was_read_before_a_new_kind_broke_off_stands(more_kinds: None, tmp_path: Path) -> None:
    first, problem = read_articles([write_files(tmp_path / "news", {"b.ballad": "ฟ้าใส\n\nน้ำไหล"})])
    assert isinstance(first, Article)
    assert isinstance(problem, Rejected)
    assert (first.text, problem.reason, problem.line) == ("ฟ้าใส", "file.empty", 2)


def test_a_kind_that_is_not_wired_is_told(tmp_path: Path) -> None:
    (problem,) = read_articles([write_files(tmp_path / "news", {"b.ballad": "ฟ้าใส"})])
    assert isinstance(problem, Rejected)
    assert problem.reason == "file.kind"
