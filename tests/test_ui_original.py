"""The PDF of an article, as it was read: by the id of the article alone, and nothing else of this machine."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

import khamtop.index.storage.store
import khamtop.ui.original
import khamtop.ui.service
from khamtop.index.building.build import build
from khamtop.index.types import KhamtopError
from khamtop.ui.guard import Access, Guard
from khamtop.ui.original import opened, original_endpoint
from khamtop.ui.service import Service
from khamtop.ui.web import application
from tests.pdfs import by_hand, said
from tests.test_index_docx import packed
from tests.toys import NEWS, ToyEncoder, ToyReader, write_files

ZOO = by_hand(said((60, 700, "The zoo opened in 1987.")), said((60, 700, "A calf of the giraffes weighs 62 kg.")))
OTHER = by_hand(said((60, 700, "The secret of the safe is 4711.")))
NAME = "สวน สัตว์'1.pdf"
READER = "reader:secret"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles with its index."""
    tmp_path = tmp_path_factory.mktemp("original")
    write_files(tmp_path / "elsewhere", {"linked.pdf": OTHER})
    write_files(tmp_path / "news", {**NEWS, NAME: ZOO, "a.zip": packed({"packed.pdf": OTHER}), "b.PDF": OTHER + b"\n"})
    (tmp_path / "news" / "link.pdf").symlink_to(tmp_path / "elsewhere" / "linked.pdf")
    (tmp_path / "news" / "sub").symlink_to(tmp_path / "elsewhere")
    build([tmp_path / "news"], tmp_path / "index", ToyEncoder())
    return tmp_path


@pytest.fixture
def folder(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, put back as it was."""
    monkeypatch.setattr(khamtop.index.storage.store, "load_encoder", lambda name: ToyEncoder())
    monkeypatch.setattr(khamtop.ui.service, "load_reader", lambda name: ToyReader({}, otherwise=3.0))
    yield built
    (built / "news" / NAME).unlink()
    (built / "news" / NAME).write_bytes(ZOO)


@pytest.fixture
def service(folder: Path) -> Service:
    return serving(folder, folder / "news")


def serving(folder: Path, *articles: Path, **how: Any) -> Service:
    service = Service(folder / "index", articles, **how)
    service.start()
    return service


def client(service: Service, app: Any = None, **access: Any) -> TestClient:
    entry = Access(**access)
    app = app or Starlette(routes=[Route("/page/original", original_endpoint(service.original))])
    return TestClient(Guard(app, entry), base_url="http://127.0.0.1:7860")


def get(service: Service, identity: str, **access: Any) -> Any:
    return client(service, **access).get("/page/original", params={"article_id": identity})


def code(reply: Any) -> tuple[int, str]:
    told = reply.json()["error"]
    assert all(told["sentences"])
    return reply.status_code, told["code"]


def test_a_pdf_is_given_as_it_was_read_to_be_looked_at_and_nothing_else(service: Service) -> None:
    given = get(service, f"news/{NAME}")
    assert (given.status_code, given.content) == (200, ZOO)
    assert given.headers["content-type"] == "application/pdf"
    assert given.headers["content-length"] == str(len(ZOO))
    name = "%E0%B8%AA%E0%B8%A7%E0%B8%99%20%E0%B8%AA%E0%B8%B1%E0%B8%95%E0%B8%A7%E0%B9%8C%271.pdf"
    assert given.headers["content-disposition"] == f"inline; filename*=utf-8''{name}"
    assert "nosniff" in given.headers["x-content-type-options"]
    assert given.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert given.headers["cross-origin-resource-policy"] == "same-origin"
    assert given.headers["cache-control"] == "private, no-store"
    assert client(service).head("/page/original", params={"article_id": f"news/{NAME}"}).status_code == 200
    assert get(service, "news/b.PDF").content == OTHER + b"\n"


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("", "article.unknown"),
        ("news/none.pdf", "article.unknown"),
        ("/etc/passwd", "article.unknown"),
        ("../elsewhere/linked.pdf", "article.unknown"),
        ("news/../elsewhere/linked.pdf", "article.unknown"),
        (f"{NAME}", "article.unknown"),
        ("\x00", "article.unknown"),
        ("x" * 100_000, "article.unknown"),
        ("news/flood.txt", "original.none"),
        ("news/a.zip/packed.pdf", "original.none"),
        ("news/link.pdf", "original.none"),
        ("news/sub/linked.pdf", "original.none"),
    ],
)
def test_no_other_id_gives_a_file(service: Service, identity: str, told: str) -> None:
    if told == "original.none":
        service.article(identity)  # which is indexed
    with pytest.raises(KhamtopError) as refused:
        service.original(identity)
    assert refused.value.code == told
    if len(identity) < 1000:
        assert code(get(service, identity)) == (404, told)


def test_a_path_is_no_parameter(service: Service) -> None:
    path = service.owner(f"news/{NAME}")
    for name in ("path", "file", "source"):
        assert client(service).get("/page/original", params={name: str(path)}).status_code == 404
    assert client(service).get(f"/page/original/{NAME}").status_code == 404


def test_a_file_that_changed_or_went_is_not_given(service: Service, folder: Path) -> None:
    file = folder / "news" / NAME
    kept = file.stat()
    file.write_bytes(OTHER.ljust(len(ZOO), b"\n")[: len(ZOO)])
    os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))  # of the same size, and as old
    assert code(get(service, f"news/{NAME}")) == (404, "original.changed")
    file.unlink()
    assert code(get(service, f"news/{NAME}")) == (404, "original.none")
    file.symlink_to(folder / "elsewhere" / "linked.pdf")
    assert code(get(service, f"news/{NAME}")) == (404, "original.none")
    file.unlink()
    file.mkdir()
    assert code(get(service, f"news/{NAME}")) == (404, "original.none")
    file.rmdir()
    file.write_bytes(ZOO)
    assert get(service, f"news/{NAME}").content == ZOO


def test_what_takes_its_place_after_it_was_looked_for_is_not_given_either(service: Service, folder: Path) -> None:
    file = folder / "news" / NAME
    found = service.original(f"news/{NAME}")
    file.unlink()
    file.symlink_to(folder / "elsewhere" / "linked.pdf")
    assert found.stream.read() == ZOO
    found.stream.close()
    with pytest.raises(KhamtopError) as refused:
        opened(file, service._listed(f"news/{NAME}").digest)
    assert refused.value.code == "original.changed"


def test_no_more_is_sent_than_there_was(service: Service, folder: Path) -> None:
    found = service.original(f"news/{NAME}")
    with open(folder / "news" / NAME, "ab") as file:
        file.write(b"more")
    assert b"".join(khamtop.ui.original._blocks(found)) == ZOO
    assert found.stream.closed


def test_articles_of_elsewhere_are_not_given(service: Service, folder: Path) -> None:
    """An index whose articles are others than those that the page was started for."""
    other = serving(folder, folder / "elsewhere")
    assert code(get(other, f"news/{NAME}")) == (404, "original.none")


def test_it_stands_behind_the_same_doors_as_the_page(service: Service, folder: Path) -> None:
    assert get(service, f"news/{NAME}", users=(READER,)).status_code == 401
    signed = {"Authorization": f"Basic {base64.b64encode(READER.encode()).decode()}"}
    asked = {"article_id": f"news/{NAME}"}
    closed = client(service, users=(READER,))
    assert closed.get("/page/original", params=asked, headers=signed).content == ZOO
    behind = client(service, root_path="/khamtop")
    assert behind.get("/khamtop/page/original", params=asked).content == ZOO
    assert behind.get("/page/original", params=asked).content == ZOO
    open_ = client(service)
    assert open_.get("/page/original", params=asked, headers={"Host": "evil.example"}).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert open_.get("/page/original", params=asked, headers=foreign).status_code == 403
    assert open_.post("/page/original", params=asked).status_code == 405


@pytest.mark.parametrize("read_only", [False, True])
def test_the_page_is_told_which_articles_have_one(folder: Path, read_only: bool) -> None:
    service = serving(folder, folder / "news", read_only=read_only)
    page = client(service, application(service, Access()))
    identity = f"news/{NAME}"
    assert page.get("/page/original", params={"article_id": identity}).content == ZOO
    assert page.post("/page/original", json={"article_id": identity}).json()["error"]["code"] == "call.unknown"
    assert page.post("/page/article", json={"article_id": identity}).json()["original"] is True
    for other in ("news/flood.txt", "news/a.zip/packed.pdf", "news/link.pdf"):
        assert page.post("/page/article", json={"article_id": other}).json()["original"] is False
    asked = page.post("/page/ask", json={"question": "How much does the calf of the giraffes weigh?"}).json()
    given = {card["article_id"]: card["original"] for card in asked["cards"]}
    assert given[identity]
    assert not any(given[other] for other in given if other not in (identity, "news/b.PDF"))
    found = page.post("/page/search", json={"question": "giraffes weighs", "k": 9}).json()
    assert {card["original"] for article in found["articles"] for card in article["cards"]
            if card["article_id"] == identity} == {True}  # fmt: skip
