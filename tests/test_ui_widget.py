"""The script of the question box, as it is served; what it does is tried in `browser/test_widget.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from khamtop.ui import v1, widget
from khamtop.ui.guard import Access, Guard
from khamtop.ui.programs import Programs
from khamtop.ui.service import Service
from khamtop.ui.texts import languages


def client(tmp_path: Path, *origins: str, users: tuple[str, ...] = ()) -> TestClient:
    access = Access(users, programs=Programs(origins=origins))
    app = Starlette(routes=[v1.mount(Service(tmp_path, []), access)])
    return TestClient(Guard(app, access), base_url="http://127.0.0.1:7860")


def test_any_page_may_load_it_once_a_site_is_named(tmp_path: Path) -> None:
    from_elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    named = client(tmp_path, "https://paper.example", users=("reader:secret",))
    served = named.get("/v1/widget.js", headers=from_elsewhere)
    assert served.status_code == 200
    assert served.headers["content-type"].startswith("text/javascript")
    assert served.headers["cross-origin-resource-policy"] == "cross-origin"
    assert client(tmp_path).get("/v1/widget.js", headers=from_elsewhere).status_code == 403
    assert client(tmp_path).get("/v1/widget.js").status_code == 404


def test_it_holds_the_words_of_all_languages_in_plain_letters() -> None:
    script = widget.script()
    assert all(f'"{language}": {{"title"' in script for language in languages())
    assert script.startswith("(() => {\n//")
    assert "export " not in script


@pytest.mark.parametrize(
    "forbidden", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cookie ="]
)
def test_it_makes_no_markup_of_text_and_keeps_nothing(forbidden: str) -> None:
    assert forbidden not in widget.script()
    assert "Storage" not in widget.script()
