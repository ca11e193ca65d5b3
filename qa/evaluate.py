"""A file of questions with known answers (SQuAD JSON) -> figures for retrieval, answers and abstention.

Each distinct `context` is indexed as one article, without its title, as in the published Thai
tables, and every question is asked against all of them. All figures come from one run.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khamtop.index.building.build import build_articles
from khamtop.index.sources.squad import Paragraph, read_squad
from khamtop.index.storage.opened import Index
from khamtop.index.storage.wiring import open_index
from khamtop.index.text import thai
from khamtop.index.types import Article, Encoder, Filter, KhamtopError
from khamtop.qa.answer import ask
from khamtop.qa.question import read
from khamtop.qa.quote import QUOTE_CHARS
from khamtop.qa.rank import find
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.reranker import Reranker
from khamtop.qa.retrieve import dense_ranking, lexical_ranking
from khamtop.qa.types import SHORT_KINDS, Answer
from khamtop.qa.writer import Writer, written

#: The quotes of earlier versions were no longer; how many answers stand in such a short one is still counted.
SHORT_QUOTE_CHARS = 150
#: The fields of a question that figures are given by.
_GROUPS = ("lang", "kind")

#: Passages ranked per question, so that ten different articles are among them.
_RANKED_PASSAGES = 100

_NOT_SAID = re.compile(r"[^\w\s\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the id of its article, and the answers that count as right: none if the article has none.

    `history` holds the conversation's earlier questions; `groups` are what figures are given for by itself, such as
    a language or a kind.
    """

    text: str
    article_id: str
    answers: tuple[str, ...]
    history: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Written:
    """What a writer said to a question: sentences kept and struck, whether a right answer stands in them, whether
    something went wrong, and how long it took."""

    kept: int
    struck: int
    holds: bool
    failed: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of a question: the place of its article in each ranking, how right its answer was, how sure."""

    question: Question
    ranks: dict[str, int | None]
    judged: dict[str, float]
    confidence: float
    hidden_confidence: float
    seconds: float
    written: _Written | None = None


def evaluate(
    file: Path,
    encoder: Encoder,
    questions: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    bounds: Filter | None = None,
    reader: Reader | None = None,
    reranker: Reranker | None = None,
    writer: Writer | None = None,
) -> dict[str, Any]:
    """The figures of the `khamtop eval` contract.

    Retrieval is counted as recall and mean reciprocal rank in percent; latency in milliseconds for
    a whole answer. `answer` judges what is read whether or not it would be shown; what abstaining
    costs stands under `abstain`, at the reader's own threshold. Questions that the file marks as
    unanswerable (SQuAD 2) are counted by themselves under `no_answer`. `groups` repeats the main figures
    for each language and kind that the file names. `questions` gives the questions in other
    words, by id; those that it leaves out are not asked. With `bounds` only the contexts that they let
    through are searched, by the `published` and `source` of their articles in the file. `writer` writes to each
    question that is answered, and `writing` tells what came of it.

    Raises:
        KhamtopError: `eval.unreadable` if a file is not SQuAD JSON, `eval.none` if nothing is asked.
    """
    articles, asked = load(file, questions)
    reader = reader or load_reader()
    report = progress or (lambda done, total: None)
    with tempfile.TemporaryDirectory() as folder:
        built = build_articles(articles, Path(folder), encoder)
        index = open_index(Path(folder), encoder)
        answered: list[_Asked] = []
        refused: list[float] = []
        for done, question in enumerate(asked):
            report(done, len(asked))
            if question.answers:
                answered.append(_ask(question, index, reader, bounds, reranker, writer))
            else:
                found = ask(
                    question.text, index, question.history, threshold=0.0, bounds=bounds, reader=reader,
                    reranker=reranker,
                )  # fmt: skip
                refused.append(found.confidence)
        report(len(asked), len(asked))
    sure = reader.sure
    figures = {
        "questions": len(answered),
        "passages": built.passages,
        **_figures(answered),
        "abstain": {
            "auroc": _round(
                auroc([item.confidence for item in answered], [item.hidden_confidence for item in answered])
            ),
            "answered_when_answerable": _percent(item.confidence >= sure for item in answered),
            "abstained_when_not": _percent(item.hidden_confidence < sure for item in answered),
        },
        "latency_ms": {
            "p50": _quantile([item.seconds for item in answered], 0.50),
            "p99": _quantile([item.seconds for item in answered], 0.99),
        },
        "index_seconds": built.seconds,
    }
    if writer:
        figures["writing"] = _writing_figures([item.written for item in answered if item.written])
    if refused:
        figures["no_answer"] = _no_answer_figures(refused, [item.confidence for item in answered], sure)
    groups = sorted({group for item in answered for group in item.question.groups})
    if groups:
        figures["groups"] = {
            group: {"questions": len(members), **_figures(members)}
            for group in groups
            for members in [[item for item in answered if group in item.question.groups]]
        }
    return figures


def _no_answer_figures(refused: Sequence[float], confident: Sequence[float], sure: float) -> dict[str, Any]:
    """How unanswerable questions fared: at the reader's threshold, and at the one that answers 85 % of the others."""
    at_85 = sorted(confident)[int(0.15 * len(confident))]
    return {
        "questions": len(refused),
        "refused": _percent(value < sure for value in refused),
        "refused_when_85_answered": _percent(value < at_85 for value in refused),
        "auroc": _round(auroc(confident, refused)),
    }


def load(file: Path, questions: Path | None = None) -> tuple[list[Article], list[Question]]:
    """The articles and questions of a SQuAD file.

    Raises:
        KhamtopError: `eval.unreadable` or `eval.none`.
    """
    others = None if questions is None else _texts_by_id(questions)
    articles: dict[str, Article] = {}
    asked: list[Question] = []
    for paragraph in _paragraphs(file):
        if paragraph.context is None:
            continue
        source, published = paragraph.about.get("source", file.name), paragraph.about.get("published")
        new = Article(f"context-{len(articles)}", "", paragraph.context, source, published)
        article = articles.setdefault(paragraph.context, new)
        for entry in paragraph.questions:
            text = entry["question"] if others is None else others.get(entry["id"])
            if text is not None and (entry["answers"] or entry.get("is_impossible")):
                asked.append(_question(entry, text, article))
    if not any(question.answers for question in asked):
        raise KhamtopError("eval.none", path=str(file))
    return list(articles.values()), asked


def _question(entry: dict[str, Any], text: str, article: Article) -> Question:
    answers = tuple(dict.fromkeys(item["text"].strip() for item in entry["answers"]))
    history = tuple(map(str, entry.get("history", ())))
    groups = tuple(entry[field] for field in _GROUPS if isinstance(entry.get(field), str))
    short = ("short",) if SHORT_KINDS.intersection(groups) else ()
    return Question(text, article.id, answers, history, (*groups, *short))


def _texts_by_id(file: Path) -> dict[str, str]:
    return {entry["id"]: entry["question"] for paragraph in _paragraphs(file) for entry in paragraph.questions}


def _paragraphs(file: Path) -> list[Paragraph]:
    try:
        return read_squad(file)
    except (OSError, ValueError):
        raise KhamtopError("eval.unreadable", path=str(file)) from None


def _ask(
    question: Question,
    index: Index,
    reader: Reader,
    bounds: Filter | None,
    reranker: Reranker | None,
    writer: Writer | None = None,
) -> _Asked:
    """Asks a question three times: of the rankings, for an answer, and for one with its article hidden.

    A writer writes where the answer would be shown.
    """
    rankings = _rankings(question, index, reader, bounds, reranker)
    ranks = {name: _rank(ranked, question.article_id) for name, ranked in rankings.items()}

    def answer(without: str | None = None) -> Answer:
        return ask(
            question.text, index, question.history, threshold=0.0, without=without, bounds=bounds, reader=reader,
            reranker=reranker,
        )  # fmt: skip

    began = time.perf_counter()
    found = answer()
    seconds = time.perf_counter() - began
    hidden = answer(without=question.article_id)
    judged = _judge(question, found.short_answer, found.citations[0] if found.citations else None)
    said = _write(question, found, writer) if writer and found.confidence >= reader.sure else None
    return _Asked(question, ranks, judged, found.confidence, hidden.confidence, seconds, said)


def _write(question: Question, found: Answer, writer: Writer) -> _Written:
    began = time.perf_counter()
    writing = written(found, writer).writing
    seconds = time.perf_counter() - began
    sentences = writing.sentences if writing else ()
    said = plain(" ".join(sentence.text for sentence in sentences))
    return _Written(
        kept=len(sentences),
        struck=writing.struck if writing else 0,
        holds=any(plain(gold) in said for gold in question.answers),
        failed=bool(writing and writing.problem),
        seconds=seconds,
    )


def _writing_figures(said: Sequence[_Written]) -> dict[str, Any]:
    """What a writer said: of its sentences the part that was kept; of the answers the part of which any was, those of
    them that hold a gold answer word for word, and those where something went wrong; and the time."""
    sentences = sum(one.kept + one.struck for one in said)
    spoken = [one for one in said if one.kept]
    seconds = [one.seconds for one in said]
    return {
        "answers": len(said),
        "sentences": sentences,
        "sentences_kept": _round(100 * sum(one.kept for one in said) / sentences) if sentences else 0.0,
        "answers_written": _percent(one.kept > 0 for one in said) if said else 0.0,
        "answer_inside": _percent(one.holds for one in spoken) if spoken else 0.0,
        "failed": _percent(one.failed for one in said) if said else 0.0,
        "p50": _quantile(seconds, 0.50) if said else 0.0,
        "p99": _quantile(seconds, 0.99) if said else 0.0,
    }


def _rankings(
    question: Question, index: Index, reader: Reader, bounds: Filter | None, reranker: Reranker | None
) -> dict[str, list[str]]:
    """The articles as each ranking orders them, by their best passage; the hybrid one is what `search` gives."""
    query = read(question.text, question.history)
    among = index.passages_within(bounds) if bounds else None
    found = find(query, index, _RANKED_PASSAGES, reader, bounds=bounds, reranker=reranker)
    rankings = {"hybrid": _distinct(item.hit.article.id for item in found)}
    for name, ranking in (("dense", dense_ranking), ("lexical", lexical_ranking)):
        passages = [item.passage for item in ranking(query, index, _RANKED_PASSAGES, among)]
        rankings[name] = _distinct(index.article_ids(passages))
    return rankings


def _distinct(articles: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(articles))


def _rank(articles: Sequence[str], wanted: str) -> int | None:
    return articles.index(wanted) + 1 if wanted in articles else None


def _retrieval_figures(ranks: Sequence[int | None]) -> dict[str, float]:
    figures = {f"R@{k}": _percent(rank is not None and rank <= k for rank in ranks) for k in (1, 5, 10)}
    reciprocal = [1 / rank if rank and rank <= 10 else 0.0 for rank in ranks]
    return {**figures, "MRR@10": _round(100 * statistics.fmean(reciprocal))}


def _figures(asked: Sequence[_Asked]) -> dict[str, Any]:
    rankings = asked[0].ranks
    return {
        "retrieval": {name: _retrieval_figures([item.ranks[name] for item in asked]) for name in rankings},
        "answer": _answer_figures([item.judged for item in asked]),
    }


def _judge(question: Question, short: str | None, citation: Any) -> dict[str, float]:
    """How right one answer is; see `_answer_figures`."""
    quote = citation.quote if citation else ""
    right_place = citation is not None and citation.article.id == question.article_id
    held = right_place and any(gold in quote for gold in question.answers)
    return {
        "held": float(held and len(quote) <= QUOTE_CHARS),
        "held_short": float(held and len(quote) <= SHORT_QUOTE_CHARS),
        "exact": float(any(plain(short or "") == plain(gold) for gold in question.answers)),
        "f1": max(f1(short or "", gold) for gold in question.answers),
        "chars": float(len(quote)),
    }


def _answer_figures(judged: Sequence[dict[str, float]]) -> dict[str, float]:
    def mean(key: str) -> float:
        return _round(100 * statistics.fmean(item[key] for item in judged))

    return {
        "answer@1": mean("held"),
        f"answer@1_within_{SHORT_QUOTE_CHARS}": mean("held_short"),
        "quote_chars_median": statistics.median(item["chars"] for item in judged),
        "exact_match": mean("exact"),
        "f1": mean("f1"),
    }


def plain(text: str) -> str:
    """Text as SQuAD compares it: in one spelling and case, without punctuation, with single spaces."""
    return " ".join(_NOT_SAID.sub("", thai.normalise(text).text).split())


def f1(said: str, gold: str) -> float:
    """The harmonic mean of precision and recall over the words of two answers, 0 to 1."""
    said_words, gold_words = Counter(thai.words(plain(said))), Counter(thai.words(plain(gold)))
    shared = (said_words & gold_words).total()
    return 2 * shared / (said_words.total() + gold_words.total()) if shared else 0.0


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance, in percent, that a value of `higher` exceeds one of `lower`; ties count half."""
    wins = sum((high > low) + 0.5 * (high == low) for high in higher for low in lower)
    return 100 * wins / (len(higher) * len(lower))


def _percent(hits: Iterable[bool]) -> float:
    return _round(100 * statistics.fmean(map(float, hits)))


def _quantile(seconds: Sequence[float], part: float) -> float:
    ordered = sorted(seconds)
    return _round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))])


def _round(value: float) -> float:
    return round(value, 2)
