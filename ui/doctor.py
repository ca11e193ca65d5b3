"""What is installed, which models and which index there are, and what would go wrong: looked at, and nothing changed.

Nothing is written, not even a lock, and nothing is fetched; only a model that `--llm` names is asked for a word.
Whatever a look meets becomes a line of the table. Only the standard library is imported at the top: the doctor must
speak where another library cannot be loaded.
"""

from __future__ import annotations

import importlib
import ipaddress
import math
import os
import platform
import shutil
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from khamtop.ui import texts

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from khamtop.index.milvus.address import Place

State = Literal["fine", "note", "wrong"]
#: What is looked at, in the order of the table.
PARTS = ("machine", "program", "models", "index", "page")

#: The modules that bring in what every use needs; torch is only loaded for models of others.
_MODULES = ("khamtop.index.storage.store", "khamtop.qa.answer", "khamtop.ui.web")
#: Extras that only who changes the program needs.
_OF_DEVELOPERS = frozenset({"test", "make"})
#: What the models are tried with.
_QUESTION, _PASSAGE = "น้ำท่วมวันไหน", ("ข่าว", "น้ำท่วมกรุงเทพฯ เมื่อวันที่ 3 ตุลาคม 2565")

#: Room that a rebuild of a small index needs.
_LEAST_ROOM_BYTES = 50_000_000
#: What serving a small index takes (482 MB when it starts, more after a rebuild); vectors come on top of it.
_SERVING_BYTES = 600_000_000
#: Files that may be open: a page of one reader takes up to two, and serving itself 37.
_FEWEST_FILES, _MANY_FILES = 128, 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: whether it is fine, the key of its sentence, and the facts that the sentence names."""

    state: State
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the program would be called with: see `khamtop serve`."""

    place: Place
    articles: Sequence[Path] = ()
    encoder: str | None = None
    reader: str | None = None
    reranker: str | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    auth_file: Path | None = None
    llm: str | None = None
    llm_model: str | None = None
    llm_key_file: Path | None = None

    @property
    def folder(self) -> Path | None:
        """The index's folder; None for one at an address."""
        return self.place if isinstance(self.place, Path) else None


def examine(setting: Setting, parts: Iterable[str] = PARTS) -> dict[str, list[Finding]]:
    """What was found, by part."""
    return {part: [found for look in _LOOKS[part] for found in _seen(look, setting)] for part in parts}


def installation(failure: BaseException) -> dict[str, list[Finding]]:
    """What is wrong with what is installed, where the program could not be loaded for this `failure`."""
    found = examine(Setting(Path()), ["program"])
    return {"program": _wrong(found) or [_failure(failure)]}


def is_fine(found: Mapping[str, Sequence[Finding]]) -> bool:
    """Whether nothing is wrong."""
    return not _wrong(found)


def _wrong(found: Mapping[str, Sequence[Finding]]) -> list[Finding]:
    return [finding for findings in found.values() for finding in findings if finding.state == "wrong"]


def _seen(look: Callable[[Setting], Iterator[Finding]], setting: Setting) -> list[Finding]:
    """What a look found, up to where it failed: then the failure is the last of it."""
    found: list[Finding] = []
    try:
        found.extend(look(setting))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # Rust's panics are no `Exception`
        found.append(_failure(error))
    return found


def _failure(error: BaseException) -> Finding:
    """An error as it would be told: by its own sentence, if it has one."""
    code, facts = getattr(error, "code", None), getattr(error, "facts", {})
    if isinstance(code, str) and texts.has(code):
        return Finding("wrong", code, facts)
    return Finding("wrong", "doctor.failed", {"error": f"{type(error).__name__}: {error}"})


# The machine


def _python(_: Setting) -> Iterator[Finding]:
    found = platform.python_version()
    system = f"{platform.system()} {platform.machine()}"
    wanted = str(_about_us().get("Requires-Python", ""))
    from packaging.specifiers import SpecifierSet

    fits = SpecifierSet(wanted).contains(found, prereleases=True)
    facts = {"found": found, "wanted": wanted or "*", "system": system}
    yield Finding("fine" if fits else "wrong", "doctor.python", facts)


def _open_files(_: Setting) -> Iterator[Finding]:
    """How many connections there may be: each is a file to the system."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    limit, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= _MANY_FILES:
        yield Finding("fine", "doctor.open_files", {"limit": limit if limit >= 0 else "∞"})
    else:
        state: State = "wrong" if limit < _FEWEST_FILES else "note"
        yield Finding(state, "doctor.few_open_files", {"limit": limit, "wanted": _MANY_FILES})


def _memory(setting: Setting) -> Iterator[Finding]:
    available = _available_bytes()
    if available is None:
        return
    wanted = _SERVING_BYTES + _vector_bytes(setting.folder)
    state: State = "fine" if available >= wanted else "wrong"
    yield Finding(state, "doctor.memory", {"available": _megabytes(available), "wanted": _megabytes(wanted)})


def _available_bytes() -> int | None:
    """The memory that is still to be had, as far as the system tells: of the machine, or of what contains us."""
    known = [bytes_ for bytes_ in (_free_of_machine(), _free_of_container()) if bytes_ is not None]
    return min(known, default=None)


def _free_of_machine() -> int | None:
    with suppress(OSError, ValueError, IndexError, StopIteration):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _free_of_container(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    with suppress(OSError, ValueError):  # where there is no limit it says "max"
        limit = int((folder / "memory.max").read_text("ascii"))
        return limit - int((folder / "memory.current").read_text("ascii"))
    return None


def _vector_bytes(folder: Path | None) -> int:
    """The size of an index's vectors, which are held in memory; 0 if there is none that can be read, or no folder."""
    if folder is None:
        return 0
    with suppress(Exception):
        from khamtop.index.storage.store import current_generation

        files = current_generation(folder).manifest.files
        return sum(size for name, (size, _) in files.items() if name.startswith("vectors."))
    return 0


# The program


def _about_us() -> Message:
    """What pip knows of us; nothing, if it did not install us."""
    try:
        return cast(Message, metadata.metadata("khamtop"))
    except metadata.PackageNotFoundError:
        return Message()


def _program(_: Setting) -> Iterator[Finding]:
    folder = str(Path(__file__).parents[1])
    found = _version("khamtop")
    if found is None:
        yield Finding("wrong", "doctor.uninstalled", {"folder": folder})
        return
    yield Finding("fine", "doctor.khamtop", {"found": found, "folder": folder})
    altered = list(_altered_files())
    if altered:
        yield Finding("wrong", "doctor.altered", {"count": len(altered), "files": ", ".join(altered[:3])})


def _altered_files() -> Iterator[str]:
    """The installed files, models among them, that are not as pip wrote them; none for a checkout, of which it wrote
    nothing."""
    for file in metadata.files("khamtop") or ():
        if file.hash is None or file.hash.mode != "sha256" or file.parts[0].endswith(".dist-info"):
            continue
        try:
            digest = sha256(Path(str(file.locate())).read_bytes()).digest()
        except OSError:
            digest = b""
        if urlsafe_b64encode(digest).decode().rstrip("=") != file.hash.value:  # as pip writes them
            yield file.as_posix()


def _packages(_: Setting) -> Iterator[Finding]:
    for requirement in _requirements():
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement)


def _package(requirement: Requirement) -> Finding:
    wanted = str(requirement.specifier) or "*"
    facts = {"name": requirement.name, "wanted": wanted, "requirement": f"{requirement.name}{requirement.specifier}"}
    found = _version(requirement.name)
    if found is None:
        return Finding("wrong", "doctor.package_missing", facts)
    if not requirement.specifier.contains(found, prereleases=True):
        return Finding("wrong", "doctor.package_other", {**facts, "found": found})
    return Finding("fine", "doctor.package", {**facts, "found": found})


def _extras(_: Setting) -> Iterator[Finding]:
    """What is only needed for some uses: noted where it is not whole."""
    names = set(map(str, _about_us().get_all("Provides-Extra", [])))
    for name in sorted(names - _OF_DEVELOPERS):
        packages = [_package(requirement) for requirement in _requirements() if _is_of_extra(requirement, name)]
        lacking = [str(package.facts["name"]) for package in packages if package.state != "fine"]
        if lacking:
            yield Finding("note", "doctor.extra_lacks", {"name": name, "packages": ", ".join(lacking)})
        else:
            yield Finding("fine", "doctor.extra", {"name": name})


def _is_of_extra(requirement: Requirement, name: str) -> bool:
    marker = requirement.marker
    return marker is not None and marker.evaluate({"extra": name}) and not marker.evaluate({"extra": ""})


def _requirements() -> list[Requirement]:
    from packaging.requirements import Requirement

    try:
        return [Requirement(line) for line in metadata.requires("khamtop") or ()]
    except metadata.PackageNotFoundError:
        return []


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _modules(_: Setting) -> Iterator[Finding]:
    """Whether what is installed can be loaded, too: a library may lack one of the system's."""
    for name in _MODULES:
        try:
            importlib.import_module(name)
        except Exception as error:
            yield Finding("wrong", "doctor.unloadable", {"name": name, "error": f"{type(error).__name__}: {error}"})


# The models


def _encoder(setting: Setting) -> Iterator[Finding]:
    from khamtop.index.encoders.wiring import STATIC, folder_of, load_encoder
    from khamtop.index.storage.wiring import remembered_encoder
    from khamtop.index.types import KhamtopError

    source = setting.encoder
    if source is None:
        with suppress(KhamtopError):  # what is wrong with the index is told there
            source = remembered_encoder(setting.place)
    folder = _place(source, folder_of(source))
    if folder is None:
        yield Finding("note", "doctor.not_here", {"name": source})
        return
    encoder = load_encoder(source if source in (None, STATIC) else str(folder))
    (vector,) = encoder.encode_questions([_QUESTION]).tolist()
    name = str(source) if folder != folder_of(source) else encoder.name  # one with an id goes by that
    if not math.isfinite(math.hypot(*vector)):
        yield Finding("wrong", "doctor.nonsense", {"name": name})
        return
    yield Finding("fine", "doctor.encoder", {"name": name, "dimensions": encoder.dimensions, **_size_of(folder)})
    yield from _fits_index(setting.place, name)


def _fits_index(place: Place, encoder: str) -> Iterator[Finding]:
    from khamtop.index.storage.wiring import manifest_of
    from khamtop.index.types import KhamtopError

    with suppress(KhamtopError):  # what is wrong with the index is told there
        wanted = manifest_of(place).encoder
        if wanted != encoder:
            yield Finding("wrong", "index.encoder", {"found": encoder, "wanted": wanted})


def _reader(setting: Setting) -> Iterator[Finding]:
    from khamtop.qa.reader import EMBEDDED, load_reader

    folder = _place(setting.reader, Path(setting.reader or EMBEDDED))
    if folder is None:
        yield Finding("note", "doctor.not_here", {"name": setting.reader})
        return
    reader = load_reader(str(folder) if setting.reader else None)
    (reading,) = reader.read(_QUESTION, [_PASSAGE])
    name = setting.reader or reader.name
    if math.isfinite(reading.logit):
        yield Finding("fine", "doctor.reader", {"name": name, **_size_of(folder)})
    else:
        yield Finding("wrong", "doctor.nonsense", {"name": name})


def _reranker(setting: Setting) -> Iterator[Finding]:
    from khamtop.qa.reranker import ForeignReranker

    name = setting.reranker
    if name is None:
        return
    folder = _place(name, Path(name))
    if folder is None:
        yield Finding("note", "doctor.not_here", {"name": name})
        return
    ForeignReranker(str(folder)).scores(_QUESTION, [_PASSAGE])
    yield Finding("fine", "doctor.reranker", {"name": name, **_size_of(folder)})


def _writer(setting: Setting) -> Iterator[Finding]:
    """Whether the model that is named answers: it is asked for a word."""
    from khamtop.qa.llm import writer_of

    writer = writer_of(setting.llm, setting.llm_model, setting.llm_key_file)
    if writer is not None:
        seconds = f"{writer.answers():.1f}"
        yield Finding("fine", "doctor.llm", {"name": writer.name, "host": writer.host, "seconds": seconds})


def _place(name: str | None, folder: Path) -> Path | None:
    """Where the model of that name lies, if it is a folder or was fetched before; None if it can still be fetched."""
    from khamtop.index.encoders.foreign import check_name, fetched

    if name is None or folder.exists():
        return folder
    try:
        check_name(name)
    except FileNotFoundError:  # opening it tells so
        return folder
    return fetched(name)


def _size_of(folder: Path) -> dict[str, Any]:
    return {"megabytes": _megabytes(_bytes_in(folder)), "folder": str(folder)}


# The index


def _index(setting: Setting) -> Iterator[Finding]:
    from khamtop.index.storage.check import damaged_files
    from khamtop.index.storage.store import VERIFIED_ON_OPEN_BYTES, current_generation

    folder = setting.folder
    if folder is None:
        yield from _engine(setting.place)
        return
    try:
        generation = current_generation(folder)
        forbidden = _forbidden([folder, generation.folder, *_folders_in(generation.folder)])
        if forbidden:
            yield Finding("wrong", "index.forbidden", {"folder": str(forbidden)})
            return
        generation, damaged = damaged_files(folder)
    except PermissionError:
        yield Finding("wrong", "index.forbidden", {"folder": str(folder)})
        return
    except Exception as error:
        yield _without_index(folder, error)
        return
    manifest = generation.manifest
    size = sum(size for size, _ in manifest.files.values())
    facts = {
        "folder": str(folder), "articles": manifest.articles, "passages": manifest.passages,
        "format": str(manifest.format), "encoder": manifest.encoder, "megabytes": _megabytes(size),
    }  # fmt: skip
    yield Finding("fine", "doctor.index", facts)
    yield from (Finding("wrong", "index.damaged", {"file": file}) for file in damaged)
    if not damaged:
        is_read = size <= VERIFIED_ON_OPEN_BYTES
        yield Finding("fine", "doctor.index_read" if is_read else "doctor.index_sizes")


def _engine(place: Place) -> Iterator[Finding]:
    """The index at an address: whether its engine answers, and what stands there."""
    from khamtop.index.storage.wiring import manifest_of

    try:
        manifest = manifest_of(place)
    except Exception as error:
        failure = _failure(error)
        yield Finding("note", failure.code, failure.facts) if failure.code == "index.missing" else failure
        return
    facts = {
        "address": str(place), "articles": manifest.articles, "passages": manifest.passages,
        "format": str(manifest.format), "encoder": manifest.encoder,
    }  # fmt: skip
    yield Finding("fine", "doctor.milvus", facts)


def _without_index(folder: Path, error: Exception) -> Finding:
    """What to say where no index can be read: that none is there yet is no failure."""
    failure = _failure(error)
    if failure.code == "index.missing":
        return Finding("note", failure.code, failure.facts)
    if _forbidden([folder]):  # then what is there could not be seen
        return Finding("wrong", "index.forbidden", {"folder": str(folder)})
    return failure


def _room(setting: Setting) -> Iterator[Finding]:
    """Whether a rebuild could be written."""
    if setting.folder is None:
        return
    folder = _nearest(setting.folder)
    if not folder.is_dir() or not _may(folder, os.W_OK):
        yield Finding("wrong", "doctor.unwritable", {"folder": str(folder)})
        return
    free = shutil.disk_usage(folder).free
    wanted = max(_LEAST_ROOM_BYTES, _bytes_in(setting.folder))
    facts = {"folder": str(folder), "free": _megabytes(free), "wanted": _megabytes(wanted)}
    yield Finding("fine" if free >= wanted else "wrong", "doctor.room", facts)


def _builds(setting: Setting) -> Iterator[Finding]:
    from khamtop.index.storage.store import is_being_built, leftovers

    if setting.folder is None or not (setting.folder.is_dir() and _may(setting.folder, os.R_OK | os.X_OK)):
        return
    if is_being_built(setting.folder):
        yield Finding("note", "doctor.building", {"folder": str(setting.folder)})
        return
    left = leftovers(setting.folder)
    if left:
        names = ", ".join(path.name for path in left)
        size = sum(map(_bytes_in, left))
        yield Finding("note", "doctor.leftovers", {"names": names, "megabytes": _megabytes(size)})


def _articles(setting: Setting) -> Iterator[Finding]:
    for path in setting.articles:
        if not path.exists():
            yield Finding("wrong", "articles.missing", {"path": str(path)})
        elif not _may(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            yield Finding("wrong", "doctor.articles_unreadable", {"path": str(path)})
        elif path.is_dir() and not _may(path, os.W_OK):
            yield Finding("note", "doctor.articles_fixed", {"path": str(path)})
        else:
            yield Finding("fine", "doctor.articles", {"path": str(path)})


def _forbidden(folders: Sequence[Path]) -> Path | None:
    """The first of the folders that an index cannot be opened in: words are searched under a lock."""
    return next((folder for folder in folders if not _may(folder, os.R_OK | os.W_OK | os.X_OK)), None)


def _may(path: Path, wish: int) -> bool:
    return os.access(path, wish, effective_ids=os.access in os.supports_effective_ids)


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_dir())


def _nearest(folder: Path) -> Path:
    """A folder, or the one above it that is there."""
    return next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)


def _bytes_in(folder: Path) -> int:
    """The size of all that lies in a folder, or of a file."""
    files = [folder] if folder.is_file() else folder.rglob("*")
    total = 0
    for file in files:
        with suppress(OSError):  # gone meanwhile
            total += file.stat().st_size if file.is_file() else 0
    return total


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)


# The page


def _port(setting: Setting) -> Iterator[Finding]:
    from khamtop.ui.server import listening

    listening(setting.host, setting.port).close()
    yield Finding("fine", "doctor.port", {"host": setting.host, "port": str(setting.port)})


def _users(setting: Setting) -> Iterator[Finding]:
    from khamtop.ui.guard import users_of

    users = users_of((), os.environ, setting.auth_file)
    if users:
        yield Finding("fine", "doctor.users", {"count": len(users)})
    elif _is_local(setting.host):
        yield Finding("fine", "doctor.local", {"host": setting.host})
    else:
        yield Finding("note", "doctor.everybody", {"host": setting.host})


def _is_local(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


_LOOKS: dict[str, tuple[Callable[[Setting], Iterator[Finding]], ...]] = {
    "machine": (_memory, _python, _open_files),
    "program": (_program, _packages, _extras, _modules),
    "models": (_encoder, _reader, _reranker, _writer),
    "index": (_index, _builds, _room, _articles),
    "page": (_port, _users),
}


# The table


def to_json(found: Mapping[str, Sequence[Finding]], language: str) -> dict[str, Any]:
    """The table for programs: `says` is a line's sentence in that language, its other facts stand beside it."""
    findings = [
        {"part": part, "state": one.state, "code": one.code, "facts": dict(one.facts), "says": _says(one, language)}
        for part, ones in found.items()
        for one in ones
    ]
    return {"fine": is_fine(found), "wrong": len(_wrong(found)), "findings": findings}


def to_text(found: Mapping[str, Sequence[Finding]], language: str) -> str:
    """The table for people, and how much is wrong below it."""
    rows = [
        (texts.text(f"doctor.part.{part}", language), texts.text(f"doctor.state.{one.state}", language), one)
        for part, ones in found.items()
        for one in ones
    ]
    widths = [max((_width(row[column]) for row in rows), default=0) for column in (0, 1)]  # type: ignore[arg-type]
    lines = [
        "  ".join([_padded(part, widths[0]), _padded(state, widths[1]), _says(one, language)])
        for part, state, one in rows
    ]
    wrong = len(_wrong(found))
    summary = texts.text("doctor.wrong", language, count=wrong) if wrong else texts.text("doctor.fine", language)
    return "\n".join([*lines, "", summary])


def _says(finding: Finding, language: str) -> str:
    """The sentence of a line, without what a terminal would act on."""
    said = texts.text(finding.code, language, **finding.facts)
    return "".join(letter if letter.isprintable() else "�" for letter in said)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """How many places a text takes on a terminal: Thai vowels and marks above and below a letter take none."""
    return sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)
