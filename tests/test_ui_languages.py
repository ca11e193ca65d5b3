"""A third language is one new file: a toy one, in every place where words are shown but the page's scripts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from khamtop.index.building.build import Report
from khamtop.index.types import KhamtopError, Rejected
from khamtop.ui import cli, render, texts

TOY = "tok"
#: As a new language may come: with some of the words, and its own way of writing numbers.
TOY_FILE = """
language.name = "toki pona"
language.switch = "o toki pona"
language.dates = "de-DE"
language.thousands = "."
question.empty = "o toki e wile sona."
report.rejected = "{count} li ike"
page.title = "sona"
page.tab_search = "alasa"
page.shown = "{shown} lon"
"""


@contextmanager
def third_language(folder: Path) -> Iterator[str]:
    """A folder of languages with one file more, in the place of ours; the code of the new one."""
    shutil.copytree(texts.FOLDER, folder, dirs_exist_ok=True)
    (folder / f"{TOY}.toml").write_text(TOY_FILE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "FOLDER", folder)
        texts.tables.cache_clear()
        yield TOY
    texts.tables.cache_clear()


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[str]:
    with third_language(tmp_path / "languages") as language:
        yield language


def test_it_is_found_after_the_pages_first_language(toy: str) -> None:
    assert texts.languages() == ("th", "en", toy)


def test_what_it_lacks_is_said_in_the_words_of_the_fallback(toy: str) -> None:
    assert texts.text("page.tab_search", toy) == "alasa"
    assert texts.text("page.send", toy) == texts.text("page.send", "en")
    assert texts.text("page.shown", "no such language", shown=2) == texts.text("page.shown", "en", shown=2)


def test_it_writes_numbers_in_its_own_way(toy: str) -> None:
    assert texts.text("page.shown", toy, shown=52849) == "52.849 lon"


def test_errors_and_reports_are_told_in_it(toy: str) -> None:
    assert texts.sentence(KhamtopError("question.empty"), toy) == "o toki e wile sona."
    rejected = (Rejected("a.pdf", "pdf.locked"),)
    assert "1 li ike" in render.report_to_text(Report(1, 1, 1, 0, 0, 0, rejected, 0.1), toy)


def test_the_machine_may_be_set_to_it(toy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "tok_XX.UTF-8")
    assert CliRunner().invoke(cli.main, ["ask", " "]).stderr.strip() == "o toki e wile sona."


def test_the_terminal_offers_and_speaks_it(toy: str, tmp_path: Path) -> None:
    """In a process of its own, as the options are made when the command line is imported."""
    program = f"""
import sys
from pathlib import Path
from khamtop.ui import texts
texts.FOLDER = Path({json.dumps(str(texts.FOLDER))})
from khamtop.ui.cli import main
main()
"""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)

    assert run("ask", " ", "--lang", toy).stderr.strip() == "o toki e wile sona."
    assert f"[th|en|{toy}]" in run("ask", "--help").stdout
    assert run("ask", " ", "--lang", "xx").returncode == 2
