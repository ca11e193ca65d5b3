"""Who comes in, from where, and to what: each request as a browser or a program makes it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from khamtop.index.types import KhamtopError
from khamtop.ui.guard import Access, Guard, _is_open, users_of

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
        {"Authorization": f"Bearer {base64.b64encode(READER.encode()).decode()}"},
        {"Authorization": f"Basic {base64.b64encode(READER.encode('cp874')).decode()}"},
        {"Cookie": "access-token=anything"},
    ],
)
def test_anything_but_a_user_with_their_password_stays_out(header):
    assert client(users=(READER, "second:one")).get("/", headers=header).status_code == 401


def test_a_name_typed_with_combining_letters_is_the_same_name():
    assert client(users=("caf\u00e9:x",)).get("/", headers=basic("cafe\u0301:x")).status_code == 200


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


@pytest.mark.parametrize(
    ("access", "status"),
    [
        ({}, 403),
        ({"host": "localhost"}, 403),
        ({"host": "0.0.0.0"}, 200),  # meant for others, whatever they call this machine
        ({"root_path": "/"}, 200),
    ],
)
def test_a_foreign_name_that_leads_to_this_machine_reads_nothing(access, status):
    assert client(**access).get("/", headers={"Host": "evil.example:7860"}).status_code == status


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


@pytest.mark.parametrize("root_path", ["khamtop", "", "ftp://news.example"])
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
