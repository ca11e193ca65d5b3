"""A real Chromium on the real page, served from a copy of seeds/ by a server of its own.

Every page that a test opens is watched: a request to an address that is not this machine's, an
error on the console or an exception in the page fails the test, whatever else it looks at.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from khamtop.qa.writer import Writer
from khamtop.ui.guard import Access
from khamtop.ui.service import Service

SEEDS = Path(__file__).parents[2] / "seeds"

#: The language of a person's browser, which the page opens in.
THAI = "th-TH"

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@dataclass(frozen=True)
class Site:
    """A running page: its address, the folder of its articles, and the service behind it."""

    url: str
    articles: Path
    service: Service


class Watch:
    """What the pages of one test did that no page may do."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def over(self, context):  # type: ignore[no-untyped-def]
        """Watches every page of a browser context."""
        context.on("request", lambda request: self._requested(request.url))
        context.on("console", lambda said: said.type == "error" and self.problems.append(f"console: {said.text}"))
        context.on("weberror", lambda raised: self.problems.append(f"exception: {raised.error}"))
        return context

    def _requested(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1":
            self.problems.append(f"request: {url}")


def _chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """The browser, or a skip that says how to get one."""
    from playwright.sync_api import sync_playwright

    path = _chromium()
    if path is None:
        problem = "no Chromium found: `apt-get install chromium` (or set CHROMIUM to one) to run the browser tests"
        if os.environ.get("KHAMTOP_REQUIRE_BROWSER") == "1":
            pytest.fail(problem)
        pytest.skip(problem)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Starts a site on its own copy of seeds/, with further files by name; waits for its index if asked to."""
    from khamtop.ui.web import launch

    running = []

    def start(
        wait: bool = True,
        read_only: bool = False,
        access: Access | None = None,
        writer: Writer | None = None,
        **files: str,
    ) -> Site:
        folder = tmp_path_factory.mktemp("site")
        shutil.copytree(SEEDS, folder / "seeds")
        for name, text in files.items():
            (folder / "seeds" / name).write_text(text, "utf-8")
        service = Service(folder / "index", [folder / "seeds"], read_only=read_only, writer=writer)
        service.start()
        if wait:
            service.rebuild()  # joins the build that the start began
        server = launch(service, _free_port(), access)
        running.append(server)
        return Site(server.address, folder / "seeds", service)

    yield start
    for server in running:
        server.close()


@pytest.fixture(scope="session")
def site(chromium: object, serve: Callable[..., Site]) -> Site:
    """The page on seeds/, shared by the tests that leave the index as it is."""
    return serve()


@pytest.fixture(scope="session")
def archive(chromium: object, serve: Callable[..., Site]) -> Site:
    """The page on seeds/ and some seventy dated articles, shared by the tests that leave the index as it is."""
    return serve(**archive_articles())


def archive_articles() -> dict[str, str]:
    """Minutes of a council from eight years, and four articles that questions are asked of: file names and texts."""
    minutes = {
        f"minutes-{number}.txt": _dated(
            f"ประชุมสภาตำบลบ้านโคก ครั้งที่ {number}",
            f"{2017 + number % 8}-{1 + number % 12:02}-15",
            f"สภาตำบลบ้านโคกประชุมครั้งที่ {number} เห็นชอบงบซ่อมถนนสาย {number} ยาว {number} กิโลเมตร "
            "นายมานะ ขยันยิ่ง ประธานสภาตำบลบ้านโคก เป็นผู้แถลง",
        )
        for number in range(1, 66)
    }
    market = _dated("ตลาดน้ำคลองใหม่", "4 พฤษภาคม 2563", "ตลาดน้ำคลองใหม่เปิดเมื่อ พ.ศ. 2551 มีร้านค้า 120 ร้าน")
    bridge = _dated("สะพานแขวนบ้านท่า", "9 มกราคม 2562", "สะพานแขวนบ้านท่าสร้างเสร็จเมื่อ พ.ศ. 2499 ยาว 80 เมตร")
    addressed = [
        {"id": "a", "title": "ตลาดโต้รุ่ง", "text": "ตลาดโต้รุ่งเปิดเมื่อ พ.ศ. 2541", "source": "https://news.example/a"},
        {"id": "b", "title": "หอนาฬิกา", "text": "หอนาฬิกาสร้างเสร็จเมื่อ พ.ศ. 2506", "source": "javascript:ran()"},
    ]
    lines = "\n".join(json.dumps(article) for article in addressed)
    return {**minutes, "market.txt": market, "bridge.txt": bridge, "addressed.jsonl": lines}


def _dated(title: str, published: str, text: str) -> str:
    return f"---\ntitle: {title}\npublished: {published}\n---\n{text}\n"


@pytest.fixture(scope="session")
def watching() -> Watch:
    return Watch()


@pytest.fixture
def watch(watching: Watch) -> Iterator[Watch]:
    watching.problems.clear()
    yield watching
    assert not watching.problems, watching.problems


@pytest.fixture(scope="session")
def person(chromium, watching: Watch):  # type: ignore[no-untyped-def]
    """The browser of one person, who keeps what was downloaded: half of a test would be loading Gradio."""
    person = watching.over(chromium.new_context(locale=THAI))
    person.set_default_timeout(10_000)
    return person


@pytest.fixture
def context(person, watch: Watch):  # type: ignore[no-untyped-def]
    """A person's browser at a desk, with nothing remembered."""
    yield person
    for page in person.pages:
        page.evaluate("localStorage.clear()")
        page.close()
    person.clear_permissions()


@pytest.fixture
def visit(context):  # type: ignore[no-untyped-def]
    """Opens an address in a window of its own, at a desk."""

    def visit(url: str):  # type: ignore[no-untyped-def]
        page = context.new_page()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(url)
        page.wait_for_selector(".khamtop[data-tab]")
        return page

    return visit


@pytest.fixture
def page(visit, site: Site):  # type: ignore[no-untyped-def]
    """The first screen of the page on seeds/."""
    page = visit(site.url)
    page.wait_for_selector(".example")
    return page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
