"""What puts Khamtop up, read as far as it can be where nothing runs it: every path and option in it is there."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from khamtop.index.types import KhamtopError
from khamtop.ui import cli
from khamtop.ui.doctor import _is_local
from khamtop.ui.guard import Access, users_of
from khamtop.ui.server import Server

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / ".deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SPACE = (DEPLOY / "space" / "README.md").read_text("utf-8")

#: What a key of a compose file may be, of those that a service or the file itself can have.
COMPOSE = {"name", "services", "volumes"}
SERVICE = {
    "build", "image", "command", "environment", "ports", "volumes", "read_only", "tmpfs", "cap_drop", "security_opt",
    "mem_limit", "restart",
}  # fmt: skip


def options_of(arguments: Sequence[str]) -> dict[str, Any]:
    """What the command line makes of arguments; they must be of `serve`."""
    name, *rest = arguments
    assert name == "serve"
    with cli.serve.make_context("serve", list(rest)) as context:
        return dict(context.params)


def test_arguments_are_parsed_at_all() -> None:
    assert options_of(["serve", "--port", "8000"])["port"] == 8000
    with pytest.raises(click.UsageError):
        options_of(["serve", "--no-such-option"])


# The container


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile in order, each with what follows it."""
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    return [(name, rest.strip()) for line in text.splitlines() if line for name, _, rest in [line.partition(" ")]]


def all_of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def only(name: str) -> str:
    (rest,) = all_of(name)
    return rest


def container_call() -> list[str]:
    """What the container runs."""
    entry, command = json.loads(only("ENTRYPOINT")), json.loads(only("CMD"))
    assert entry == list(PROJECT["scripts"])
    return list(command)


def test_every_instruction_is_one() -> None:
    known = set("FROM ARG RUN WORKDIR COPY USER VOLUME ENV EXPOSE HEALTHCHECK STOPSIGNAL ENTRYPOINT CMD".split())
    assert {name for name, _ in instructions()} == known
    assert instructions()[0][0] == "FROM"


def test_its_python_is_one_that_is_promised() -> None:
    version = re.search(r"/python:([\d.]+)-", only("FROM"))
    assert version
    assert version[1] in SpecifierSet(PROJECT["requires-python"])
    assert f'"{version[1]}"' in (ROOT / ".github/workflows/ci.yml").read_text("utf-8")


def copied() -> set[str]:
    """What the container is made from."""
    sources: set[str] = set()
    for rest in all_of("COPY"):
        *names, target = rest.split()
        assert target == "./" or names == [target]
        sources.update(names)
    return sources


def test_all_that_the_package_is_made_from_is_copied_and_is_there() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    wanted = {folder.partition("/")[0] for folder in setup["package-dir"].values()}
    wanted |= {"pyproject.toml", PROJECT["readme"], *PROJECT["license-files"]}
    assert copied() == wanted
    assert all((ROOT / name).exists() for name in wanted)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert not wanted.intersection(ignored)
    assert ".*" in ignored  # .git, .venv and an index are nobody's business


def test_torch_is_the_version_that_the_package_wants_from_an_index_of_cpu_builds() -> None:
    (install,) = [line for line in all_of("RUN") if "torch" in line]
    requirement = next(Requirement(word) for word in shlex.split(install) if word.startswith("torch"))
    assert requirement in [Requirement(line) for line in PROJECT["dependencies"]]
    assert only("ARG").startswith("TORCH_INDEX=https://")
    assert only("ARG").endswith("/cpu")


def test_its_commands_are_commands_of_a_shell() -> None:
    assert len(all_of("RUN")) == 3
    for line in all_of("RUN"):
        subprocess.run(["sh", "-n", "-c", line], check=True, capture_output=True)


def test_it_runs_as_nobody_in_particular_who_may_write_its_volume_alone() -> None:
    names = [name for name, _ in instructions()]
    user = only("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    (make,) = [line for line in all_of("RUN") if "useradd" in line]
    assert f"--uid {user.partition(':')[0]} " in make
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "RUN" not in names[names.index("USER") :]
    assert make.endswith(f"--owner khamtop --group khamtop {only('VOLUME')}")
    assert str(options_of(container_call())["place"]).startswith(f"{only('VOLUME')}/")


def test_without_a_password_it_does_not_start() -> None:
    name, _, value = only("ENV").partition("=")
    assert (name, shlex.split(value)) == ("KHAMTOP_AUTH", [""])
    with pytest.raises(KhamtopError) as caught:
        users_of((), {name: ""}, None)
    assert caught.value.code == "auth.invalid"


def test_its_port_is_the_one_that_is_served() -> None:
    assert int(only("EXPOSE")) == options_of(container_call())["port"]
    assert not _is_local(options_of(container_call())["host"])  # else nobody would reach it from outside


def test_its_health_is_asked_of_a_page_that_is_there_and_not_of_one_that_starts() -> None:
    found = re.fullmatch(r"--start-period=\d+s CMD (.+)", only("HEALTHCHECK"))
    assert found
    program, flag, code = json.loads(found[1])
    assert (program, flag) == ("python", "-c")
    assert f" {only('EXPOSE')}," in code
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def status() -> int:
        here = code.replace(only("EXPOSE"), str(port))
        return subprocess.run([sys.executable, "-c", here], check=False, capture_output=True).returncode

    assert status() == 1  # nobody is there
    server = Server(port, Access())
    try:
        assert status() == 1  # it is starting
    finally:
        server.close()
    server = Server(port, Access(users=("reader:secret",)))
    try:
        assert status() == 0  # it asks for the password
    finally:
        server.close()


# Compose


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8")))


@pytest.fixture(scope="module")
def service(compose: dict[str, Any]) -> dict[str, Any]:
    return dict(compose["services"]["khamtop"])


def test_compose_has_keys_that_it_knows(compose: dict[str, Any], service: dict[str, Any]) -> None:
    assert set(compose) == COMPOSE
    assert set(compose["services"]) == {"khamtop"}
    assert set(service) == SERVICE


def test_compose_builds_from_files_that_are_there(service: dict[str, Any]) -> None:
    context = DEPLOY / service["build"]["context"]
    assert context.resolve() == ROOT.resolve()
    assert (context / service["build"]["dockerfile"]).resolve() == (DEPLOY / "Containerfile").resolve()


def test_compose_serves_this_machine_alone_and_only_with_a_password(service: dict[str, Any]) -> None:
    served = options_of(service["command"])
    assert service["ports"] == [f"127.0.0.1:7860:{served['port']}"]
    assert served["port"] == int(only("EXPOSE"))
    assert served["read_only"]
    assert service["environment"]["KHAMTOP_AUTH"].startswith("${KHAMTOP_AUTH:?")  # or it does not start


def test_compose_mounts_what_the_command_names(compose: dict[str, Any], service: dict[str, Any]) -> None:
    mounted: dict[str, str] = {}
    for volume in service["volumes"]:
        source, target = re.fullmatch(r"(\$\{.*\}|[^:]+):([^:]+)(?::ro)?", volume).groups()
        mounted[target] = source
    assert mounted.pop("/data") in compose["volumes"]
    articles = re.fullmatch(r"\$\{KHAMTOP_ARTICLES:-(.+)\}", mounted.pop("/articles"))
    assert not mounted
    assert articles
    assert (DEPLOY / articles[1]).is_dir()
    served = options_of(service["command"])
    assert [str(path) for path in served["articles"]] == ["/articles"]
    assert str(served["place"]).startswith("/data/")


def test_compose_gives_no_rights_that_are_not_needed(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]


# systemd


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters="=", comment_prefixes="#", strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "khamtop.service", "utf-8")
    return parser


def test_the_unit_serves_this_machine_alone(unit: configparser.ConfigParser) -> None:
    assert unit.sections() == ["Unit", "Service", "Install"]
    program, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert Path(program).name in PROJECT["scripts"]
    assert _is_local(options_of(arguments)["host"])


def test_the_unit_writes_where_it_may_as_a_user_of_its_own(unit: configparser.ConfigParser) -> None:
    service = unit["Service"]
    assert service["DynamicUser"] == "yes"
    assert "User" not in service
    folder = f"/var/lib/{service['StateDirectory']}"
    _, *arguments = shlex.split(service["ExecStart"])
    assert str(options_of(arguments)["place"]).startswith(f"{folder}/")
    assert service["WorkingDirectory"] == folder
    assert f"HOME={folder}" in service["Environment"].split()
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd")
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    """But that the program lies elsewhere here."""
    text = (DEPLOY / "khamtop.service").read_text("utf-8")
    here = text.replace("ExecStart=/opt/khamtop/.venv/bin/khamtop ", f"ExecStart={sys.executable} ")
    assert here != text
    for unit, fits in ((here, True), (here.replace("DynamicUser=yes", "DynamicUser=perhaps"), False)):
        copy = tmp_path / "khamtop.service"
        copy.write_text(unit, "utf-8")
        done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
        assert ("khamtop.service" not in done.stderr) == fits, done.stderr


# Hugging Face


def test_the_first_lines_of_the_space_tell_how_it_is_run() -> None:
    _, front, _ = SPACE.split("---\n", 2)
    settings = yaml.safe_load(front)
    assert settings["sdk"] == "docker"
    assert settings["app_port"] == int(only("EXPOSE"))
    assert settings["license"] == PROJECT["license"].lower()
    assert only("USER").startswith("1000:")  # as Hugging Face wants it
    assert len(settings["short_description"]) <= 60
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {settings["colorFrom"], settings["colorTo"]} <= colours


def shell_lines(text: str) -> Iterator[list[str]]:
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from (shlex.split(line) for line in block.splitlines() if line.strip())


def test_the_recipe_of_the_space_copies_all_that_the_container_is_made_from() -> None:
    given: set[str] = set()
    for program, *rest in shell_lines(SPACE):
        if program != "cp":
            continue
        *names, target = [word for word in rest if not word.startswith("-")]
        assert all((ROOT / name).exists() for name in names)
        given.update([Path(target).name] if target != "space/" else names)
    assert given - {"Dockerfile"} == copied()
    assert "Dockerfile" in given


def test_files_that_git_would_refuse_there_are_tracked_by_lfs() -> None:
    tracked = next(line[3:] for line in shell_lines(SPACE) if line[:3] == ["git", "lfs", "track"])
    large = [
        path for name in copied() for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.stat().st_size > 10_000_000
    ]  # fmt: skip
    assert large
    assert all(any(path.match(pattern) for pattern in tracked) for path in large)


# All of them


@pytest.mark.parametrize("name", ["Containerfile", "compose.yaml", "khamtop.service", "space/README.md", "README.md"])
def test_each_says_that_it_was_not_run_here(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    assert re.search(r"(?:was never|None of these was) (?:built|run|started|pushed)", text)
    assert "tests/test_deploy.py" in text
