"""Question, passages -> quotes and short answers: a small learned reader, a few milliseconds in NumPy.

A passage is read word by word. What a word is given to judge by is listed in three tables: its shape
(`SHAPES`), how it and its neighbourhood match each word of the question (`CHANNELS`), and a small vector
for each word of a vocabulary. Which of the question's words matter most is learned too (`_read_question`:
in "จังหวัดอะไร" the province). A few convolutions then give every word a chance to begin and to end the
answer; the best quote is the window of whole phrases that holds most of those chances.

Nothing tells the reader where in its article a passage stands: what it learns on one kind of text must
hold on another. `qa/train_spans.py` learned the weights, `spans.npz`; it uses this module's features.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from index import thai
from index.types import Span

DEFAULT = Path(__file__).with_name("spans.npz")

#: A quote is read at a glance; so many characters at most.
QUOTE_CHARS = 150
#: The longest short answer, in words: room for a list or a cause.
ANSWER_WORDS = 40
#: What a quote gains for bearing out the whole question, for starting a thought, for starting with a phrase and
#: per character, on the scale of a logit. They decide between windows with the same answer. Measured on news-tune
#: (answer@1): coverage 0 and 1 lose 1 point to 0.5; a sentence's start worth 0.5 loses 4, for it cuts answers off;
#: a little for every character gains 1.
COVERAGE_BONUS, SENTENCE_BONUS, PHRASE_BONUS, CHAR_BONUS = 0.5, 0.15, 1.0, 0.003
#: What it loses for each bound that tears apart a name, a date or a number: 2 quotes in a hundred are torn
#: instead of 22, and as many hold the answer.
TORN_COST = 0.5
#: What the look of a word and the gaps around it tell, whatever is asked: name -> test of (word, before, after).
SHAPES: dict[str, Callable[[str, str, str], bool]] = {
    "phrase start": lambda word, before, after: any(mark.isspace() for mark in before),
    "phrase end": lambda word, before, after: any(mark.isspace() for mark in after),
    "line start": lambda word, before, after: "\n" in before,
    "line end": lambda word, before, after: "\n" in after,
    "opened": lambda word, before, after: any(mark in "([{“‘\"'" for mark in before),  # (, a quotation
    "closed": lambda word, before, after: any(mark in ")]}”’\"'" for mark in after),
    "listed": lambda word, before, after: any(mark in ",-–—/:;" for mark in before),
    "lists on": lambda word, before, after: any(mark in ",-–—/:;" for mark in after),
    "number": lambda word, before, after: word[0].isdigit(),
    "year": lambda word, before, after: bool(re.fullmatch(r"(?:1[5-9]|2[0-6])\d\d", word)),
    "big number": lambda word, before, after: word[0].isdigit() and ("," in word or "." in word),
    "latin": lambda word, before, after: "a" <= word[0] <= "z",
    "abbreviation": lambda word, before, after: ("." in word and not word[0].isdigit()) or word.endswith("ฯ"),
    "short": lambda word, before, after: len(word) <= 2,
    "long": lambda word, before, after: len(word) >= 7,
}  # fmt: skip
#: And what needs more than a word and its gaps.
MORE_SHAPES = ("unknown", "capital", "in brackets", "in quotation marks")

#: How a word of the passage matches one of the question; each gives a matrix (passage words, question words).
CHANNELS = (
    "exact",  # the same word, or one of its other ways of writing
    "in a row",  # and the word beside it matches the word beside that one
    "spelling",  # cosine of letter trigrams: slips, compounds, other transliterations
    "meaning",  # cosine of word vectors, in standard deviations above this question word's mean
    "left near", "left far", "right near", "right far",  # how near the closest exact match stands on either side
)  # fmt: skip
#: Words over which nearness falls to 1/e.
NEAR, FAR = 3.0, 16.0
#: Numbers known of a whole passage: its retrieval score over the best passage's, and whether vectors are at hand.
GLOBALS = 2

#: What is left open before a space, so that a quote must not begin or end there: a title and a first name (the
#: surname follows), a number before its unit or month, a word that only announces what comes.
_LEFT_OPEN = re.compile(
    r"(?:(?:^|[\s(“\"])(?:นางสาว|นาง|นาย(?!กฯ?$|กรัฐมนตรี$)|ดร\.|พล\S{1,12}|[ก-ฮ]{1,3}\.(?:[ก-ฮ]{1,2}\.)*)[ก-๙]*|[\d๐-๙]|"
    r"พ\.ศ\.|ค\.ศ\.|วันที่|จำนวน|ร้อยละ|เวลา|เป็นเงิน|ได้แก่|คือ|ชื่อ|ว่า|ณ|ที่|ของ|และ|หรือ|กับ|โดย|เมื่อ)$"
)
_SPELLING_SIZE = 256
#: Room for the brackets and full stops at the ends of a quote.
_MARKS = 4
_NOWHERE = 1000.0
#: Thai for the words that English asks with, as the reader knows only these.
_ASKING = {
    "who": "ใคร", "whom": "ใคร", "whose": "ใคร", "what": "อะไร", "which": "ใด", "when": "เมื่อใด", "where": "ที่ไหน",
    "why": "เพราะเหตุใด", "how": "อย่างไร", "many": "กี่", "much": "เท่าไร", "year": "ปี", "date": "วันที่",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A quote of `passages[passage]`, the short answer inside it, and how likely they are.

    Spans are places in the passage's own text. `score` is a logit: above 0 the quote is likelier to
    answer than not, whichever passages and questions are compared.
    """

    passage: int
    quote: Span
    short: Span | None
    score: float


@dataclass(frozen=True)
class Words:
    """The words of a text with all that is known of them before any question is asked."""

    text: str
    words: tuple[str, ...]
    #: Where they stand in `text`.
    spans: tuple[Span, ...]
    #: (words, shapes) float32, without "unknown", which the vocabulary tells
    shapes: np.ndarray

    @cached_property
    def windows(self) -> np.ndarray:
        """(windows, 2): the first and the last word of every quote that the text allows."""
        return np.array(list(_windows(self)), np.int64).reshape(-1, 2)

    @cached_property
    def worth(self) -> np.ndarray:
        """(windows,): what the bounds of each window are worth."""
        first, last = self.windows.T
        starts, ends = np.array(self.spans, np.int64).reshape(-1, 2).T
        begins = np.zeros(len(starts), np.float32)
        for word in np.unique(first):
            begins[word] = thai.starts_sentence(self.text, int(starts[word]))
        torn = np.array([*(_tears(self.text, start) for start in starts), False], np.float32)
        chars = ends[last] - starts[first]
        whole = self.shapes[first, 0]
        return np.asarray(
            SENTENCE_BONUS * begins[first]
            + PHRASE_BONUS * whole
            + CHAR_BONUS * chars
            - TORN_COST * (torn[first] + torn[last + 1])
        )


@lru_cache(maxsize=2048)
def split(text: str) -> Words:
    """The words of a text; remembered, since the same passages are read again and again."""
    copy = thai.normalise(text)
    places = thai.word_spans(copy.text)
    words = tuple(copy.text[start:end] for start, end in places)
    spans = tuple(copy.original(start, end) for start, end in places)
    edges = [0, *(end for _, end in places)], [*(start for start, _ in places), len(copy.text)]
    gaps = [copy.text[start:end] for start, end in zip(*edges, strict=True)]
    gaps[0], gaps[-1] = f" {gaps[0]}", f"{gaps[-1]} "
    shapes = np.zeros((len(words), len(SHAPES) + len(MORE_SHAPES)), np.float32)
    brackets = quotations = 0
    for at, word in enumerate(words):
        before, after = gaps[at], gaps[at + 1]
        brackets = max(0, brackets + before.count("(") - before.count(")"))
        quotations = max(0, quotations + before.count("“") - before.count("”")) if '"' not in before else 1 - quotations
        shapes[at] = [*_looks(word, before, after), False, text[spans[at][0]].isupper(), brackets > 0, quotations > 0]
    return Words(text, words, spans, shapes)


@lru_cache(maxsize=1 << 15)
def _looks(word: str, before: str, after: str) -> tuple[bool, ...]:
    """What each of `SHAPES` says; remembered, since the same few words make most text."""
    return tuple(test(word, before, after) for test in SHAPES.values())


def letters(words: Sequence[str]) -> np.ndarray:
    """(words, `_SPELLING_SIZE`) float32, rows of length 1: which letter trigrams each word has."""
    return np.stack([_trigrams(word) for word in words])


@lru_cache(maxsize=20_000)
def _trigrams(word: str) -> np.ndarray:
    counts = np.zeros(_SPELLING_SIZE, np.float32)
    marked = f"<{word}>"
    for at in range(max(1, len(marked) - 2)):
        counts[zlib.crc32(marked[at : at + 3].encode()) % _SPELLING_SIZE] += 1
    return np.asarray(counts / np.linalg.norm(counts))


def entry(word: str) -> str:
    """A word as the vocabulary lists it: every number of as many digits is the same."""
    return re.sub(r"\d", "0", word)


def match(
    passage: Words,
    question: Words,
    alternatives: Mapping[str, Sequence[str]],
    similarity: Callable[[Sequence[str], Sequence[str]], np.ndarray] | None,
) -> np.ndarray:
    """float32 of shape (len(CHANNELS), passage words, question words), all between 0 and 1."""
    columns: dict[str, list[int]] = {}
    for column, asked in enumerate(question.words):
        for word in (asked, *alternatives.get(asked, ())):
            columns.setdefault(word, []).append(column)
    exact = np.zeros((len(passage.words), len(question.words)), bool)
    for at, word in enumerate(passage.words):
        if word in columns:
            exact[at, columns[word]] = True
    row = np.zeros_like(exact)
    row[1:, 1:] = exact[1:, 1:] & exact[:-1, :-1]
    row[:-1, :-1] |= exact[1:, 1:] & exact[:-1, :-1]
    meaning = np.zeros(exact.shape, np.float32)
    if similarity is not None:
        cosine = np.asarray(similarity(passage.words, question.words), np.float32)
        meaning = np.clip((cosine - cosine.mean(0)) / (cosine.std(0) + 1e-6) / 4, 0, 1)
    spelling = letters(passage.words) @ letters(question.words).T
    return np.stack([exact, row, spelling, meaning, *nearness(exact)]).astype(np.float32)


def nearness(exact: np.ndarray) -> Iterator[np.ndarray]:
    """The last four of `CHANNELS` from the first one."""
    place = np.arange(len(exact))[:, None]
    left = place - np.maximum.accumulate(np.where(exact, place, -_NOWHERE), axis=0)
    right = np.minimum.accumulate(np.where(exact, place, _NOWHERE)[::-1], axis=0)[::-1] - place
    for distance in (left, right):
        for reach in (NEAR, FAR):
            yield np.exp(-distance / reach)


def shares(question: Words, word_weight: Callable[[str], float]) -> np.ndarray:
    """(question words,) float32: the part of the question's weight that each word has."""
    weights = np.array([max(0.0, word_weight(word)) for word in question.words], np.float32)
    return weights / (weights.sum() or 1.0)


class SpanReader:
    """The learned reader: `read` is all there is to it."""

    def __init__(self, vocabulary: Sequence[str], weights: Mapping[str, np.ndarray]) -> None:
        self._rows = {word: row for row, word in enumerate(vocabulary, start=1)}
        self._weights = {name: np.asarray(array, np.float32) for name, array in weights.items()}
        self._layers = sum(name.startswith("block.") for name in weights) // 2

    @classmethod
    def load(cls, file: Path = DEFAULT) -> SpanReader:
        """The reader whose weights are in `file`, as `qa.train_spans` saved them."""
        with np.load(file) as arrays:
            weights = {name: arrays[name] for name in arrays.files if name != "vocabulary"}
            return cls(str(arrays["vocabulary"]).split("\n"), weights)

    def rows(self, words: Sequence[str], alternatives: Mapping[str, Sequence[str]] | None = None) -> np.ndarray:
        """The vocabulary's row of each word, or of the first of its alternatives that has one; 0 for unknown."""
        others = alternatives or {}
        return np.array(
            [
                next((self._rows[name] for name in map(entry, (word, *others.get(word, ()))) if name in self._rows), 0)
                for word in words
            ],
            np.int64,
        )

    def read(
        self,
        question: str,
        passages: Sequence[str],
        word_weight: Callable[[str], float],
        similarity: Callable[[Sequence[str], Sequence[str]], np.ndarray] | None = None,
        prior: Sequence[float] | None = None,
        alternatives: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Reading]:
        """The best readings over all passages, best first; the quotes of one passage do not overlap.

        `word_weight` says how much a normalised word tells (its inverse document frequency); `similarity`
        gives the cosines (len(a), len(b)) of word vectors; `prior` are retrieval scores, higher is better;
        `alternatives` are other ways to write a word of the question (normalised words).
        """
        asked = split(question)
        if not asked.words:
            return []
        others = {word: (thai_word,) for word, thai_word in _ASKING.items()} | dict(alternatives or {})
        share = shares(asked, word_weight)
        heads, gist = self._read_question(self.rows(asked.words, others), share)
        best = max(prior, default=0.0) if prior is not None else 0.0
        readings: list[Reading] = []
        for place, text in enumerate(passages):
            passage = split(text)
            if not passage.words:
                continue
            matched = match(passage, asked, others, similarity)
            relative = prior[place] / best if prior is not None and best > 0 else 1.0
            scores = self._span_scores(passage, matched, heads, gist, (relative, float(similarity is not None)))
            readings.extend(_quotes(place, passage, scores, matched[0] > 0, share))
        return sorted(readings, key=lambda reading: (-reading.score, reading.passage, reading.quote))

    def _read_question(self, rows: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which words matter, (question words, heads), the first head their weights; and the question's gist."""
        w = self._weights
        words = np.concatenate([w["embedding.weight"][rows], share[:, None] * 4], axis=1)
        context = np.maximum(_convolve(words, w["question.weight"], w["question.bias"]), 0)
        logits = context @ w["heads.weight"].T + w["heads.bias"]
        learned = np.exp(logits - logits.max(0))
        heads = np.concatenate([share[:, None], learned / learned.sum(0)], axis=1)
        return heads, (heads.T @ context).ravel()

    def _span_scores(
        self, passage: Words, matched: np.ndarray, heads: np.ndarray, gist: np.ndarray, known: tuple[float, float]
    ) -> np.ndarray:
        """(words, words) float32: the logit of the answer that begins at one word and ends with another."""
        w = self._weights
        rows = self.rows(passage.words)
        count = len(rows)
        shapes = passage.shapes.copy()
        shapes[:, len(SHAPES)] = rows == 0
        per_head = np.moveaxis(matched @ heads, 0, 1).reshape(count, -1)  # (words, channels * heads)
        held = matched[0].max(0) @ heads  # how much of each head the passage holds at all
        whole = np.tile(np.concatenate([held, known]), (count, 1))
        inputs = np.concatenate([w["embedding.weight"][rows], shapes, per_head, whole], axis=1, dtype=np.float32)
        state = inputs @ w["input.weight"].T + w["input.bias"]
        for layer in range(self._layers):
            gain, shift = np.split(gist @ w[f"film.{layer}.weight"].T + w[f"film.{layer}.bias"], 2)
            normal = (state - state.mean(1, keepdims=True)) / np.sqrt(state.var(1, keepdims=True) + 1e-5)
            active = np.maximum(normal * (1 + gain) + shift, 0)
            state = state + _convolve(active, w[f"block.{layer}.weight"], w[f"block.{layer}.bias"], 2**layer)
        ends = state @ w["output.weight"].T + w["output.bias"]  # (words, 2): begins, ends
        begin, end = state @ w["begin.weight"].T, state @ w["end.weight"].T
        scores = ends[:, :1] + ends[:, 1] + begin @ end.T
        length = np.arange(count) - np.arange(count)[:, None]
        return np.where(
            (length >= 0) & (length < ANSWER_WORDS), scores + w["length"][np.clip(length, 0, ANSWER_WORDS - 1)], -np.inf
        )


def _convolve(inputs: np.ndarray, kernel: np.ndarray, bias: np.ndarray, dilation: int = 1) -> np.ndarray:
    """(words, in) -> (words, out), `kernel` (out, in, width) with an odd width; beyond the text there is 0."""
    count, width = len(inputs), kernel.shape[2]
    reach = dilation * (width // 2)
    padded = np.pad(inputs, ((reach, reach), (0, 0)))
    return sum((padded[at * dilation : at * dilation + count] @ kernel[:, :, at].T for at in range(width)), start=bias)


def _quotes(
    place: int, passage: Words, scores: np.ndarray, exact: np.ndarray, share: np.ndarray, most: int = 3
) -> Iterator[Reading]:
    """The best quotes of a passage that do not overlap, at most `most`."""
    chances = np.exp(np.clip(scores, -60, 60))
    # Subtle: the sum over all answers that begin at or after a word and end at or before another
    inside = np.cumsum(np.cumsum(chances[::-1], axis=0)[::-1], axis=1)
    first, last = passage.windows.T
    seen = np.concatenate([np.zeros((1, len(share)), np.int64), np.cumsum(exact, axis=0)])
    coverage = np.where(seen[last + 1] > seen[first], share, 0).sum(1)
    mass = np.log(inside[first, last] + 1e-30)
    values = mass + COVERAGE_BONUS * coverage + passage.worth
    taken: list[tuple[int, int]] = []
    for number in np.argsort(-values, kind="stable"):
        begin, end = int(first[number]), int(last[number])
        if all(end < start or begin > stop for start, stop in taken):
            taken.append((begin, end))
            part = scores[begin : end + 1, begin : end + 1]
            opens, closes = (begin + int(at) for at in np.unravel_index(int(part.argmax()), part.shape))
            quote = passage.spans[begin][0], passage.spans[end][1]
            short = passage.spans[opens][0], passage.spans[closes][1]
            yield Reading(place, _widen(passage.text, quote), short, float(mass[number]))
            if len(taken) == most:
                return


def _tears(text: str, at: int) -> bool:
    """Whether a quote that begins or ends at the gap before `at` tears apart what belongs together."""
    before = text[max(0, at - 40) : at]
    stripped = before.rstrip(" \u00a0")
    return len(stripped) < len(before) and bool(_LEFT_OPEN.search(stripped))


def _windows(passage: Words) -> Iterator[tuple[int, int]]:
    """The quotes that a passage allows: whole phrases, or of an endless one as many words as fit."""
    begins, ends = passage.shapes[:, 0] > 0, np.flatnonzero(passage.shapes[:, 1]).tolist()
    endless = _in_endless_phrase(passage)
    chars = [end for _, end in passage.spans]
    for first, (start, _) in enumerate(passage.spans):
        if begins[first] or endless[first]:
            after = bisect_right(chars, start + QUOTE_CHARS - _MARKS)  # of the words that fit
            whole = ends[bisect_left(ends, first) : bisect_left(ends, after)] if begins[first] else []
            yield from ((first, last) for last in whole or range(max(first, after - 1), after))


def _in_endless_phrase(passage: Words) -> list[bool]:
    """Which words stand in a phrase that is longer than a quote."""
    starts = [at for at, begins in enumerate(passage.shapes[:, 0]) if begins] + [len(passage.words)]
    endless: list[bool] = [False] * starts[0]
    for first, after in pairwise(starts):
        endless += [passage.spans[after - 1][1] - passage.spans[first][0] > QUOTE_CHARS - _MARKS] * (after - first)
    return endless


def _widen(text: str, quote: Span) -> Span:
    """The quote with the marks that stand right at its ends: brackets, quotation marks, full stops."""
    start, end = quote
    # A straight quotation mark opens only after a space: after a letter it closes what stands before.
    while start > 0 and end - start < QUOTE_CHARS and re.search(r"[(\[{“‘]$|(?:^|\s)[\"']$", text[:start]):
        start -= 1
    while end < len(text) and end - start < QUOTE_CHARS and text[end] in ")]}”’\"'.%!?ๆฯ":
        end += 1
    return start, end
