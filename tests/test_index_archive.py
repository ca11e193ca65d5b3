"""ZIP files of articles: as a folder of that name, and what attacks by way of them."""

from __future__ import annotations

import io
import os
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest

from khamtop.index.building.build import build
from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, Rejected
from tests.toys import ToyEncoder, lines, write_files

Members = list[tuple[str, bytes | str]]


def zipped(members: Members, pack: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", pack) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return raw.getvalue()


def found(tmp_path: Path, raw: bytes) -> list[Article | Rejected]:
    return list(read_articles([write_files(tmp_path / "news", {"a.zip": raw})]))


def told(tmp_path: Path, raw: bytes) -> list[tuple[str, str]]:
    """What was made of each member: the id of its article, or its path below the folder, and its text or reason."""
    base = f"{tmp_path}/news/"
    return [
        (item.id, item.text) if isinstance(item, Article) else (item.path.removeprefix(base), item.reason)
        for item in found(tmp_path, raw)
    ]


def test_members_are_read_as_if_they_lay_in_a_folder_of_that_name(tmp_path: Path) -> None:
    members: Members = [
        ("2565/ฝน.txt", "ฝนตกหนัก"),
        ("2565/", ""),
        ("table.csv", "text\nลมแรง\nแดดออก\n"),
        ("lines.jsonl", lines({"id": "7", "text": "หมอกลง", "source": "https://x.th/7"})),
        ("page.html", "<html><body><p>น้ำท่วมบ้านสวน</p></body></html>"),
        ("old.doc", "x"),
        ("README.txt", "อ่านก่อน"),
        (".secret/a.txt", "ลับ"),
        ("__MACOSX/._ฝน.txt", "ลับ"),
        ("more.zip", zipped([("a.txt", "ซ้อน")])),
        ("picture.png", "x"),
    ]
    assert told(tmp_path, zipped(members)) == [
        ("news/a.zip/2565/ฝน.txt", "ฝนตกหนัก"),
        ("news/a.zip/table.csv:2", "ลมแรง"),
        ("news/a.zip/table.csv:3", "แดดออก"),
        ("7", "หมอกลง"),
        ("news/a.zip/page.html", "น้ำท่วมบ้านสวน"),
        ("a.zip/old.doc", "file.old_word"),
        ("a.zip/README.txt", "file.readme"),
        ("a.zip/.secret/a.txt", "file.hidden"),
        ("a.zip/__MACOSX/._ฝน.txt", "file.hidden"),
        ("a.zip/more.zip", "zip.nested"),
        ("a.zip/picture.png", "file.kind"),
    ]


def test_a_member_s_source_is_its_place_in_the_archive(tmp_path: Path) -> None:
    (item,) = found(tmp_path, zipped([("2565/a.txt", "ฝนตก")]))
    assert isinstance(item, Article)
    assert item.source == str(tmp_path / "news" / "a.zip" / "2565" / "a.txt")


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "/tmp/out.txt", "..\\out.txt", "C:\\out.txt", "C:a.txt"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused_and_written_nowhere(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacking = tmp_path / "unpacking"
    unpacking.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unpacking))
    first, second = told(tmp_path, zipped([(name, "หนี"), ("a.txt", "ฝนตก")]))
    assert first == (f"a.zip/{name}".replace("\\", "/"), "zip.name")
    assert second == ("news/a.zip/a.txt", "ฝนตก")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "news", "unpacking"]


@pytest.mark.parametrize(("encoding", "flag"), [("utf-8", 0x800), ("utf-8", 0), ("cp874", 0)])
def test_thai_names_of_every_program(tmp_path: Path, encoding: str, flag: int) -> None:
    standing_in = b"x" * len("ข่าวน้ำท่วม".encode(encoding))
    raw = zipped([(standing_in.decode() + ".txt", "ฝนตก")]).replace(standing_in, "ข่าวน้ำท่วม".encode(encoding))
    if flag:
        raw = raw.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x00\x08")
        raw = raw.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x08")
    assert told(tmp_path, raw) == [("news/a.zip/ข่าวน้ำท่วม.txt", "ฝนตก")]


def test_a_name_of_another_language_stays(tmp_path: Path) -> None:
    raw = zipped([("caf_.txt", "ฝนตก")]).replace(b"caf_", "café".encode("cp437"))
    assert told(tmp_path, raw) == [("news/a.zip/café.txt", "ฝนตก")]


def test_what_is_locked_damaged_or_a_link_costs_no_other(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("damaged.txt", "ลมแรง")
        archive.writestr("locked.txt", "แดดออก")
        archive.writestr("a.txt", "ฝนตก")
    bytes_ = raw.getvalue().replace("ลมแรง".encode(), "ลมแตก".encode(), 1)
    at = bytes_.rindex(b"PK\x01\x02", 0, bytes_.rindex(b"locked.txt"))
    locked = bytearray(bytes_)
    locked[at + 8] |= 1
    assert told(tmp_path, bytes(locked)) == [
        ("a.zip/link.txt", "file.kind"),
        ("a.zip/damaged.txt", "file.unreadable"),
        ("a.zip/locked.txt", "file.protected"),
        ("news/a.zip/a.txt", "ฝนตก"),
    ]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    news = tmp_path / "news"
    news.mkdir()
    block = b" " * 10_000_000
    with (
        zipfile.ZipFile(news / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("bomb.txt", "w") as member,
    ):
        for _ in range(100):
            member.write(block)

    def never(*given: object) -> None:
        raise AssertionError("a bomb was unpacked")

    monkeypatch.setattr("khamtop.index.sources.archive._unpack", never)
    (problem,) = read_articles([news])
    assert problem == Rejected(str(news / "a.zip"), "zip.too_much")


def test_many_members_that_share_their_bytes_end_it_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khamtop.index.sources.archive._ANYWAY_BYTES", 0)
    first, *more = told(tmp_path, zipped([("a.txt", "ฝนตก"), *((f"{n}.txt", "ก" * 90_000) for n in range(9))]))
    assert first == ("news/a.zip/a.txt", "ฝนตก")
    assert more[-1] == ("a.zip", "zip.too_much")
    assert len(more) < 9


def test_a_member_that_says_it_is_smaller_than_it_is_gives_no_more(tmp_path: Path) -> None:
    raw = bytearray(zipped([("a.txt", "ก" * 500_000)]))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (60).to_bytes(4, "little")
    assert told(tmp_path, bytes(raw)) == [("a.zip/a.txt", "file.unreadable")]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "file.not_whole"),
        ("ฝนตก".encode(), "file.not_whole"),
        (zipped([("a.txt", "ฝนตก" * 100)])[:-25], "file.not_whole"),
        (zipped([]), "file.empty"),
        (zipped([("a/", "")]), "file.empty"),
    ],
    ids=["empty", "text", "cut", "no member", "folders"],
)
def test_what_is_no_archive_has_its_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    assert told(tmp_path, raw) == [("a.zip", reason)]


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khamtop.index.sources.archive._MOST_MEMBERS", 2)
    assert told(tmp_path, zipped([(f"{n}.txt", "ฝน") for n in range(3)])) == [("a.zip", "zip.too_many")]


def test_a_build_keeps_what_stays_and_tells_equal_members_apart(tmp_path: Path) -> None:
    members: Members = [("a.txt", "ฝนตก"), ("b.txt", "ฝนตก"), ("c.txt", "ลมแรง")]
    news = write_files(tmp_path / "news", {"a.zip": zipped(members)})
    index = tmp_path / "index"
    assert build([news], index, ToyEncoder()).added == 3
    assert build([news], index, ToyEncoder()).unchanged == 3
    write_files(news, {"a.zip": zipped([*members[1:], ("d.txt", "แดดออก")])})
    report = build([news], index, ToyEncoder())
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 0, 2, 1)
    assert not report.rejected


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacking = tmp_path / "unpacking"
    unpacking.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unpacking))
    items = read_articles([write_files(tmp_path / "news", {"a.zip": zipped([("a.txt", "ฝน"), ("b.txt", "ลม")])})])
    assert isinstance(next(items), Article)
    items.close()  # type: ignore[attr-defined]
    assert os.listdir(unpacking) == []
