"""What becomes of files that are sent in."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import zipfile
from pathlib import Path

import pytest

import khamtop.ui.uploads
from khamtop.index.types import KhamtopError
from khamtop.ui.uploads import Uploads, upload_folder
from tests.pdfs import by_hand, said

NEWS = "ข่าวตลาด\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551".encode()
OTHER = "ข่าวสะพาน\n\nสะพานแขวนเมืองใหม่สร้างเสร็จเมื่อ พ.ศ. 2499".encode()
PDF = by_hand(said((50, 700, "The floating market opened in 2008.")))
LINE = json.dumps({"text": OTHER.decode()}).encode() + b"\n"


def zipped(name: str, content: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return raw.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    return tmp_path / "articles"


def send(folder: Path, *files: tuple[str, bytes]) -> Uploads:
    """Sends files as they come from the network, in pieces."""
    uploads = Uploads(folder)
    for name, content in files:
        uploads.begin(name)
        for at in range(0, len(content), 7):
            uploads.write(content[at : at + 7])
        uploads.end()
    return uploads


def names(folder: Path) -> set[str]:
    return set(os.listdir(folder))


def test_a_file_lands_under_its_name_with_its_bytes(folder: Path) -> None:
    assert send(folder, ("ตลาด.txt", NEWS)).saved == ["ตลาด.txt"]
    assert (folder / "ตลาด.txt").read_bytes() == NEWS
    assert names(folder) == {"ตลาด.txt"}


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "/tmp/outside.txt",
        "..\\outside.txt",
        "a/../../outside.txt",
        "....//outside.txt",
        "./outside.txt",
    ],
)
def test_whatever_its_name_says_a_file_lands_in_the_folder_and_nowhere_else(folder: Path, name: str) -> None:
    assert send(folder, (name, NEWS)).saved == ["outside.txt"]
    assert [path.relative_to(folder.parent).as_posix() for path in folder.parent.rglob("*.txt")] == [
        "articles/outside.txt"
    ]


def test_the_same_file_again_is_already_there(folder: Path) -> None:
    assert send(folder, ("a.txt", NEWS), ("b/a.txt", NEWS)).refused == [("a.txt", "upload.there")]
    assert names(folder) == {"a.txt"}


def test_another_file_of_the_same_name_replaces_nothing(folder: Path) -> None:
    sent = send(folder, ("a.txt", NEWS), ("a.txt", OTHER), ("a.txt", OTHER))
    assert sent.saved == ["a.txt", "a (2).txt"]
    assert sent.refused == [("a.txt", "upload.there")]
    assert (folder / "a.txt").read_bytes() == NEWS
    assert (folder / "a (2).txt").read_bytes() == OTHER


def test_a_link_in_the_folder_is_neither_followed_nor_replaced(folder: Path) -> None:
    (folder / "a.txt").symlink_to(folder.parent / "elsewhere.txt")
    (folder / "b.txt").mkdir()
    assert send(folder, ("a.txt", NEWS), ("b.txt", NEWS)).saved == ["a (2).txt", "b (2).txt"]
    assert not (folder.parent / "elsewhere.txt").exists()


def test_without_links_in_the_file_system_nothing_is_replaced_either(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*paths: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", unable)
    assert send(folder, ("a.txt", NEWS), ("a.txt", OTHER)).saved == ["a.txt", "a (2).txt"]
    assert names(folder) == {"a.txt", "a (2).txt"}
    assert (folder / "a.txt").read_bytes() == NEWS


@pytest.mark.parametrize("ending", [".txt", ".jsonl.gz", ".HTML"])
def test_a_long_name_is_shortened_and_keeps_its_ending(folder: Path, ending: str) -> None:
    content = gzip.compress(LINE) if ending == ".jsonl.gz" else NEWS
    uploads = send(folder, ("ข่าว" * 100 + ending, content))
    assert not uploads.refused
    (name,) = uploads.saved
    assert name.endswith(ending.lower())
    assert len(name.encode()) <= 200


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", NEWS, "file.kind"),
        ("a", NEWS, "file.kind"),
        ("a.txt.exe", NEWS, "file.kind"),
        ("a.yaml", LINE, "file.kind"),
        ("a.txt.xz", lzma.compress(NEWS), "file.kind"),
        ("txt", NEWS, "file.kind"),
        ("", NEWS, "file.kind"),
        ("a.txt", b"", "file.empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 9, "file.not_text"),
        ("a.txt", "…".encode(), "article.no_text"),
        ("a.jsonl", b"{\n", "line.broken"),
        ("a.jsonl", b'{"title": "x"}\n', "line.no_text"),
        ("a.jsonl.gz", b"no gzip", "file.unreadable"),
        ("a.jsonl.xz", lzma.compress(LINE)[:-9], "file.unreadable"),
        ("a.pdf", NEWS, "pdf.none"),
        ("a.pdf", PDF[:200], "pdf.damaged"),
        ("a.csv", b"a,b\n1,2\n", "table.no_columns"),
        ("a.docx", NEWS, "file.not_whole"),
        ("a.doc", NEWS, "file.old_word"),
        ("a.fetched", b'{"address": "https://x.th/1"}\n<p>' + NEWS, "file.kind"),
        ("a.xml", b"<a/>", "xml.other"),
        ("a.zip", NEWS, "file.not_whole"),
        ("a.zip", zipped("a.exe", NEWS), "file.kind"),
        ("a.zip", zipped("a.jsonl.xz", lzma.compress(LINE)), "zip.nested"),
    ],
)
def test_what_holds_no_readable_article_is_refused_with_the_readers_reason(
    folder: Path, name: str, content: bytes, reason: str
) -> None:
    assert send(folder, (name, content)).refused == [(name, reason)]
    assert names(folder) == set()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", NEWS),
        ("a.HTML", b"<h1>News</h1><p>" + NEWS),
        ("a.jsonl", b"{\n" + LINE),  # one line that can be read is enough: the build tells of the other
        ("a.jsonl.gz", gzip.compress(LINE)),
        ("a.jsonl.xz", lzma.compress(LINE)),
        ("ตลาดน้ำ.PDF", PDF),
        ("ข่าว.2565.txt", NEWS.decode().encode("cp874")),
        ("a.csv", b"text\n" + OTHER.replace(b"\n", b" ")),
        ("a.xml", b"<rss><item><description>" + NEWS + b"</description></item></rss>"),
        ("a.zip", zipped("a.txt", NEWS)),
    ],
)
def test_all_that_the_indexer_reads_is_taken(folder: Path, name: str, content: bytes) -> None:
    assert len(send(folder, (name, content)).saved) == 1


def test_a_file_that_is_too_large_is_refused_and_the_next_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(khamtop.ui.uploads, "LARGEST_FILE_BYTES", len(OTHER))
    sent = send(folder, ("large.txt", OTHER + b"!"), ("a.txt", OTHER))
    assert (sent.saved, sent.refused) == (["a.txt"], [("large.txt", "upload.too_large")])


def test_what_unpacks_to_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khamtop.ui.uploads, "LARGEST_UNPACKED_BYTES", 2_000_000)
    bomb = LINE + b" " * 3_000_000
    packed = {"xz": lzma.compress(bomb), "gz": gzip.compress(bomb)}
    sent = send(folder, *((f"a.jsonl.{ending}", raw) for ending, raw in packed.items()))
    assert [reason for _, reason in sent.refused] == ["upload.too_large"] * 2
    assert send(folder, ("a.zip", zipped("a.jsonl", bomb))).refused == [("a.zip", "upload.too_large")]


def test_a_file_of_lines_that_are_no_articles_is_given_up_soon(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khamtop.ui.uploads, "_MOST_OTHERS", 10)
    tried = []
    whole = khamtop.ui.uploads.read
    monkeypatch.setattr(khamtop.ui.uploads, "read", lambda file: (tried.append(unit) or unit for unit in whole(file)))
    bomb = lzma.compress(b"{}\n" * 5000)
    assert send(folder, ("a.jsonl.xz", bomb)).refused == [("a.jsonl.xz", "upload.hardly_any")]
    assert len(tried) == 11
    assert send(folder, ("a.jsonl", LINE + b"{}\n" * 5000)).refused == [("a.jsonl", "upload.hardly_any")]
    assert names(folder) == set()
    articles = b"".join(json.dumps({"text": f"ข่าวที่ {number}"}).encode() + b"\n{}\n" for number in range(40))
    assert send(folder, ("b.jsonl", articles)).saved == ["b.jsonl"]
    assert send(folder, ("c.jsonl", b"{}\n" * 10 + LINE)).saved == ["c.jsonl"]


def test_too_many_files_or_too_much_at_once_are_refused_and_what_came_before_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(khamtop.ui.uploads, "MOST_FILES", 2)
    sent = send(folder, ("a.txt", NEWS), ("b.txt", NEWS), ("c.txt", NEWS))
    assert (sent.saved, sent.refused) == (["a.txt", "b.txt"], [("c.txt", "upload.too_many")])
    monkeypatch.setattr(khamtop.ui.uploads, "MOST_BYTES", len(NEWS) + 1)
    sent = send(folder, ("d.txt", NEWS), ("e.txt", NEWS))
    assert (sent.saved, sent.refused) == (["d.txt"], [("e.txt", "upload.too_much")])
    assert names(folder) == {"a.txt", "b.txt", "d.txt"}


def test_while_a_file_comes_in_no_build_sees_it_and_one_cut_off_leaves_nothing(folder: Path) -> None:
    uploads = Uploads(folder)
    uploads.begin("a.txt")
    uploads.write(NEWS)
    assert all(name.startswith(".") for name in names(folder))
    uploads.drop()
    assert names(folder) == set()
    assert (uploads.saved, uploads.refused) == ([], [])


def test_a_folder_that_cannot_be_written_to_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert send(folder, ("a.txt", NEWS)).refused == [("a.txt", "upload.full")]
    assert names(folder) == set()


def test_what_a_killed_upload_left_goes_after_a_day(folder: Path) -> None:
    for name, age in ((".khamtop-upload-old.txt", 2 * 86400), (".khamtop-upload-new.txt", 0), ("old.txt", 2 * 86400)):
        (folder / name).write_bytes(NEWS)
        then = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (then, then))
    assert upload_folder(folder, False) == folder
    assert names(folder) == {".khamtop-upload-new.txt", "old.txt"}


def test_where_nothing_may_land_is_told(folder: Path) -> None:
    for given, code in (((folder, True), "read_only"), ((None, False), "upload.no_folder")):
        with pytest.raises(KhamtopError) as told:
            upload_folder(*given)
        assert told.value.code == code
