"""The JSON that programs and the page get, as types; `declarations.py` tells them to the page's scripts."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from khamtop.index.text.names import NameKind
from khamtop.qa.types import Kind, Language, Verdict

# -- What programs get too: the contract of the command line and of the API ---------------------------


class ArticleJson(TypedDict):
    """An article, without its text. Programs get its address, too, and with a quote the one of its place."""

    article_id: str
    title: str
    source: str
    published: str | None
    url: NotRequired[str]


class Copies(TypedDict):
    """Where else the same words are printed, if anywhere."""

    copies: NotRequired[list[ArticleJson]]


class Column(TypedDict):
    """The side of a comparison that a quote speaks of, in the question's words; of no other quote."""

    column: NotRequired[str]


class CitationJson(ArticleJson, Copies, Column):
    """A quote: a span of an article's characters, and the page where it begins, if the article has pages."""

    number: int
    page: int | None
    start: int
    end: int
    quote: str


class FoundJson(ArticleJson):
    """A passage found for a question: a span of an article's characters, and the page where it begins, if any."""

    page: int | None
    start: int
    end: int
    text: str
    score: float
    dense_rank: int | None
    lexical_rank: int | None


class HitJson(FoundJson, Copies):
    """A passage found, with where else it is printed."""


class UnderstoodJson(TypedDict):
    """How a question was taken: the questions it goes on from, the time that it names (in its words `time`; ISO
    dates), and whether the latest comes first."""

    earlier: str | None
    time: str | None
    since: str | None
    until: str | None
    newest: bool


class SentenceJson(TypedDict):
    """A sentence of a writer, with the numbers of the quotes that it rests on."""

    text: str
    markers: list[int]


class WritingJson(TypedDict):
    """What a writer said: its sentences that the quotes bear out, how many others are struck, who wrote, and the code
    of what went wrong, if anything did."""

    sentences: list[SentenceJson]
    struck: int
    writer: str
    unwritten: str | None


class MayBeWritten(TypedDict):
    """What a writer said, as in `WritingJson`; nothing of this where none was asked."""

    sentences: NotRequired[list[SentenceJson]]
    struck: NotRequired[int]
    writer: NotRequired[str]
    unwritten: NotRequired[str | None]


class SaidJson(MayBeWritten):
    """What an answer says, apart from what it quotes; of an overview, how many articles are `on_subject`."""

    question: str
    answer: str
    short_answer: str | None
    verdict: Verdict
    kind: Kind
    abstained: bool
    confidence: float
    nearest: list[CitationJson]
    passages: list[HitJson]
    understood: UnderstoodJson
    on_subject: int | None


class AnswerJson(SaidJson):
    """An answer."""

    citations: list[CitationJson]


class TotalJson(TypedDict):
    """How much holds every word of a search, shown or not; perhaps more, if `all` is false."""

    articles: int
    passages: int
    all: bool


class FoundArticleJson(ArticleJson):
    """An article found, with the places of its passages in the list of all."""

    passages: list[int]


class FindingsJson(TypedDict):
    """The passages of a search, and the same by their articles."""

    question: str
    passages: list[HitJson]
    articles: list[FoundArticleJson]
    total: TotalJson


class RejectedJson(TypedDict):
    """A file that was not indexed, or a line or pages of one, and the code of the reason; or `count` lines of one."""

    path: str
    reason: str
    line: NotRequired[int]
    count: NotRequired[int]
    pages: NotRequired[str]


class PassedOverJson(TypedDict):
    """Files that are no articles, such as a README or a picture: how many, the reason's code, and the first paths."""

    reason: str
    count: int
    paths: list[str]


class BuildJson(TypedDict):
    """What a build found and did."""

    articles: int
    passages: int
    added: int
    changed: int
    removed: int
    unchanged: int
    passed_over: list[PassedOverJson]
    seconds: float


class ReportJson(BuildJson):
    """The same, with all that was not indexed, also what was passed over."""

    rejected: list[RejectedJson]
    rejected_count: int


class NameJson(TypedDict):
    """A person, an organisation or a place, and in how many articles it is named."""

    name: str
    articles: int


class KindOfNames(TypedDict):
    """The commonest names of a kind, and how many there are in all."""

    kind: NameKind
    total: int
    names: list[NameJson]


class NamesJson(TypedDict):
    """The names in the articles, by kind."""

    kinds: list[KindOfNames]


class ErrorJson(TypedDict):
    """What went wrong: a code, which has a sentence in every language, and the facts that it names."""

    code: str
    facts: dict[str, Any]


# -- What programs send over HTTP, and what only they get ---------------------------------------------


class BoundsSent(TypedDict):
    """What narrows the articles."""

    since: NotRequired[str]
    until: NotRequired[str]
    source: NotRequired[str]
    name: NotRequired[str]


class QuestionSent(BoundsSent):
    """A question, with the earlier ones of its conversation."""

    question: str
    history: NotRequired[list[str]]
    k: NotRequired[int]


class AskSent(QuestionSent):
    """A question to answer."""

    any_time: NotRequired[bool]


class StreamSent(AskSent):
    """A question to answer, perhaps with what a model writes about the quotes, and perhaps by events."""

    write: NotRequired[bool]
    stream: NotRequired[bool]


class SearchSent(QuestionSent):
    """What to search for."""

    order: NotRequired[Literal["relevance", "date"]]


class ArticleSent(TypedDict):
    """Which article to read."""

    article_id: str


class ArticlesSent(BoundsSent):
    """Which articles to list."""

    find: NotRequired[str]
    offset: NotRequired[int]
    limit: NotRequired[int]
    order: NotRequired[Literal["newest", "oldest", "title"]]


class NamesSent(TypedDict):
    """Which names to list."""

    kind: NotRequired[NameKind]
    find: NotRequired[str]
    limit: NotRequired[int]


class RebuildSent(TypedDict):
    """Nothing."""


class ArticleText(ArticleJson):
    """An article with its whole text, of which every quote is a span of characters."""

    text: str


class ArticleRows(TypedDict):
    """A stretch of the list of articles, and how many there are in all."""

    total: int
    articles: list[ListedArticle]


class FailureJson(TypedDict):
    """What went wrong: a code that stays, and a sentence for a person."""

    code: str
    message: str


class FailedJson(TypedDict):
    """A call that failed."""

    error: FailureJson


# -- What the page gets -------------------------------------------------------------------------------


class Part(TypedDict):
    """A piece of text: a quote if it has a `number`, the short answer if `short`, what was searched for if `term`."""

    text: str
    number: NotRequired[int]
    short: NotRequired[bool]
    term: NotRequired[bool]


class Citation(CitationJson):
    """A quote with the day of its article, an ISO date."""

    day: str | None


class DatedArticle(ArticleJson):
    """An article, with its day, an ISO date."""

    day: str | None


class Card(FoundJson):
    """A passage as a card, cut at the quotes in it, whose `numbers` it bears; `day` is its article's, `page` that of
    the first quote. `original` tells that its article is a PDF that can be opened."""

    day: str | None
    copies: list[DatedArticle]
    numbers: list[int]
    parts: list[Part]
    original: bool


class Line(TypedDict):
    """A quote with the words that lead to it."""

    lead: str
    number: int
    parts: list[Part]


class Answer(SaidJson):
    """An answer as the page shows it; `refusal` is what it says instead of one, `opening` what before its quotes."""

    citations: list[Citation]
    language: Language
    refusal: str | None
    opening: str | None
    spread: Timeline | None
    lines: list[Line]
    cards: list[Card]


class GivenAnswer(Answer):
    """An answer, the stamp of the index that gave it, and when that was built (an ISO time)."""

    index: str
    built: str


class FollowUps(TypedDict):
    """Questions to go on with."""

    questions: list[str]


class FoundArticle(ArticleJson):
    """An article found, its title cut at the words searched for, with its passages as cards, the best first."""

    day: str | None
    title_parts: list[Part]
    cards: list[Card]


class Findings(TypedDict):
    """What a search found, and how the question was read: what must be there word for word, and what must not."""

    articles: list[FoundArticle]
    total: TotalJson
    phrases: list[str]
    without: list[str]


class WholeArticle(ArticleJson):
    """An article cut at its quotes, from `begin` on; `found` are the numbers of those that are in it, `page` is where
    it begins."""

    day: str | None
    begin: int
    page: int | None
    parts: list[Part]
    found: list[int]


class SummaryQuote(TypedDict):
    """A sentence that carries much of its article: a span of its characters, and the page where it begins, if any."""

    number: int
    page: int | None
    start: int
    end: int
    quote: str


class Summary(ArticleJson):
    """An article summed up in its own words."""

    day: str | None
    quotes: list[SummaryQuote]


class OpenArticle(WholeArticle):
    """The same, whether it may be removed, and whether it is a PDF that can be opened (`original.py`)."""

    removable: bool
    original: bool


class ListedArticle(ArticleJson):
    """A row of the list of articles; lengths count characters and passages."""

    day: str | None
    chars: int
    passages: int


class Row(ListedArticle):
    """The same, and whether it may be removed."""

    removable: bool


class Rows(TypedDict):
    """A stretch of the list of articles, and how many there are in all."""

    total: int
    articles: list[Row]


class Bar(TypedDict):
    """How many articles a year, month or day has that begins with that day (ISO)."""

    start: str
    count: int


class Timeline(TypedDict):
    """How the articles spread over time, without a gap."""

    unit: Literal["year", "month", "day"]
    bars: list[Bar]
    undated: int


class Kept(TypedDict):
    """The id of what a reader thought, by which it may be changed."""

    id: str


class ShownReport(BuildJson):
    """What a build found and did, with what should have been read and was not: the first ones, and how many."""

    lost: list[RejectedJson]
    lost_count: int


class Build(TypedDict):
    """A build under way, or how one ended."""

    number: int
    running: bool
    stage: str
    done: int
    total: int
    seconds_left: float | None
    report: ShownReport | None
    error: ErrorJson | None


class WriterJson(TypedDict):
    """The model that writes beside quotes, and the host to which they are sent."""

    name: str
    host: str


class Status(TypedDict):
    """What the index holds and its stamp, what may be asked, who writes beside quotes, and how the build is going."""

    articles: int
    passages: int
    index: str
    examples: list[str]
    read_only: bool
    writer: WriterJson | None
    build: Build | None


class Removed(Status):
    """The same, and where the file of the removed article is now."""

    moved_to: str


class Saved(TypedDict):
    """A file that was taken in, by the name under which it is kept."""

    name: str


class Refused(TypedDict):
    """A file that was not taken in, and the code of the reason."""

    name: str
    reason: str


class Uploaded(Status):
    """What became of files that were sent in."""

    saved: list[Saved]
    refused: list[Refused]


class Replies(TypedDict):
    """What the page's calls give, by their names."""

    ask: GivenAnswer
    follow_ups: FollowUps
    write: WritingJson
    search: Findings
    article: OpenArticle
    summary: Summary
    articles: Rows
    names: NamesJson
    timeline: Timeline
    feedback: Kept
    status: Status
    rebuild: Status
    stop: Status
    remove: Removed


class Limits(TypedDict):
    """What the server takes at the most, and gives."""

    question_chars: int
    remark_chars: int
    passages: int
    listed: int
    upload_files: int
    upload_file_bytes: int
    upload_bytes: int
    upload_endings: list[str]


class Given(TypedDict):
    """What the page begins with: the words of all languages, the one that it opens in, and the limits."""

    words: dict[str, dict[str, str]]
    languages: list[str]
    first: str
    limits: Limits
