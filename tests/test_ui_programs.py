"""Which programs and which sites' pages may call `/v1`, and how often: each request as it is made."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

import khamtop.ui.guard
from khamtop.index.types import KhamtopError
from khamtop.ui import limits
from khamtop.ui.cli import CALLS_A_MINUTE
from khamtop.ui.guard import Access, Guard
from khamtop.ui.limits import Limits, place_of
from khamtop.ui.programs import SHORTEST_KEY, Keys, Programs, keys_of

KEY, OTHER = "a-key-of-the-first", "a-key-of-the-second"
PAPER = "https://paper.example"
USER = {"Authorization": f"Basic {base64.b64encode(b'reader:secret').decode()}"}


async def everything(scope, receive, send):  # type: ignore[no-untyped-def]
    """What stands behind the guard: answers every path."""
    await PlainTextResponse(Request(scope).url.path)(scope, receive, send)


def client(users: tuple[str, ...] = (), **programs: Any) -> TestClient:
    access = Access(users, programs=Programs(**programs))
    return TestClient(Guard(everything, access), base_url="http://127.0.0.1:7860", follow_redirects=False)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


# Keys


def test_without_keys_whoever_sees_the_page_may_call() -> None:
    assert client().post("/v1/ask").status_code == 200
    assert client(("reader:secret",)).post("/v1/ask").status_code == 401
    assert client(("reader:secret",)).post("/v1/ask", headers=USER).status_code == 200


def test_with_keys_each_of_them_opens_what_programs_call() -> None:
    closed = client(keys=Keys([KEY, OTHER]))
    assert closed.post("/v1/ask", headers=bearer(KEY)).status_code == 200
    assert closed.post("/v1/ask", headers=bearer(OTHER)).status_code == 200
    assert closed.get("/v1/models", headers={"authorization": f"bearer {KEY}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer(KEY[:-1]),
        bearer(KEY + "x"),
        bearer(KEY.upper()),
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"X-Api-Key": KEY},
        {"Authorization": b"Bearer \xff\xe0"},
    ],
)
def test_anything_but_a_key_is_told_to_send_one(headers: Any) -> None:
    refused = client(keys=Keys([KEY])).post("/v1/ask", headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key.required")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_key_opens_nothing_but_what_programs_call() -> None:
    both = client(("reader:secret",), keys=Keys([KEY]))
    assert both.post("/v1/ask", headers=bearer(KEY)).status_code == 200
    assert both.post("/v1/ask", headers=USER).status_code == 200
    for path in ("/", "/upload", "/page/ask", "/gradio_api/info", "/v1x/ask"):
        assert both.post(path, headers=bearer(KEY)).status_code == 401


@pytest.mark.parametrize("path", ["/v1", "//v1/ask", "/v1x/ask", "/V1/ask"])
def test_what_only_looks_like_such_a_call_leads_nowhere(path: str) -> None:
    assert client().get(f"http://127.0.0.1:7860{path}").status_code == 404


def test_how_to_call_is_told_where_the_page_is_open() -> None:
    assert client(keys=Keys([KEY])).get("/v1/openapi.json").status_code == 200
    assert client(("reader:secret",), keys=Keys([KEY])).get("/v1/docs").status_code == 401


def test_keys_are_compared_in_constant_time_with_every_one(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = khamtop.ui.programs.hmac.compare_digest

    def compare(given: bytes, known: bytes) -> bool:
        compared.append(known)
        return real(given, known)

    keys = Keys([KEY, OTHER])
    monkeypatch.setattr(khamtop.ui.programs.hmac, "compare_digest", compare)
    assert keys.known(f"Bearer {KEY}")
    assert len(set(compared)) == 2


def test_a_key_stands_in_no_log_and_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    access = Access(programs=Programs(keys=Keys([KEY])))
    closed = TestClient(Guard(everything, access), base_url="http://127.0.0.1:7860")
    refused = closed.post("/v1/ask", headers=bearer(OTHER))
    assert KEY not in repr(access)
    assert OTHER not in refused.text + str(refused.headers) + caplog.text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_keys_stand_one_a_line(file: Path) -> None:
    file.write_text(f"{KEY}\n\n  {OTHER}  \r\n", "utf-8")
    keys = keys_of(file)
    assert keys.known(f"Bearer {KEY}") != keys.known(f"Bearer {OTHER}")
    assert keys.known(f"Bearer {KEY}")
    assert keys.known(f"Bearer {OTHER}")
    assert not keys_of(None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"", "api_key.none"),
        (b"\n \n", "api_key.none"),
        (b"a" * (SHORTEST_KEY - 1), "api_key.invalid"),
        (KEY.encode() + b"\ntwo words in one key", "api_key.invalid"),
        ("กุญแจที่ยาวพอสมควรแล้ว".encode(), "api_key.invalid"),
        (b"\xff\xfe", "api_key.unreadable"),
    ],
)
def test_a_file_that_closes_nothing_is_refused_without_telling_a_key(file: Path, written: bytes, code: str) -> None:
    file.write_bytes(written)
    with pytest.raises(KhamtopError) as refused:
        keys_of(file)
    assert refused.value.code == code
    assert not set(map(str, refused.value.facts.values())) & set(written.decode("utf-8", "replace").splitlines())


def test_a_file_that_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(KhamtopError, match=r"api_key\.unreadable"):
        keys_of(file)


# How often


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_calls_are_taken_at_once_and_come_back_with_time() -> None:
    clock = Clock()
    counted = Limits(6, clock)  # one each ten seconds
    assert [counted.take("a") for _ in range(6)] == [0.0] * 6
    assert counted.take("a") == 10.0
    assert counted.take("b") == 0.0
    clock.now = 4.0
    assert counted.take("a") == pytest.approx(6.0)
    clock.now = 10.0
    assert counted.take("a") == 0.0
    clock.now = 1e6
    assert [counted.take("a") == 0.0 for _ in range(7)] == [True] * 6 + [False]


def test_callers_are_forgotten_who_called_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 3)
    counted = Limits(1, Clock())
    for caller in "abcd":
        counted.take(caller)
    assert len(counted._buckets) == 3
    assert counted.take("d") > 0
    assert counted.take("a") == 0.0


def test_an_address_of_one_home_is_one_caller() -> None:
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff:1") != place_of("2001:db8:0:1::1")
    assert place_of("192.0.2.1") != place_of("192.0.2.2")
    assert place_of("testclient") == "testclient"


def test_who_calls_too_often_is_told_when_to_come_back() -> None:
    often = client(calls_a_minute=2)
    assert [often.get("/v1/ask").status_code for _ in range(3)] == [200, 200, 429]
    slow = often.get("/v1/ask")
    assert slow.json()["error"]["code"] == "call.slow"
    assert 1 <= int(slow.headers["retry-after"]) <= 30
    assert often.get("/v1/docs").status_code == often.get("/page").status_code == 200


def test_each_key_has_calls_of_its_own_and_guesses_cost_some() -> None:
    often = client(keys=Keys([KEY, OTHER]), calls_a_minute=1)
    assert often.get("/v1/ask", headers=bearer("a-guess-of-a-key")).status_code == 401
    assert often.get("/v1/ask", headers=bearer("another-guess-of-a-key")).status_code == 429
    assert [often.get("/v1/ask", headers=bearer(key)).status_code for key in (KEY, OTHER, KEY)] == [200, 200, 429]


def test_no_limit_is_no_limit() -> None:
    counted = Limits(0, Clock())
    assert not any(counted.take("a") for _ in range(1000))


def test_the_command_lines_limit_is_the_usual_one() -> None:
    assert Programs().calls_a_minute == CALLS_A_MINUTE


# From which sites


def test_a_page_of_a_named_site_may_ask_and_read_the_answer() -> None:
    for closed in (client(origins=(PAPER,)), client(("reader:secret",), keys=Keys([KEY]), origins=(PAPER,))):
        answered = closed.post("/v1/ask", headers={"Origin": PAPER, "Sec-Fetch-Site": "cross-site"})
        assert answered.status_code == 200
        assert answered.headers["access-control-allow-origin"] == PAPER
        assert "access-control-allow-credentials" not in answered.headers
        assert answered.headers["vary"] == "origin"


def test_its_browser_is_told_before_what_it_may_send() -> None:
    asked = {"Origin": PAPER, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    told = client(("reader:secret",), origins=(PAPER,)).options("/v1/ask", headers=asked)
    assert told.status_code == 204
    assert "POST" in told.headers["access-control-allow-methods"]
    assert told.headers["access-control-allow-headers"] == "content-type"


@pytest.mark.parametrize("origin", ["https://other.example", "http://paper.example", f"{PAPER}:8443", "null", ""])
def test_a_page_of_no_named_site_may_not(origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    refused = client(origins=(PAPER,)).post("/v1/ask", headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "guard.foreign")
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("path", ["/v1/rebuild", "/v1/article", "/v1/chat/completions", "/page/ask", "/upload", "/"])
def test_a_named_sites_page_may_nothing_else(path: str) -> None:
    refused = client(origins=(PAPER,)).post(path, headers={"Origin": PAPER, "Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


def test_its_page_can_read_that_it_asks_too_often() -> None:
    often = client(origins=(PAPER,), calls_a_minute=1)
    answers = [often.post("/v1/ask", headers={"Origin": PAPER}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["access-control-allow-origin"] == PAPER
    assert "retry-after" in answers[1].headers["access-control-expose-headers"]


def test_a_name_of_anothers_that_leads_here_is_no_named_site() -> None:
    refused = client(origins=(PAPER,)).post("/v1/ask", headers={"Host": "evil.example", "Origin": PAPER})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "guard.host")


@pytest.mark.parametrize(
    "origin",
    [
        "paper.example",
        "https://paper.example/",
        "https://Paper.example",
        "https://paper.example:443",
        "https://paper.example:x",
        "https://a@paper.example",
        "https://หนังสือพิมพ์.example",
        "ftp://paper.example",
        "http://127.0.0.1:80808",
        "https://[::1",
        "*",
        "null",
        "",
    ],
)
def test_what_no_browser_calls_a_site_is_refused(origin: str) -> None:
    with pytest.raises(KhamtopError, match=r"origin\.invalid"):
        Programs(origins=(origin,))


@pytest.mark.parametrize("origin", [PAPER, "http://paper.example:8080", "http://[::1]:8000", "http://127.0.0.1"])
def test_a_site_is_scheme_host_and_port(origin: str) -> None:
    answered = client(origins=(origin,)).post("/v1/ask", headers={"Origin": origin})
    assert answered.headers["access-control-allow-origin"] == origin
