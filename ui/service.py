"""What the page and its API share: the open index, and the one build that may be replacing it.

Answers come from the index that is open. A build works in a thread of its own and the new index
takes the old one's place when it is whole, so asking never waits for building, except for the very
first build, when there is nothing to answer from yet. What people send in is `uploads.py`'s business
and `feedback.py`'s.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import TypeVar

from khamtop.index.building.build import Report, build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.filters import LONGEST
from khamtop.index.milvus.address import Place, home_of
from khamtop.index.panics import panics_raised
from khamtop.index.storage.database import Listed
from khamtop.index.storage.listing import LIST_ORDERS, Timeline
from khamtop.index.storage.names import CountedName, kinds_of
from khamtop.index.storage.opened import Index
from khamtop.index.storage.wiring import manifest_of, open_index, remembered_encoder
from khamtop.index.text.names import NameKind
from khamtop.index.types import Article, Encoder, Filter, KhamtopError, Span
from khamtop.qa.answer import ask
from khamtop.qa.question import MOST_EARLIER
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.reranker import Reranker, load_reranker
from khamtop.qa.searching import ORDERS, Findings, look_up, look_up_articles
from khamtop.qa.suggest import follow_ups, suggest
from khamtop.qa.summary import SENTENCES, summary_of
from khamtop.qa.types import Answer, OverviewOrder, Writing
from khamtop.qa.writer import Writer, writing
from khamtop.ui.feedback import Feedback
from khamtop.ui.given import Given, Remembered
from khamtop.ui.names import numbered, shortened
from khamtop.ui.original import ORIGINALS, Original, opened
from khamtop.ui.turns import Turns

_log = logging.getLogger(__name__)

_O = TypeVar("_O", bound=str)

#: How long a question waits for the first index before it is told to come back.
FIRST_INDEX_SECONDS = 60.0

#: The most passages that one call may ask for, and the most articles, or names of a kind, of a list.
MOST_PASSAGES = MOST_LISTED = 100

#: The passages that come with an answer, unless a call asks for another number.
_PASSAGES = 5
#: Seconds after which it is looked again whether the index was built elsewhere, where that can be.
_LOOK_SECONDS = 5.0
_REMEMBERED_ANSWERS = 64

#: The sentences that sum up the only article on the first screen: questions stand there too.
_FIRST_SENTENCES = 3

#: More answers at a time only take the interpreter from each other, and from whoever talks to the browsers: of 64
#: people who asked at once half waited 2.4 s with this, and 2.9 s without, on two cores that had other work too. Who
#: asked first is answered first.
_ANSWERED_AT_ONCE = 2

#: A model that writes is waited for long, and answering must not wait with it.
_WRITTEN_AT_ONCE = 2
#: After so long whoever waits for their turn is let go, if they wish.
_BETWEEN_LOOKS = 0.2

#: A stage must have run so long before its rate tells how long it will take.
_RATED_AFTER_SECONDS = 1.0


@dataclass(slots=True)
class Build:
    """A build under way, or how one ended; `number` counts them. `total` is 0 where it is not known yet."""

    number: int = 1
    stage: str = "start"
    done: int = 0
    total: int = 0
    report: Report | None = None
    error: KhamtopError | None = None
    stopping: bool = False
    finished: threading.Event = field(default_factory=threading.Event)
    _clock: Callable[[], float] = time.monotonic
    _began: tuple[float, int] = (0.0, 0)  # when the stage was first heard of, and how much was done then
    _waiting: set[Callable[[], object]] = field(default_factory=set)  # what is called when it has ended

    def tell(self, stage: str, done: int, total: int) -> None:
        """Notes how far the build is; what `building.build.Progress` tells."""
        if stage == "left":  # the page works it out again as the build goes on
            return
        if stage != self.stage:
            self._began = (self._clock(), done)
        self.stage, self.done, self.total = stage, done, total

    def end(self) -> None:
        """Notes that it has ended, and lets all go on that wait for it."""
        self.finished.set()
        for tell in list(self._waiting):
            with suppress(RuntimeError):  # the loop that waited is closed
                tell()

    async def ended(self, seconds: float | None = None) -> None:
        """Waits until it has ended, or so many seconds, without a thread: those are few, and others need them."""
        told = asyncio.Event()
        tell = partial(asyncio.get_running_loop().call_soon_threadsafe, told.set)
        self._waiting.add(tell)
        try:
            if not self.finished.is_set():  # asked after `tell` stands there, so that no end is missed
                async with asyncio.timeout(seconds):
                    await told.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(tell)

    @property
    def seconds_left(self) -> float | None:
        """How long the running stage will take at its rate until now; None while that is not known."""
        since, done_then = self._began
        seconds, done = self._clock() - since, self.done - done_then
        if self.finished.is_set() or not self.total or done <= 0 or seconds < _RATED_AFTER_SECONDS:
            return None
        return (self.total - self.done) * seconds / done


class _Opened:
    """An index with the questions to suggest for it, its latest answers and summaries: replaced together, in one
    assignment."""

    def __init__(self, index: Index, reader: Reader, reranker: Reranker | None) -> None:
        self.index = index
        self.examples = tuple(suggest(index, reader=reader))
        self._reader, self._reranker = reader, reranker
        #: An article's spans that sum it up; a long article's take seconds.
        self.summary = lru_cache(maxsize=_REMEMBERED_ANSWERS)(
            lambda identity, count: tuple(summary_of(index.article(identity), count))
        )
        self._remembered = lru_cache(maxsize=_REMEMBERED_ANSWERS)(partial(self._answer, _PASSAGES, None))

    def answer(
        self,
        question: str,
        history: tuple[str, ...],
        k: int,
        bounds: Filter | None,
        any_time: bool,
        order: OverviewOrder,
        today: date,
    ) -> Answer:
        """The answer to what `Service.ask` takes.

        Remembered as the page asks, which asks for what follows an answer right after it. Other calls may want so many
        passages that remembering them would fill memory.
        """
        if k == _PASSAGES and bounds is None:
            return self._remembered(question, history, any_time, order, today)
        return self._answer(k, bounds, question, history, any_time, order, today)

    def _answer(
        self,
        k: int,
        bounds: Filter | None,
        question: str,
        history: tuple[str, ...],
        any_time: bool,
        order: OverviewOrder,
        today: date,
    ) -> Answer:
        return ask(
            question,
            self.index,
            history,
            k,
            bounds=bounds,
            reader=self._reader,
            any_time=any_time,
            order=order,
            today=today,
            reranker=self._reranker,
        )


class Service:
    """Asks and rebuilds one index; every method may be called from any thread."""

    def __init__(
        self,
        place: Place,
        articles: Sequence[Path],
        encoder: str | None = None,
        read_only: bool = False,
        reader: str | None = None,
        reranker: str | None = None,
        writer: Writer | None = None,
    ) -> None:
        """An index in a folder or at an address, built from `articles`; `encoder` as `load_encoder` takes it, or the
        index's own, `reader` as `load_reader` does and `reranker` as `load_reranker`. `writer` says something around
        the quotes, where that is asked for.

        With `read_only` nobody who asks can change what is asked: `remove` and `uploads.py` refuse.
        """
        self.place = place
        #: What is no part of the index itself: its own folder, or one of this machine.
        self.folder = home_of(place)
        self.read_only = read_only
        self.feedback = Feedback(self.folder)
        self._articles = list(articles)
        self._encoder_source = encoder or remembered_encoder(place)
        self._encoder: Encoder | None = None
        self._reader_source = reader
        self._reranker_source = reranker
        self.writer = writer
        self._opened: _Opened | None = None
        self._looked = 0.0  # when it was looked last whether the index was built elsewhere
        self._build: Build | None = None
        self._another = False  # whether a build must follow the one under way
        self._numbers = count(1)
        self._turns = Turns(_ANSWERED_AT_ONCE)
        self._writing_turns = Turns(_WRITTEN_AT_ONCE)
        self._given = Remembered(_REMEMBERED_ANSWERS)
        self._written: OrderedDict[Answer, Writing] = OrderedDict()
        self._lock = threading.Lock()
        self._following = threading.Lock()

    def start(self, builds: bool = True) -> None:
        """Opens the index; where there is none, begins to build it and returns at once, if it `builds`.

        Raises:
            KhamtopError: for an index that is there but cannot be used, or is not there and not built; for a
                reader or reranker that cannot be opened; `articles.missing` for articles that are not there
                where an index must be built.
        """
        _ = self._reader, self._reranker  # before anything is built for them
        if self.folder != self.place:
            with suppress(OSError):  # whatever wants to write there tells
                self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except KhamtopError as error:
            if error.code != "index.missing" or not builds:
                raise
            for path in self._articles:
                if not os.path.exists(path):
                    raise KhamtopError("articles.missing", path=str(path)) from None
            self.begin_build()

    def follow(self) -> None:
        """Opens the index that was built elsewhere since this one was opened, if one was; what is wrong with it is
        logged, and the open one goes on answering."""
        with self._following:
            if self._opened is None or not self._opened.index.is_replaced():
                return
            try:
                if self._encoder is not None and self._encoder.name != manifest_of(self.place).encoder:
                    self._encoder = None  # the index remembers its own
                self._open()
            except KhamtopError as error:
                _log.warning("the index that was built meanwhile: %s", error)

    def prepare(self) -> None:
        """Makes now what would else be made when the list of articles is first opened: seconds, for an archive."""
        if self._opened:
            _ = self._opened.index.listing

    def watch(self) -> None:
        """Rebuilds from now on whenever the articles change; what goes wrong then stands in `last_build`."""
        from khamtop.index.building.watch import changes

        def follow() -> None:
            for _ in changes(self._articles, self.folder):
                self.begin_build(anew=True).finished.wait()

        threading.Thread(target=follow, name="khamtop-watch", daemon=True).start()

    # Asking

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        k: int = _PASSAGES,
        bounds: Filter | None = None,
        any_time: bool = False,
        order: OverviewOrder = "",
    ) -> Answer:
        """The answer; `history` are the earlier questions of the conversation, oldest first, `any_time` and `order` are
        as in `qa.answer.ask`.

        Raises:
            KhamtopError: for a question or a `k` that cannot be worked with, or while there is no index.
        """
        _check(k)
        opened = self._ready()
        with self._turns.turn():
            return opened.answer(question, _latest(history), k, bounds, any_time, order, date.today())

    def search(
        self,
        question: str,
        history: Sequence[str] = (),
        k: int = 5,
        bounds: Filter | None = None,
        order: str = "relevance",
    ) -> Findings:
        """The best `k` passages; raises as `ask` does, and `search.order` for no order."""
        _check(k)
        index = self._ready().index
        with self._turns.turn():
            known = _known(order, ORDERS)
            return look_up(question, index, _latest(history), k, bounds, self._reader, known, self._reranker)

    def search_articles(
        self, question: str, k: int = 10, bounds: Filter | None = None, order: str = "relevance"
    ) -> Findings:
        """The best passages of the best `k` articles; raises as `search` does."""
        _check(k)
        index = self._ready().index
        with self._turns.turn():
            order = _known(order, ORDERS)
            return look_up_articles(question, index, k, bounds, self._reader, order, self._reranker)

    def give(
        self,
        question: str,
        history: Sequence[str] = (),
        bounds: Filter | None = None,
        any_time: bool = False,
        order: OverviewOrder = "",
    ) -> Given:
        """The answer as the page gets it: with the index that it came from, and remembered; raises as `ask` does."""
        index = self._ready().index
        asked = (question, _latest(history), bounds, any_time, order)
        given = self._given.recall(index.stamp, asked)
        if given is None:
            answer = self.ask(question, history, _PASSAGES, bounds, any_time, order)
            given = Given(answer, index.stamp, index.built)
        self._given.keep(asked, given)
        return given

    def give_again(
        self,
        index: str,
        question: str,
        history: Sequence[str] = (),
        bounds: Filter | None = None,
        any_time: bool = False,
        order: OverviewOrder = "",
    ) -> Given:
        """The answer that the index of that stamp gave: the same index always gives the same one.

        Raises:
            KhamtopError: as `ask`, and `answer.gone` if another index answers now and that answer is not remembered.
        """
        if index == self._ready().index.stamp:
            return self.give(question, history, bounds, any_time, order)
        given = self._given.recall(index, (question, _latest(history), bounds, any_time, order))
        if given is None:
            raise KhamtopError("answer.gone")
        return given

    def write(self, answer: Answer) -> Answer:
        """An answer with all that the writer says around its quotes, if there is a writer."""
        for last in self.writing(answer):
            answer = replace(answer, writing=last)
        return answer

    def writing(self, answer: Answer) -> Generator[Writing]:
        """What the writer says around the quotes of an answer, as it comes (`qa.writer.writing`): the same answer, the
        same words. Nothing where there is no writer, or no quote.

        What the writer could not say, for whatever reason, is asked of it again.
        """
        if self.writer is None or not answer.citations:
            return
        if known := self._written.get(answer):
            yield known
            return
        last = Writing(self.writer.name)
        with self._writing_turns.place() as comes:
            while not comes(_BETWEEN_LOOKS):
                yield last
            for last in writing(answer, self.writer):
                yield last
        if last.problem:
            _log.warning("the writer: %s", last.problem)
        else:
            self._remember(answer, last)

    def _remember(self, answer: Answer, said: Writing) -> None:
        with self._lock:
            self._written[answer] = said
            while len(self._written) > _REMEMBERED_ANSWERS:
                self._written.popitem(last=False)

    def follow_ups(
        self,
        question: str,
        history: Sequence[str] = (),
        bounds: Filter | None = None,
        any_time: bool = False,
        order: OverviewOrder = "",
    ) -> list[str]:
        """Questions to go on with after that one, which the articles answer; raises as `ask` does.

        The answer is the one that was just given. Whoever waits for an answer goes before.
        """
        opened = self._ready()
        with self._turns.turn(yields=True):
            given = self._given.recall(opened.index.stamp, (question, _latest(history), bounds, any_time, order))
            asked = (question, _latest(history), _PASSAGES, bounds, any_time, order, date.today())
            found = given.answer if given else opened.answer(*asked)
            return follow_ups(found, _latest(history), reader=self._reader)

    # Reading

    def article(self, identity: str) -> Article:
        """The article of that id.

        Raises:
            KhamtopError: `article.unknown` if the index holds none.
        """
        return _article(self._ready().index, identity)

    def summary(self, identity: str) -> tuple[Article, Sequence[Span]]:
        """The article of that id with the spans that sum it up; raises as `article` does."""
        opened = self._ready()
        return self._summed_up(opened, _article(opened.index, identity), SENTENCES)

    def first_summary(self) -> tuple[Article, Sequence[Span]]:
        """The same of the only article there is, in fewer spans.

        Raises:
            KhamtopError: `article.unknown` if there are others, or while there is no index.
        """
        opened = self._ready()
        if opened.index.manifest.articles != 1:
            raise KhamtopError("article.unknown")
        return self._summed_up(opened, next(opened.index.articles()), _FIRST_SENTENCES)

    def _summed_up(self, opened: _Opened, article: Article, count: int) -> tuple[Article, Sequence[Span]]:
        with self._turns.turn(yields=True):
            return article, opened.summary(article.id, count)

    def list_articles(
        self,
        find: str = "",
        offset: int = 0,
        limit: int = MOST_LISTED,
        bounds: Filter | None = None,
        order: str = "newest",
    ) -> tuple[int, list[Listed]]:
        """How many articles have all words of `find` in their titles, and those from `offset` on, in that order.

        Raises:
            KhamtopError: `list.bounds` for numbers that make no sense, `search.order` for no order, `filter.too_long`,
                or while there is no index.
        """
        if len(find) > LONGEST:
            raise KhamtopError("filter.too_long", limit=LONGEST)
        if offset < 0 or not 1 <= limit <= MOST_LISTED:
            raise KhamtopError("list.bounds", most=MOST_LISTED)
        return self._ready().index.listing.find(find, offset, limit, bounds, _known(order, LIST_ORDERS))

    def list_names(
        self, kind: str = "", find: str = "", limit: int = MOST_LISTED
    ) -> list[tuple[NameKind, int, list[CountedName]]]:
        """Each kind of names, or that one alone: how many have all words of `find` in them, and the commonest.

        Raises:
            KhamtopError: `names.kind` for no kind, `list.bounds`, `filter.too_long`, or while there is no index.
        """
        if len(find) > LONGEST:
            raise KhamtopError("filter.too_long", limit=LONGEST)
        if not 1 <= limit <= MOST_LISTED:
            raise KhamtopError("list.bounds", most=MOST_LISTED)
        names = self._ready().index.names
        return [(each, *names.find(each, find, limit)) for each in kinds_of(kind)]

    def timeline(self) -> Timeline:
        """How the articles spread over time; raises while there is no index."""
        return self._ready().index.listing.timeline

    # The file of an article

    def has_original(self, identity: str) -> bool:
        """Whether the article of that id is a PDF of ours, which `original` opens; raises as `article` does."""
        return self._is_original(self._listed(identity))

    def original(self, identity: str) -> Original:
        """The PDF of the article of that id, with the bytes that were read for it and no others.

        Raises:
            KhamtopError: `article.unknown`, `original.none` for an article of another kind or from elsewhere,
                `original.changed` for a file that is not as it was read.
        """
        listed = self._listed(identity)
        if not self._is_original(listed):
            raise KhamtopError("original.none")
        return opened(listed.file, listed.digest)

    def _is_original(self, listed: Listed) -> bool:
        return listed.file.suffix.lower() in ORIGINALS and self._holds(listed.file)

    # Taking articles out

    def is_removable(self, listed: Listed) -> bool:
        """Whether `remove` would take that article out."""
        return not self.read_only and self.articles > 1 and listed.is_alone and self._holds(listed.file)

    def is_removable_id(self, identity: str) -> bool:
        """Whether `remove` would take the article of that id out; raises as `article` does."""
        return self.is_removable(self._listed(identity))

    def remove(self, identity: str) -> Path:
        """Moves the file of that article out of the articles, and has the index follow; where the file is now.

        Nothing is lost: it lies in the index's folder under a name that no article has, so that it is none
        even where that folder is among the articles.

        Raises:
            KhamtopError: `article.unknown`, or a `remove.*` that tells why that article must stay.
        """
        if self.read_only:
            raise KhamtopError("read_only")
        listed = self._listed(identity)
        if not listed.is_alone:
            raise KhamtopError("remove.shared", file=listed.file.name)
        if not self._holds(listed.file):
            raise KhamtopError("remove.elsewhere", file=listed.file.name)
        if self.articles == 1:
            raise KhamtopError("remove.last")
        removed = self.folder / "removed"
        try:
            removed.mkdir(exist_ok=True)
            moved = _move(listed.file, removed)
        except OSError:
            raise KhamtopError("remove.failed", file=listed.file.name) from None
        self.begin_build(anew=True)
        return moved

    def owner(self, identity: str) -> Path | None:
        """The file of the article of that id in the open index; None where there is none."""
        if self._opened is None:
            return None
        try:
            return self._opened.index.listed(identity).file
        except KeyError:
            return None

    @property
    def upload_folder(self) -> Path | None:
        """The folder of articles that uploads land in; None if only files were given."""
        return next((path for path in self._articles if path.is_dir()), None)

    def _listed(self, identity: str) -> Listed:
        index = self._ready().index
        try:
            listed = index.listed(identity)
        except KeyError:
            raise KhamtopError("article.unknown") from None
        return listed

    def _holds(self, file: Path) -> bool:
        """Whether a file lies among the articles, and is no link that leads there or away from there."""
        try:
            real = file.resolve(strict=True)
            if not real.is_file() or real != file.parent.resolve() / file.name:
                return False
        except (OSError, ValueError):
            return False
        roots = [path.resolve() for path in self._articles]
        return any(real == root or (root.is_dir() and real.is_relative_to(root)) for root in roots)

    # Building

    def rebuild(self) -> Report:
        """Builds and waits for the result; joins the build that is under way, if there is one.

        Raises:
            KhamtopError: if the build failed; the last index goes on answering.
        """
        build = self.begin_build()
        build.finished.wait()
        return _result_of(build)

    async def rebuilt(self) -> Report:
        """`rebuild`, which waits without a thread."""
        build = self.begin_build()
        await build.ended()
        return _result_of(build)

    async def first_index(self) -> None:
        """Waits, though not for ever, and without a thread, until the first index is built, if one is being built."""
        if self._opened is None and self._build is not None:
            await self._build.ended(FIRST_INDEX_SECONDS)

    def begin_build(self, anew: bool = False) -> Build:
        """The build under way, begun now if there is none.

        `anew` tells that the articles changed just now: as a build under way may have passed them by,
        another one then follows it.
        """
        with self._lock:
            if self._build is None or self._build.finished.is_set():
                self._build = self._begun()
            elif anew:
                self._another = True
            return self._build

    def stop_build(self) -> None:
        """Ends the build under way, if it has not begun to write; the last index goes on answering."""
        with self._lock:
            self._another = False
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
    def passages(self) -> int:
        """How many passages the open index holds; 0 before the first is built."""
        return self._opened.index.manifest.passages if self._opened else 0

    @property
    def index(self) -> str:
        """The stamp of the open index; empty before the first is built."""
        return self._opened.index.stamp if self._opened else ""

    @property
    def examples(self) -> tuple[str, ...]:
        """Questions that the open index answers."""
        return self._opened.examples if self._opened else ()

    def _begun(self) -> Build:
        build = Build(next(self._numbers))
        threading.Thread(target=self._run, args=(build,), name="khamtop-build", daemon=True).start()
        return build

    def _run(self, build_: Build) -> None:
        def progress(stage: str, done: int, total: int) -> None:
            build_.tell(stage, done, total)
            if build_.stopping and stage in ("read", "embed"):
                raise KhamtopError("index.stopped")

        try:
            with panics_raised():
                report = build(self._articles, self.place, self._load_encoder(), progress, self._encoder_source)
                progress("open", 0, 0)
                self._open(prepared=True)
            build_.report = report
        except KhamtopError as error:
            build_.error = error
        except Exception as error:  # a thread's exception would vanish, and the page wait for ever
            _log.exception("the build failed")
            build_.error = KhamtopError("internal")
            build_.error.__cause__ = error
        finally:
            with self._lock:
                if self._another:
                    self._another = False
                    self._build = self._begun()
                build_.end()

    def _open(self, prepared: bool = False) -> None:
        index = open_index(self.place, self._encoder)
        self._encoder = index.encoder
        if prepared:
            _ = index.listing  # while the last index still answers
        self._opened = _Opened(index, self._reader, self._reranker)

    @property
    def _reader(self) -> Reader:
        return load_reader(self._reader_source)

    @property
    def _reranker(self) -> Reranker | None:
        return load_reranker(self._reranker_source)

    def _load_encoder(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(self._encoder_source)
        return self._encoder

    def _ready(self) -> _Opened:
        """The open index. Nobody waits here for the first one: `first_index` does."""
        opened, build = self._opened, self._build
        if opened is None and build is not None:
            raise build.error or KhamtopError("index.building")
        if opened is None:
            raise KhamtopError("index.missing", folder=str(self.place))
        self._follow(opened.index)
        return opened

    def _follow(self, index: Index) -> None:
        """Looks now and then whether the index was built elsewhere; until that is open this one answers."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        if index.is_replaced() and not self._following.locked():
            threading.Thread(target=self.follow, name="khamtop-follow", daemon=True).start()


def _article(index: Index, identity: str) -> Article:
    try:
        return index.article(identity)
    except KeyError:
        raise KhamtopError("article.unknown") from None


def _check(k: int) -> None:
    if not isinstance(k, int) or not 1 <= k <= MOST_PASSAGES:
        raise KhamtopError("question.passages", most=MOST_PASSAGES)


def _known(order: str, orders: Sequence[_O]) -> _O:
    """The order of that name."""
    for known in orders:
        if order == known:
            return known
    raise KhamtopError("search.order", orders=", ".join(orders))


def _latest(history: Sequence[str]) -> tuple[str, ...]:
    """The earlier questions that count."""
    return tuple(history[-MOST_EARLIER:])


def _result_of(build: Build) -> Report:
    """The report of a build that has ended, or the error that ended it."""
    if build.error:
        raise KhamtopError(build.error.code, **build.error.facts) from build.error
    assert build.report is not None
    return build.report


def _move(file: Path, folder: Path) -> Path:
    """Moves a file into a folder, never over another one; where it is now."""
    for target in numbered(folder, f"{shortened(file.name)}.removed", ".removed"):
        try:
            target.touch(exist_ok=False)  # ours from now on, so that nothing else is written over
        except FileExistsError:
            continue
        try:
            shutil.move(file, target)
        except OSError:
            target.unlink()
            raise
        return target
    raise AssertionError
