"""What the page and its API share: the open index, and the one build that may be replacing it.

Answers come from the index that is open. A build works in a thread of its own and the new index
takes the old one's place when it is whole, so asking never waits for building, except for the very
first build, when there is nothing to answer from yet.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.build import Report, build
from index.encoder import load_encoder
from index.store import Index, remembered_encoder
from index.types import Article, Encoder, Filter, KhamtopError
from qa.answer import answer
from qa.retrieve import search
from qa.suggest import suggest
from qa.types import Answer, Hit

_log = logging.getLogger(__name__)

#: How long a question waits for the first index before it is told to come back.
FIRST_INDEX_SECONDS = 60.0

#: The most passages that one call may ask for.
MOST_PASSAGES = 100


@dataclass(slots=True)
class Build:
    """A build under way, or how the last one ended. `total` is 0 where it is not known yet."""

    stage: str = "start"
    done: int = 0
    total: int = 0
    report: Report | None = None
    error: KhamtopError | None = None
    stopping: bool = False
    finished: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index with the questions to suggest for it: replaced together, in one assignment."""

    index: Index
    examples: tuple[str, ...]


class Service:
    """Asks and rebuilds one index; every method may be called from any thread."""

    def __init__(self, folder: Path, articles: Sequence[Path], encoder: str | None = None) -> None:
        """An index in `folder`, built from `articles`; `encoder` as `load_encoder` takes it, or the index's own."""
        self._folder = folder
        self._articles = list(articles)
        self._encoder_source = encoder or remembered_encoder(folder)
        self._encoder: Encoder | None = None
        self._opened: _Opened | None = None
        self._build: Build | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Opens the index; where there is none, begins to build it and returns at once.

        Raises:
            KhamtopError: for an index that is there but cannot be used.
        """
        try:
            self._open()
        except KhamtopError as error:
            if error.code != "index.missing":
                raise
            self.begin_build()

    def watch(self) -> None:
        """Rebuilds from now on whenever the articles change; what goes wrong then stands in `last_build`."""
        from index.watch import changes

        def follow() -> None:
            for _ in changes(self._articles, self._folder):
                self.begin_build().finished.wait()

        threading.Thread(target=follow, name="khamtop-watch", daemon=True).start()

    def ask(self, question: str, history: Sequence[str] = (), k: int = 5, bounds: Filter | None = None) -> Answer:
        """The answer; `history` are the earlier questions of the conversation, oldest first.

        Raises:
            KhamtopError: for a question or a `k` that cannot be worked with, or while there is no index.
        """
        _check(k)
        return answer(question, self._ready().index, history, k, bounds=bounds)

    def search(self, question: str, history: Sequence[str] = (), k: int = 5, bounds: Filter | None = None) -> list[Hit]:
        """The best `k` passages; raises as `ask` does."""
        _check(k)
        return search(question, self._ready().index, history, k, bounds)

    def article(self, identity: str) -> Article:
        """The article of that id.

        Raises:
            KhamtopError: `article.unknown` if the index holds none.
        """
        try:
            return self._ready().index.article(identity)
        except KeyError:
            raise KhamtopError("article.unknown") from None

    def rebuild(self) -> Report:
        """Builds and waits for the result; joins the build that is under way, if there is one.

        Raises:
            KhamtopError: if the build failed; the last index goes on answering.
        """
        build = self.begin_build()
        build.finished.wait()
        if build.error:
            raise KhamtopError(build.error.code, **build.error.facts) from build.error
        assert build.report is not None
        return build.report

    def begin_build(self) -> Build:
        """The build under way, begun now if there is none."""
        with self._lock:
            if self._build is None or self._build.finished.is_set():
                self._build = Build()
                threading.Thread(target=self._run, args=(self._build,), name="khamtop-build", daemon=True).start()
            return self._build

    def stop_build(self) -> None:
        """Ends the build under way, if it has not begun to write; the last index goes on answering."""
        if self._build is not None:
            self._build.stopping = True

    @property
    def last_build(self) -> Build | None:
        """The build under way or the last one since the start."""
        return self._build

    @property
    def articles(self) -> int:
        """How many articles the open index holds; 0 before the first is built."""
        return self._opened.index.manifest.articles if self._opened else 0

    @property
    def examples(self) -> tuple[str, ...]:
        """Questions that the open index answers."""
        return self._opened.examples if self._opened else ()

    def _run(self, build_: Build) -> None:
        def progress(stage: str, done: int, total: int) -> None:
            build_.stage, build_.done, build_.total = stage, done, total
            if build_.stopping and stage in ("read", "embed"):
                raise KhamtopError("index.stopped")

        try:
            report = build(self._articles, self._folder, self._load_encoder(), progress, self._encoder_source)
            progress("open", 0, 0)
            self._open()
            build_.report = report
        except KhamtopError as error:
            build_.error = error
        except Exception as error:  # a thread's exception would vanish, and the page wait for ever
            _log.exception("the build failed")
            build_.error = KhamtopError("internal")
            build_.error.__cause__ = error
        finally:
            build_.finished.set()

    def _open(self) -> None:
        index = Index.open(self._folder, self._encoder)
        self._encoder = index.encoder
        self._opened = _Opened(index, tuple(suggest(index)))

    def _load_encoder(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(self._encoder_source)
        return self._encoder

    def _ready(self) -> _Opened:
        """The open index, waiting for the first one to be built."""
        if self._opened is None and self._build is not None:
            self._build.finished.wait(FIRST_INDEX_SECONDS)
            if self._opened is None:
                raise self._build.error or KhamtopError("index.building")
        if self._opened is None:
            raise KhamtopError("index.missing", folder=str(self._folder))
        return self._opened


def _check(k: int) -> None:
    if not isinstance(k, int) or not 1 <= k <= MOST_PASSAGES:
        raise KhamtopError("question.passages", most=MOST_PASSAGES)
