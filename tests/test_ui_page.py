"""The page's scripts: modules that know of each other what they must, and are served under names that never change."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import get_args, get_type_hints

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from khamtop.qa.question import LONGEST_QUESTION
from khamtop.ui import declarations, shapes, uploads
from khamtop.ui.feedback import REMARK_CHARS
from khamtop.ui.guard import Access, Guard
from khamtop.ui.modules import Modules
from khamtop.ui.service import MOST_LISTED, MOST_PASSAGES, Service

PAGE = Path(__file__).parents[1] / "ui" / "page"
SCRIPTS = sorted(PAGE.glob("*.js"))
USER = ("reader", "secret")


def client(modules: Modules, **access: object) -> TestClient:
    app = Starlette(routes=[Route("/page/{version}/{name}", modules.endpoint)])
    return TestClient(Guard(app, Access(**access)), base_url="http://127.0.0.1:7860")  # type: ignore[arg-type]


@pytest.fixture
def modules() -> Modules:
    return Modules(PAGE)


# What they are


def imports(script: Path) -> list[str]:
    """The modules that a script imports; a type that is imported in a comment is none."""
    return re.findall(r'^(?:import|export)[^;"]* from "\./([^"]+)";', script.read_text("utf-8"), re.MULTILINE)


def test_no_module_needs_one_that_needs_it() -> None:
    graph = {script.name: imports(script) for script in SCRIPTS}
    assert len(list(TopologicalSorter(graph).static_order())) == len(SCRIPTS)  # it raises for a cycle


def test_each_one_is_needed_and_says_first_what_it_does() -> None:
    needed = {name for script in SCRIPTS for name in imports(script)} | {"begin.js"}
    assert {script.name for script in SCRIPTS} == needed
    for script in SCRIPTS:
        assert script.read_text("utf-8").startswith("// "), script.name


def test_none_leaves_a_name_on_the_window_or_reads_one_of_gradios() -> None:
    for script in SCRIPTS:
        written = script.read_text("utf-8")
        assert not re.search(r"(?:window|globalThis)\.\w+ *=[^=]|gradio_", written), script.name


def test_what_they_are_told_of_types_is_what_python_says() -> None:
    told = declarations.FILE.read_text("utf-8")
    assert told == declarations.declarations(), "run `python -m khamtop.ui.declarations`"


def test_the_functions_of_the_page_give_what_is_told_of_them(tmp_path: Path) -> None:
    from khamtop.ui.web import _page_functions, _Threads

    doors = _page_functions(Service(tmp_path, []), _Threads())
    gives = {name: get_type_hints(door.function)["return"] for name, door in doors.items()}
    told = {name: get_args(kind)[0] if doors[name].streams else kind for name, kind in gives.items()}
    assert told == get_type_hints(shapes.Replies)


# How they are served


def test_a_module_is_served_as_a_script_that_may_be_kept(modules: Modules) -> None:
    for address in modules.addresses():
        answer = client(modules).get(f"/{address}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.content == (PAGE / address.rpartition("/")[2]).read_bytes()


@pytest.mark.parametrize(
    "name",
    ["none.js", "page.css", "types.d.ts", "begin", "..%2fweb.py", "%2e%2e/web.py", "../web.py", "/etc/passwd", ""],
)
def test_what_is_no_module_is_not_there(modules: Modules, name: str) -> None:
    assert client(modules).get(f"/{modules.address(name)}").status_code == 404


def test_another_version_is_not_there(modules: Modules, tmp_path: Path) -> None:
    assert client(modules).get("/page/0123456789abcdef/begin.js").status_code == 404
    (tmp_path / "begin.js").write_text("one", "utf-8")
    one = Modules(tmp_path).address("begin.js")
    (tmp_path / "begin.js").write_text("other", "utf-8")
    assert Modules(tmp_path).address("begin.js") != one


def test_behind_a_prefix_and_a_password_they_are_where_the_page_is(modules: Modules) -> None:
    served = client(modules, users=(":".join(USER),), root_path="/khamtop")
    for path in (f"/khamtop/{modules.address('begin.js')}", f"/{modules.address('begin.js')}"):
        assert served.get(path).status_code == 401
        assert served.get(path, auth=USER).headers["content-type"] == "text/javascript; charset=utf-8"


# The page that they are part of


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from khamtop.ui.web import launch

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = launch(Service(tmp_path_factory.mktemp("page"), []), port)
    yield server.address
    server.close()


def test_no_script_is_inline_but_one_line(url: str) -> None:
    components = [part["props"] for part in httpx.get(f"{url}/config").json()["components"]]
    (line,) = [props["js_on_load"] for props in components if props.get("js_on_load")]
    assert line.startswith("import(")
    assert "\n" not in line
    assert len(line) < 120
    assert not re.search(r"<script|javascript:|\son\w+=", (PAGE / "page.html").read_text("utf-8"))
    assert "<script" not in httpx.get(f"{url}/config").json().get("head", "")


def test_the_page_is_given_its_first_module_its_languages_and_the_servers_limits(url: str) -> None:
    components = [part["props"] for part in httpx.get(f"{url}/config").json()["components"]]
    (props,) = [part["props"] for part in components if "given" in part.get("props", {})]
    assert httpx.get(f"{url}/{props['module']}").status_code == 200
    given = props["given"]
    assert (given["first"], given["languages"], set(given["words"])) == ("th", ["th", "en"], {"th", "en"})
    assert given["limits"] == {
        "question_chars": LONGEST_QUESTION,
        "remark_chars": REMARK_CHARS,
        "passages": MOST_PASSAGES,
        "listed": MOST_LISTED,
        "upload_files": uploads.MOST_FILES,
        "upload_file_bytes": uploads.LARGEST_FILE_BYTES,
        "upload_bytes": uploads.MOST_BYTES,
        "upload_endings": (
            ".atom .csv .docx .epub .gz .htm .html .json .jsonl .md .ndjson .odt .pdf .rss .tsv .txt .xml .xz .zip"
        ).split(),
    }
