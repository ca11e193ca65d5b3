"""Every code that the packages can raise has its sentence, in every language, and the facts it names."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from khamtop.index.types import KhamtopError
from khamtop.ui import texts
from khamtop.ui.texts import FALLBACK, sentence, tables, text

ROOT = Path(__file__).parents[1]
WORDS = tables()[FALLBACK]
SOURCES = [path for package in ("index", "qa", "ui") for path in sorted((ROOT / package).rglob("*.py"))]
REASON = re.compile(r"(?:file|line|article|pdf|json|text|table|row|xml|entry|zip)\.[a-z_]+")
PAGE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "ui/page").glob("*.[jh]*")))


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
        assert code in WORDS, f"{where}: no sentence for {code}"
        assert names(WORDS[code]) <= facts, f"{where}: {code} does not give {names(WORDS[code]) - facts}"


def test_every_reason_for_leaving_a_file_out_has_its_words() -> None:
    files = (ROOT / "index/sources").glob("*.py")
    reading = (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    reasons = {node.value for node in reading if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    reasons = {reason for reason in reasons if REASON.fullmatch(reason)}
    assert len(reasons) > 5
    assert reasons <= set(WORDS)


def test_every_reason_for_refusing_a_request_or_an_upload_has_its_words() -> None:
    sources = "".join((ROOT / f"ui/{name}.py").read_text("utf-8") for name in ("guard", "receive", "uploads"))
    codes = set(re.findall(r'"((?:upload|guard|auth|file|root_path)\.[a-z_]+|read_only)"', sources))
    assert len(codes) > 10
    assert codes <= set(WORDS)


def own_words(path: Path) -> dict[str, str]:
    """What a language's file itself holds, without what the fallback would give."""
    return dict(texts._flat(tomllib.loads(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", sorted(texts.FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_language_says_the_same_things_with_the_same_facts(path: Path) -> None:
    words = own_words(path)
    assert set(words) == set(WORDS)
    for key, said in words.items():
        assert said.strip() == said != "", key
        assert names(said) == names(WORDS[key]), key


def test_thai_is_written_in_thai_and_english_is_not() -> None:
    for key in WORDS:
        if key not in ("language.dates", "language.thousands"):
            assert re.search("[ก-๛]", tables()["th"][key]), key
            assert not re.search("[ก-๛]", tables()["en"][key]), key


def test_the_page_uses_every_text_meant_for_it_and_no_other() -> None:
    used = set(re.findall(r"\"((?:page|report|rejected|answer)\.[a-z_]+)\"", PAGE))
    assert used <= set(WORDS)
    assert {key for key in WORDS if key.startswith("page.")} <= used


def test_counts_are_written_with_separators_and_names_as_they_are() -> None:
    assert text("page.shown", "en", shown=52849) == "Articles shown: 52,849"
    assert text("port.taken", "en", port="7860").startswith("Port 7860 ")


def test_an_error_nobody_foresaw_is_still_one_sentence() -> None:
    assert sentence(KhamtopError("no.such.code", left="right"), "th") == text("internal", "th")
