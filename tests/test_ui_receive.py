"""POST /upload as a browser sends it, and as somebody does who means harm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

import khamtop.ui.receive
from khamtop.ui.receive import upload_endpoint

NEWS = "ข่าวตลาด\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551".encode()
HEAD = {"Content-Type": "multipart/form-data; boundary=X"}


class Recorded(SimpleNamespace):
    """Stands in for the service: counts the builds that are begun."""

    def begin_build(self, anew: bool) -> None:
        assert anew
        self.builds += 1


@pytest.fixture
def service(tmp_path: Path) -> Recorded:
    (tmp_path / "articles").mkdir()
    return Recorded(upload_folder=tmp_path / "articles", read_only=False, owner=lambda identity: None, builds=0)


@pytest.fixture
def client(service: Recorded) -> TestClient:
    endpoint: Any = upload_endpoint(service, lambda: {"articles": 7})  # type: ignore[arg-type]
    return TestClient(Starlette(routes=[Route("/upload", endpoint, methods=["POST"])]))


def part(name: str, content: bytes, field: str = "files") -> bytes:
    head = f'--X\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"


def test_several_files_are_saved_and_one_build_begins(client: TestClient, service: Recorded) -> None:
    sent = client.post("/upload", files=[("files", ("ตลาด.txt", NEWS)), ("files", ("b.exe", NEWS))])
    assert sent.json() == {
        "saved": [{"name": "ตลาด.txt"}],
        "refused": [{"name": "b.exe", "reason": "file.kind"}],
        "articles": 7,
    }
    assert (service.upload_folder / "ตลาด.txt").read_bytes() == NEWS
    assert service.builds == 1


def test_where_nothing_is_saved_nothing_is_built(client: TestClient, service: Recorded) -> None:
    assert client.post("/upload", files={"files": ("b.exe", NEWS)}).json()["saved"] == []
    assert service.builds == 0


def test_only_the_field_that_is_meant_for_files_lands(client: TestClient, service: Recorded) -> None:
    body = (
        part("a.txt", NEWS, field="other")
        + b'--X\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--X--\r\n'
    )
    assert client.post("/upload", content=body, headers=HEAD).json()["saved"] == []
    assert os.listdir(service.upload_folder) == []


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", HEAD),
        (b"nothing of the kind", HEAD),
        (part("a.txt", NEWS), HEAD),  # cut off between two files
        (part("a.txt", NEWS)[:-9], HEAD),
        (part("a.txt", NEWS) + b"--X--", {"Content-Type": "multipart/form-data"}),
        (part("a.txt", NEWS) + b"--X--", {"Content-Type": "text/plain"}),
        (part("a.txt", NEWS) + b"--X--", {}),
        (b"--X\r\n" + b"A: b\r\n" * 1000, HEAD),
        (b"--X\r\n" + b"A" * 100_000, HEAD),
    ],
)
def test_what_is_not_a_whole_upload_is_told_in_one_sentence(
    client: TestClient, service: Recorded, body: bytes, headers: dict[str, str]
) -> None:
    refused = client.post("/upload", content=body, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "upload.invalid")
    assert not [name for name in os.listdir(service.upload_folder) if name.startswith(".")]


def test_of_an_upload_that_breaks_off_the_files_that_came_whole_are_built(
    client: TestClient, service: Recorded
) -> None:
    assert client.post("/upload", content=part("a.txt", NEWS) + part("b.txt", NEWS)[:-9], headers=HEAD).is_error
    assert os.listdir(service.upload_folder) == ["a.txt"]
    assert service.builds == 1


def test_a_body_without_end_is_given_up_whatever_length_it_claims(
    client: TestClient, service: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(khamtop.ui.receive, "_GIVEN_UP_BYTES", 100_000)
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield part("a.txt", b"")[:-2]
        while True:
            read += 1000
            yield b"x" * 1000

    def bounded() -> Iterator[bytes]:  # the test's client reads all before it sends
        for chunk in endless():
            yield chunk
            if read > 200_000:
                return

    refused = client.post("/upload", content=bounded(), headers=HEAD)
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "upload.too_much")
    assert os.listdir(service.upload_folder) == []
    claims = client.post("/upload", content=b"x", headers={**HEAD, "Content-Length": "99999999999"})
    assert claims.status_code == 413


def test_for_reading_only_or_without_a_folder_it_is_refused(client: TestClient, service: Recorded) -> None:
    service.read_only = True
    refused = client.post("/upload", files={"files": ("a.txt", NEWS)})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "read_only")
    service.read_only, service.upload_folder = False, None
    refused = client.post("/upload", files={"files": ("a.txt", NEWS)})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "upload.no_folder")
