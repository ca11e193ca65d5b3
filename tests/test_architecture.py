"""Data flows one way, index -> qa -> ui, and each library has one door."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("index", "qa", "ui") for path in (ROOT / package).rglob("*.py"))

#: Modules that make what is embedded, and never run when a question is asked: they may import anything.
MAKERS = ("train", "make_", "recipe")

#: Who else may import what.
DOORS = {
    "faiss": "index/rankings/faiss_tools.py index/rankings/flat.py index/rankings/lists.py",
    "tantivy": "index/rankings/lexical.py",
    "nlpo3": "index/text/thai.py",
    "trafilatura": "index/sources/html.py",
    "lxml": "index/sources/htmltext.py index/sources/markup.py index/sources/page.py",
    "pypdfium2": "index/sources/pdf_reading.py",
    "watchfiles": "index/building/watch.py",
    "sqlite3": "index/storage/database.py",
    "onnxruntime": "index/transformer.py",
    "safetensors": "index/encoders/static_table.py",
    "tokenizers": "index/encoders/static_table.py index/transformer.py",
    "sentence_transformers": "index/encoders/foreign.py qa/reranker.py",
    "transformers": "index/encoders/foreign.py qa/foreign_reader.py",
    "huggingface_hub": "index/encoders/foreign.py",
    "torch": "qa/foreign_reader.py qa/reranker.py",
    "pymilvus": "index/milvus/engine.py",
    "grpc": "index/milvus/engine.py",
    "milvus_lite": "index/milvus/engine.py",
    "gradio": "ui/web.py",
    "mcp": "ui/mcp.py",
    "openai": "qa/llm.py",
}


#: Distributions whose modules bear another name.
DISTRIBUTIONS = {"faiss_cpu": "faiss", "grpcio": "grpc"}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(path.relative_to(ROOT).parts[: -node.level]) if node.level else ""
            yield ".".join(part for part in (package, node.module) if part)


def importers(library: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if not path.name.startswith(MAKERS)
        and any(name == library or name.startswith(f"{library}.") for name in imported(path))
    }


@pytest.mark.parametrize(("package", "later"), [("index", {"qa", "ui"}), ("qa", {"ui"})])
def test_no_package_imports_a_later_one(package, later):
    back = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in MODULES
        if path.is_relative_to(ROOT / package)
        for name in imported(path)
        if name.split(".")[:2] in [["khamtop", other] for other in later]
    }
    assert not back
    assert any(path.is_relative_to(ROOT / package) for path in MODULES)


def test_the_package_is_imported_by_its_own_name():
    """As `index`, `qa` or `ui` a module would be loaded twice, and would own these names on everyone's machine."""
    bare = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in [*MODULES, *(ROOT / "tests").rglob("*.py")]
        for name in imported(path)
        if name.partition(".")[0] in ("index", "qa", "ui")
    }
    assert not bare


@pytest.mark.parametrize(("library", "door"), DOORS.items())
def test_a_library_is_imported_where_the_design_says(library, door):
    assert importers(library) <= set(door.split())


def test_the_doors_are_where_the_design_says():
    assert importers("tantivy") == {"index/rankings/lexical.py"}
    assert importers("khamtop.index") > {"index/building/build.py"}  # imports are seen at all


def test_what_answers_knows_no_search_engine_and_no_database():
    """It asks an `Index`, so that another engine changes nothing there."""
    inside = {
        f"{path.relative_to(ROOT)}: {node.attr}"
        for path in MODULES
        if not path.is_relative_to(ROOT / "index")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("database", "rankings", "dense", "lexical")
    }
    assert not inside


def test_every_library_that_is_imported_is_declared():
    """Else an installation works by the luck of what another library brings along."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [lines for name, lines in declared["optional-dependencies"].items() if name != "test"]
    wanted = [*declared["dependencies"], *(line for lines in extras for line in lines)]
    names = {re.match(r"[\w-]+", line)[0].lower().replace("-", "_") for line in wanted}
    names = {DISTRIBUTIONS.get(name, name) for name in names}
    used = {name.partition(".")[0] for path in MODULES for name in imported(path)}
    assert used - names - sys.stdlib_module_names == {"khamtop"}


def test_nothing_below_the_interface_prints():
    printing = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if not path.is_relative_to(ROOT / "ui") and not path.name.startswith(MAKERS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input")
    }
    assert not printing


def test_nothing_but_the_command_that_names_an_address_asks_the_network():
    """The page and the server import neither what fetches nor what it fetches with."""
    assert importers("khamtop.index.building.fetch") == {"ui/cli.py"}
    for library in ("urllib.request", "http.client"):
        assert importers(library) == {"index/building/fetch.py"}
