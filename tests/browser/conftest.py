"""A real Chromium on the real page, served from a copy of seeds/ by a server of its own.

Every page that a test opens is watched: a request to an address that is not this machine's, an
error on the console or an exception in the page fails the test, whatever else it looks at.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ui.service import Service

SEEDS = Path(__file__).parents[2] / "seeds"

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
    """Starts a site on its own copy of seeds/, with further articles by name; waits for its index if asked to."""
    from ui.web import launch

    running = []

    def start(wait: bool = True, **articles: str) -> Site:
        folder = tmp_path_factory.mktemp("site")
        shutil.copytree(SEEDS, folder / "seeds")
        for name, text in articles.items():
            (folder / "seeds" / f"{name}.txt").write_text(text, "utf-8")
        service = Service(folder / "index", [folder / "seeds"])
        service.start()
        if wait:
            service.rebuild()  # joins the build that the start began
        port = _free_port()
        running.append(launch(service, port=port, block=False))
        return Site(f"http://127.0.0.1:{port}", folder / "seeds", service)

    yield start
    for blocks in running:
        blocks.close(verbose=False)


@pytest.fixture(scope="session")
def site(chromium: object, serve: Callable[..., Site]) -> Site:
    """The page on seeds/, shared by the tests that leave the index as it is."""
    return serve()


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
    person = watching.over(chromium.new_context())
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
def page(context, site: Site):  # type: ignore[no-untyped-def]
    """The first screen of the page on seeds/."""
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(site.url)
    page.wait_for_selector(".example")
    return page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
