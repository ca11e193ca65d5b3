"""The wheel: what `pip install khamtop` would give, away from its checkout and beside files of the same names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUESTION = "ใครเป็นนายกรัฐมนตรีญี่ปุ่น"
HOSTILE = "raise SystemExit('a file of another project was imported')\n"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment's Python, with the wheel installed; what it depends on lies where it lies for these tests."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"  # a build leaves files behind, which the next one would take up
    for name in ("index", "qa", "ui", "seeds", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name if copy is shutil.copytree else source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", place]
    subprocess.run([*pip, *build, source], check=True, capture_output=True)
    (wheel,) = place.glob("khamtop-*.whl")
    venv.create(place / "new")
    made = sysconfig.get_paths(vars={"base": str(place / "new"), "platbase": str(place / "new")})["purelib"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", made, wheel], check=True)
    # A path in a .pth file is looked in, but the .pth files there are not: the checkout stays out of sight.
    (Path(made) / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    return place / "new" / "bin" / "python"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of another project, whose files bear the names of ours."""
    for name in ("index.py", "qa.py", "ui.py", "thai.py"):
        (tmp_path / name).write_text(HOSTILE)
    return tmp_path


def run(python: Path, folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_indexes_and_answers_in_any_folder(python: Path, elsewhere: Path) -> None:
    report = json.loads(run(python, elsewhere, "-m", "khamtop", "index", "--json"))
    assert (report["articles"], report["added"]) == (1, 1)
    answer = json.loads(run(python, elsewhere, "-m", "khamtop", "ask", QUESTION, "--json"))
    assert any("ฟูมิโอะ คิชิดะ" in citation["quote"] for citation in answer["citations"])
    assert sorted(path.name for path in elsewhere.iterdir() if path.is_dir()) == [".khamtop"]


def test_the_door_for_programs_opens(python: Path, elsewhere: Path) -> None:
    program = f"""
from pathlib import Path
import khamtop
from khamtop import Index, ask, build, load_encoder, search
seeds = Path(khamtop.__file__).parent / "seeds"
build([seeds], Path("made"), load_encoder())
index = Index.open(Path("made"))
print(ask({QUESTION!r}, index).citations[0].quote, len(search({QUESTION!r}, index, k=2)), khamtop.__version__)
print(all(hasattr(khamtop, name) for name in khamtop.__all__), (Path(khamtop.__file__).parent / "py.typed").exists())
"""
    told = run(python, elsewhere, "-c", program)
    assert "ฟูมิโอะ คิชิดะ" in told
    assert told.splitlines()[0].endswith("2 0.3.0")
    assert told.splitlines()[1] == "True True"


def test_the_page_finds_all_of_its_files(python: Path, elsewhere: Path) -> None:
    program = """
from pathlib import Path
from khamtop.ui.guard import Access
from khamtop.ui.service import Service
from khamtop.ui.web import application
application(Service(Path("none"), []), Access())
print("served")
"""
    assert run(python, elsewhere, "-c", program) == "served\n"
