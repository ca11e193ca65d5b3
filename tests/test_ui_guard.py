"""Who comes in, from where, and to what: each request as a browser or a program makes it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

import khamtop.ui.signin
from khamtop.index.types import KhamtopError
from khamtop.ui.guard import Access, Guard, _is_open, users_of
from khamtop.ui.signin import FREE, LONGEST_SECONDS, SignIn

READER = "ผู้อ่าน:ลับ:มาก"


async def everything(scope, receive, send):
    """What stands behind the guard: answers every path."""
    await PlainTextResponse(Request(scope).url.path)(scope, receive, send)


def client(**access) -> TestClient:
    return TestClient(Guard(everything, Access(**access)), base_url="http://127.0.0.1:7860", follow_redirects=False)


def basic(user: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}


# Who


def test_without_users_everybody_comes_in():
    assert client().get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/upload", "/config", "/gradio_api/info", "/etc/passwd", "/assets/index.js"])
def test_with_users_nothing_at_all_is_served_without_a_password(path):
    refused = client(users=(READER,)).get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Basic realm="Khamtop", charset="UTF-8"'


@pytest.mark.parametrize("user", [READER, "second:one"])
def test_every_user_signs_in_with_their_own_password(user):
    assert client(users=(READER, "second:one")).get("/", headers=basic(user)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        basic("ผู้อ่าน:ลับ"),
        basic("ผู้อ่าน"),
        basic(f"{READER} "),
        basic("second:ลับ:มาก"),
        basic(""),
        {"Authorization": "Basic !"},
        {"Authorization": b"Basic \xff\xe0\xb8\x81"},
        {"Authorization": b"\xff"},
        {"Authorization": f"Basic {base64.b64encode(bytes([0xED, 0xA0, 0x80])).decode()}"},
        {"Authorization": f"Bearer {base64.b64encode(READER.encode()).decode()}"},
        {"Authorization": f"Basic {base64.b64encode(READER.encode('cp874')).decode()}"},
        {"Cookie": "access-token=anything"},
    ],
)
def test_anything_but_a_user_with_their_password_stays_out(header):
    assert client(users=(READER, "second:one")).get("/", headers=header).status_code == 401


def test_a_name_typed_with_combining_letters_is_the_same_name():
    assert client(users=("caf\u00e9:x",)).get("/", headers=basic("cafe\u0301:x")).status_code == 200


# Who guesses


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def signing_in(clock):
    """Asks from an address with a password; the status of the answer."""
    guard = Guard(everything, Access(users=(READER,)), clock)

    def ask(password, address="192.0.2.7"):
        served = TestClient(guard, base_url="http://127.0.0.1:7860", client=(address, 50000))
        return served.get("/", headers=basic(password) if password else {}).status_code

    return ask


def test_a_few_slips_cost_nothing_and_guessing_takes_longer_and_longer(signing_in, clock):
    assert [signing_in(f"a:{number}") for number in range(FREE + 1)] == [401] * (FREE + 1)
    waits = []
    for number in range(9):
        began = clock.now
        while signing_in(f"b:{number}") == 429:
            clock.now += 1
        waits.append(clock.now - began)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_no_guess_is_looked_at_before_its_time_not_even_the_right_one(signing_in, clock):
    for number in range(FREE + 5):
        signing_in(f"a:{number}")
        clock.now += LONGEST_SECONDS
    signing_in("a:last")
    assert signing_in(READER) == 429
    assert signing_in(READER, "192.0.2.8") == 200  # somewhere else nobody guessed
    clock.now += LONGEST_SECONDS
    assert signing_in(READER) == 200


def test_who_has_signed_in_goes_on_while_others_guess_from_the_same_address(signing_in):
    assert signing_in(READER) == 200
    for number in range(3 * FREE):
        signing_in(f"a:{number}")
    assert signing_in("a:next") == 429
    assert signing_in(READER) == 200
    assert signing_in("") == 401  # asks for a password, and is no guess


def test_one_old_password_sent_again_and_again_is_one_guess(signing_in):
    assert {signing_in("a:old") for _ in range(5 * FREE)} == {401}
    assert signing_in(READER) == 200


def test_after_a_while_an_address_begins_anew(signing_in, clock):
    for number in range(3 * FREE):
        signing_in(f"a:{number}")
        clock.now += LONGEST_SECONDS
    clock.now += 901
    assert [signing_in(f"b:{number}") for number in range(FREE + 1)] == [401] * (FREE + 1)


def test_the_addresses_of_one_home_are_one(signing_in):
    statuses = [signing_in(f"a:{number}", f"2001:db8::{number:x}") for number in range(FREE + 2)]
    assert statuses == [401] * (FREE + 1) + [429]


def test_what_is_remembered_of_guesses_is_bounded(monkeypatch):
    monkeypatch.setattr(khamtop.ui.signin, "MOST_REMEMBERED", 10)
    signing = SignIn([READER])
    for number in range(100):
        signing.knows(f"192.0.2.{number}", basic("a:b")["Authorization"])
        signing.knows(f"192.0.2.{number}", basic(READER)["Authorization"])
    assert (len(signing._guesses), len(signing._known)) == (10, 10)


# From where


@pytest.mark.parametrize(
    "headers",
    [
        {},  # a program
        {"Origin": "http://127.0.0.1:7860"},
        {"Origin": "http://127.0.0.1:7860", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
        {"Origin": "https://news.example", "X-Forwarded-Host": "news.example"},
    ],
)
def test_the_page_itself_and_programs_may_post(headers):
    assert client().post("/upload", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},  # a form of another site
        {"Origin": "http://127.0.0.1:7860", "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/upload", "/page/remove", "/gradio_api/call/rebuild"])
def test_another_sites_page_may_post_nothing(headers, path):
    refused = client().post(path, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "guard.foreign")


def test_another_sites_page_may_link_here_and_read_nothing():
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client().get("/?q=ใคร", headers=link).status_code == 200
    assert (
        client().get("/config", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}).status_code == 403
    )
    assert client().get("/config", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client().options("/config", headers={"Origin": "http://evil.example"}).status_code == 403


def test_a_proxy_that_hides_the_name_is_told_of_by_its_whole_address():
    served = client(root_path="https://news.example/khamtop")
    assert served.post("/upload", headers={"Origin": "https://news.example"}).status_code == 200
    assert served.post("/upload", headers={"Origin": "https://evil.example"}).status_code == 403


PROXIED = {"root_path": "/khamtop"}
WHOLE = {"root_path": "https://news.example/khamtop"}
OPEN = {"host": "0.0.0.0"}
SIGNED = {"users": (READER,)}


@pytest.mark.parametrize(
    ("access", "host", "status"),
    [
        ({}, "evil.example:7860", 403),
        ({"host": "localhost"}, "evil.example:7860", 403),
        ({}, "192.168.1.5:7860", 403),
        (SIGNED, "evil.example", 403),
        ({"allowed_hosts": ("news.example",)}, "news.example", 200),
        ({"allowed_hosts": ("news.example",)}, "News.Example.:8000", 200),
        ({"allowed_hosts": ("news.example",)}, "evil.example", 403),
        ({"allowed_hosts": ("ข่าว.ไทย",)}, "xn--22c8e6a1f.xn--o3cw4h", 200),
        ({"allowed_hosts": ("2001:db8::1",)}, "[2001:DB8::1]:80", 200),
        # behind a proxy somebody names it, or it has passwords, which a browser keeps for the name they were typed at
        (PROXIED, "evil.example", 403),
        (PROXIED, "127.0.0.1:7860", 200),  # a proxy that hands on no name
        ({**PROXIED, **SIGNED}, "news.example", 200),
        ({**PROXIED, "allowed_hosts": ("news.example",)}, "news.example", 200),
        ({**PROXIED, **SIGNED, "allowed_hosts": ("news.example",)}, "evil.example", 403),
        ({**PROXIED, "allowed_hosts": ("*",)}, "anything.example", 200),
        (WHOLE, "news.example", 200),
        (WHOLE, "evil.example", 403),
        # meant for others: under what nobody else can own
        (OPEN, "192.168.1.5:7860", 200),
        (OPEN, "[fe80::1]:7860", 200),
        (OPEN, "newsroom:7860", 200),
        (OPEN, "newsroom.local", 200),
        (OPEN, "newsroom.home.arpa", 200),
        (OPEN, "evil.example:7860", 403),
        ({**OPEN, **SIGNED}, "news.example", 200),
        ({**OPEN, "allowed_hosts": ("news.example",)}, "192.168.1.5", 403),
    ],
)
def test_a_name_that_others_may_lead_here_reads_nothing(access, host, status):
    headers = {"Host": host, **(basic(READER) if "users" in access else {})}
    assert client(**access).get("/", headers=headers).status_code == status


def test_this_machines_own_name_is_nobody_elses(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Desk.Newsroom.example")
    assert client(**OPEN).get("/", headers={"Host": "desk.newsroom.example:7860"}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["[", "]", "[::1", "::1]", "[::z]", "[1]", "", "a b", "a/b", "a@b", "127.0.0.1:x", "127.0.0.1:99999",
     "ข่าว".encode(),
     "127.0.0.1:7860:1", "a\x00", "\xff", "127.0.0.1?", "127.0.0.1#", "." ],
)  # fmt: skip
@pytest.mark.parametrize("access", [{}, OPEN, {**PROXIED, **SIGNED}, {"allowed_hosts": ("*",)}])
def test_what_is_no_name_at_all_is_refused_everywhere(access, host):
    raw = host if isinstance(host, bytes) else host.encode("latin-1")
    headers = [(b"Host", raw), *((name.encode(), value.encode()) for name, value in basic(READER).items())]
    refused = client(**access).get("/", headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "guard.host")
    assert client(**access).get("/", headers={"X-Forwarded-Host": raw, **basic(READER)}).status_code in (200, 403)


@pytest.mark.parametrize("forwarded", ["[", "a b", "127.0.0.1:99999", "\xff"])
def test_a_name_that_a_proxy_cannot_have_sent_is_refused(forwarded):
    assert client().get("/", headers=[(b"x-forwarded-host", forwarded.encode("latin-1"))]).status_code == 403


@pytest.mark.parametrize("origin", ["http://[", "[", "http://\xff", "//"])
def test_an_origin_that_is_none_is_foreign(origin):
    refused = client().post("/upload", headers=[(b"origin", origin.encode("latin-1"))])
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "guard.foreign")


def test_the_refusal_is_a_sentence_to_whoever_opens_it():
    told = client().get("/", headers={"Host": "news.example"}).json()["error"]["sentences"]
    assert [("--allowed-host" in sentence) for sentence in told] == [True, True]


def test_gradio_takes_no_address_from_whoever_asks():
    async def echo(scope, receive, send):
        await PlainTextResponse(Request(scope).headers.get("x-gradio-server", "none"))(scope, receive, send)

    served = TestClient(Guard(echo, Access()), base_url="http://127.0.0.1:7860")
    assert served.get("/", headers={"X-Gradio-Server": "http://evil.example"}).text == "none"


@pytest.mark.parametrize("host", ["", "[", "a b", "http://news.example", "news.example/x"])
def test_an_allowed_host_that_is_none_is_told(host):
    with pytest.raises(KhamtopError) as told:
        Access(allowed_hosts=(host,))
    assert told.value.code == "allowed_host.invalid"


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860"])
def test_this_machines_own_names_do(host):
    assert client().get("/", headers={"Host": host}).status_code == 200


# To what


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://example.com",
        "/gradio_api/upload",
        "/gradio_api/component_server",
        "/gradio_api/upload_progress",
        "/gradio_api/stream/x",
        "/gradio_api/custom_component/a/client/b/c",
        "/gradio_api/vibe-code",
        "/gradio_api/deep_link",
        "/gradio_api/dev/reload",
        "/gradio_api",
        "/gradio_api/",
        "/login",
        "/monitoring",
        "/file=/etc/passwd",
        "//gradio_api/file=/etc/passwd",
        "/%67radio_api/file=/etc/passwd",
        "/gradio_api%2ffile=/etc/passwd",
        "/./gradio_api/file=/etc/passwd",
        "//etc/passwd",
        "/*",
    ],
)
@pytest.mark.parametrize("root_path", [None, "/khamtop"])
def test_what_the_page_does_not_need_is_not_there(path, root_path):
    served = client(root_path=root_path)
    for method in ("GET", "HEAD", "POST"):
        assert served.request(method, f"{root_path or ''}{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "*", "/", "//", "gradio_api"])
def test_no_path_is_too_odd_to_be_refused(path):
    assert _is_open(path) == (path in ("", "/"))


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", "/assets/a.js", "/favicon.ico"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_nothing_takes_a_body_that_has_no_bound_for_it(path, method):
    assert client().request(method, path, content=b"x").status_code == 405
    if method != "POST":
        for open_path in ("/page/ask", "/upload", "/gradio_api/run/ask"):
            assert client().request(method, open_path, content=b"x").status_code == 405


def test_what_the_page_needs_is():
    for path in ("/", "/theme.css", "/assets/a/b.js", "/gradio_api/info", "/gradio_api/queue/join"):
        assert client().get(path).status_code == 200


def test_every_answer_tells_the_browser_to_fetch_nothing_from_elsewhere():
    for answer in (client().get("/"), client().get("/nothing"), client(users=(READER,)).get("/")):
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_prefix_is_taken_off_where_the_proxy_left_it():
    served = client(root_path="/khamtop")
    assert [served.get(path).text for path in ("/khamtop/config", "/config", "/khamtop/")] == [
        "/config",
        "/config",
        "/",
    ]
    assert served.get("/khamtop").headers["location"] == "/khamtop/"
    assert served.get("/khamtopconfig").status_code == 404


@pytest.mark.parametrize(
    "root_path", ["khamtop", "", "ftp://news.example", "http://[", "https://", "/a b", "/a?b", "/a\nb"]
)
def test_a_root_path_that_is_none_is_told(root_path):
    with pytest.raises(KhamtopError) as told:
        Access(root_path=root_path)
    assert told.value.code == "root_path.invalid"


# Where users are named


def test_users_come_from_the_command_line_the_environment_and_a_file(tmp_path):
    file = tmp_path / "users"
    file.write_text("c:3\n\nd:4:4\n", "utf-8")
    assert users_of(["a:1"], {"KHAMTOP_AUTH": "b:2"}, file) == ("a:1", "b:2", "c:3", "d:4:4")
    assert users_of([], {}, None) == ()


@pytest.mark.parametrize("user", ["", "name", ":password", "name:", ":", "na\nme:x"])
def test_a_user_without_a_name_or_a_password_is_told_and_never_lets_everybody_in(user, tmp_path):
    file = tmp_path / "users"
    file.write_text(f"a:1\n{user or ':'}\n", "utf-8")
    for given in (([user], {}, None), ([], {"KHAMTOP_AUTH": user}, None), ([], {}, file)):
        with pytest.raises(KhamtopError) as told:
            users_of(*given)
        assert told.value.code == "auth.invalid"


def test_a_file_of_users_that_holds_none_or_is_not_there_is_told(tmp_path):
    (tmp_path / "empty").write_text("\n", "utf-8")
    for file, code in ((tmp_path / "empty", "auth.invalid"), (Path("missing"), "auth.unreadable")):
        with pytest.raises(KhamtopError) as told:
            users_of([], {}, file)
        assert told.value.code == code
