"""Every code that the packages can raise has its sentence, in both languages, and the facts it names."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from khamtop.index.types import KhamtopError
from khamtop.ui.texts import TEXTS, sentence, text

ROOT = Path(__file__).parents[1]
SOURCES = [path for package in ("index", "qa", "ui") for path in sorted((ROOT / package).glob("*.py"))]
REASON = re.compile(r"(?:file|line|article)\.[a-z_]+")
PAGE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "ui/page").iterdir()))


def names(words: str) -> set[str]:
    """The facts that a text has room for."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def raised() -> Iterator[tuple[str, set[str], str]]:
    """Each `KhamtopError("code", fact=...)` of the sources: its code, its facts, and where it stands."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "KhamtopError"):
                continue
            facts = {keyword.arg or "" for keyword in node.keywords}
            for code in ast.walk(node.args[0]):
                if isinstance(code, ast.Constant):
                    yield code.value, facts, f"{path.name}:{node.lineno}"


def test_every_error_raised_has_its_sentence_and_gives_the_facts_it_names() -> None:
    found = list(raised())
    assert len(found) > 5
    for code, facts, where in found:
        assert code in TEXTS, f"{where}: no sentence for {code}"
        for words in TEXTS[code]:
            assert names(words) <= facts, f"{where}: {code} does not give {names(words) - facts}"


def test_every_reason_for_leaving_a_file_out_has_its_words() -> None:
    files = (ROOT / "index/sources").glob("*.py")
    reading = (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    reasons = {node.value for node in reading if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    reasons = {reason for reason in reasons if REASON.fullmatch(reason)}
    assert len(reasons) > 5
    assert reasons <= set(TEXTS)


def test_every_reason_for_refusing_a_request_or_an_upload_has_its_words() -> None:
    sources = "".join((ROOT / f"ui/{name}.py").read_text("utf-8") for name in ("guard", "receive", "uploads"))
    codes = set(re.findall(r'"((?:upload|guard|auth|file|root_path)\.[a-z_]+|read_only)"', sources))
    assert len(codes) > 10
    assert codes <= set(TEXTS)


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_the_same_thing(key: str) -> None:
    thai, english = TEXTS[key]
    assert thai.strip() == thai != ""
    assert english.strip() == english != ""
    assert names(thai) == names(english)
    if key not in ("page.language", "page.language_label"):  # written in the language they lead to
        assert re.search("[ก-๛]", thai)
        assert not re.search("[ก-๛]", english)


def test_the_page_uses_every_text_meant_for_it_and_no_other() -> None:
    used = set(re.findall(r"\"((?:page|report|rejected|answer)\.[a-z_]+)\"", PAGE))
    assert used <= set(TEXTS)
    assert {key for key in TEXTS if key.startswith("page.")} <= used


def test_counts_are_written_with_separators_and_names_as_they_are() -> None:
    assert text("page.found", "en", count=52849) == "Passages found: 52,849"
    assert text("port.taken", "en", port="7860").startswith("Port 7860 ")


def test_an_error_nobody_foresaw_is_still_one_sentence() -> None:
    assert sentence(KhamtopError("no.such.code", left="right"), "th") == text("internal", "th")
