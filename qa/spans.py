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
from itertools import chain, pairwise, repeat, starmap
from pathlib import Path

import numpy as np

from index import thai
from index.types import Span, unit
from index.wordtable import WordTable

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
#: What the gaps before and after a word tell, and what its own look does, whatever is asked: name -> test of it.
_BEFORE: dict[str, Callable[[str], bool]] = {
    "phrase start": lambda gap: any(map(str.isspace, gap)),
    "line start": lambda gap: "\n" in gap,
    "opened": lambda gap: any(mark in "([{“‘\"'" for mark in gap),  # (, a quotation
    "listed": lambda gap: any(mark in ",-–—/:;" for mark in gap),
}
_AFTER: dict[str, Callable[[str], bool]] = {
    "phrase end": _BEFORE["phrase start"],
    "line end": _BEFORE["line start"],
    "closed": lambda gap: any(mark in ")]}”’\"'" for mark in gap),
    "lists on": _BEFORE["listed"],
}
_LOOK: dict[str, Callable[[str], bool]] = {
    "number": lambda word: word[0].isdigit(),
    "year": lambda word: bool(re.fullmatch(r"(?:1[5-9]|2[0-6])\d\d", word)),
    "big number": lambda word: word[0].isdigit() and ("," in word or "." in word),
    "latin": lambda word: "a" <= word[0] <= "z",
    "abbreviation": lambda word: ("." in word and not word[0].isdigit()) or word.endswith("ฯ"),
    "short": lambda word: len(word) <= 2,
    "long": lambda word: len(word) >= 7,
}
_TABLES = {"before": _BEFORE, "after": _AFTER, "look": _LOOK}
#: As the weights know them: a test of the gap before, the one of the gap after, and so on; then those of the word.
SHAPES = (*chain.from_iterable(zip(_BEFORE, _AFTER, strict=True)), *_LOOK)
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
_TITLED = re.compile(
    r"(?:^|[(“\"])(?:นางสาว|นาง|นาย(?!กฯ?$|กรัฐมนตรี$)|ดร\.|พล\S{1,12}|[ก-ฮ]{1,3}\.(?:[ก-ฮ]{1,2}\.)*)[ก-๙]*$"
)
_ANNOUNCING = tuple("พ.ศ. ค.ศ. วันที่ จำนวน ร้อยละ เวลา เป็นเงิน ได้แก่ คือ ชื่อ ว่า ณ ที่ ของ และ หรือ กับ โดย เมื่อ".split())
#: An opening mark that belongs to the quote after it; a straight one opens only after a space, else it closes.
_OPENS = re.compile(r"[(\[{“‘]\Z|(?:^|\s)[\"']\Z")
#: What opens or closes a bracket or a quotation.
_ENCLOSING = re.compile(r"[()\"“”]")
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
    def letters(self) -> np.ndarray:
        """(words, `_SPELLING_SIZE`), see `letters`."""
        return letters(self.words)

    @cached_property
    def windows(self) -> np.ndarray:
        """(windows, 2): the first and the last word of every quote that the text allows."""
        quotes = list(_windows(self))
        firsts = np.repeat([first for first, _ in quotes], [len(lasts) for _, lasts in quotes])
        return np.stack([firsts, np.fromiter(chain.from_iterable(lasts for _, lasts in quotes), np.int64)], axis=1)

    @cached_property
    def worth(self) -> np.ndarray:
        """(windows,): what the bounds of each window are worth."""
        first, last = self.windows.T
        starts, ends = np.array(self.spans, np.int64).reshape(-1, 2).T
        begins = np.zeros(len(starts), np.float32)
        for word in np.unique(first):
            begins[word] = thai.starts_sentence(self.text, int(starts[word]))
        torn = np.zeros(len(starts) + 1, np.float32)
        for word in np.flatnonzero(self.shapes[:, 0]):
            torn[word] = _tears(self.text, int(starts[word]))
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
    spans = tuple(starmap(copy.original, places))
    edges = [0, *(end for _, end in places)], [*(start for start, _ in places), len(copy.text)]
    gaps = [copy.text[start:end] for start, end in zip(*edges, strict=True)]
    gaps[0], gaps[-1] = f" {gaps[0]}", f"{gaps[-1]} "
    shapes = np.zeros((len(words), len(SHAPES) + len(MORE_SHAPES)), np.float32)
    if words:
        shapes[:, 0 : 2 * len(_BEFORE) : 2] = _passed("before", gaps[:-1])
        shapes[:, 1 : 2 * len(_AFTER) : 2] = _passed("after", gaps[1:])
        shapes[:, 2 * len(_BEFORE) : len(SHAPES)] = _passed("look", words)
        shapes[:, len(SHAPES) + 1] = [text[start].isupper() for start, _ in spans]
        if _ENCLOSING.search(copy.text):
            shapes[:, len(SHAPES) + 2 :] = list(_enclosed(gaps[:-1]))
    return Words(text, words, spans, shapes)


def _passed(table: str, texts: Sequence[str]) -> np.ndarray:
    """(texts, tests) bool: which tests of one of the tables of shapes each word or gap passes."""
    tests = _TABLES[table]
    results = np.fromiter((_results(table, text) for text in texts), np.uint8, len(texts))
    return np.unpackbits(results[:, None], axis=1, count=len(tests), bitorder="little")


@lru_cache(maxsize=1 << 15)
def _results(table: str, text: str) -> int:
    """The results of all tests of a table, a bit for each; remembered, as few words and gaps make most text."""
    return sum(test(text) << at for at, test in enumerate(_TABLES[table].values()))


def _enclosed(gaps: Sequence[str]) -> Iterator[tuple[bool, bool]]:
    """After each gap, whether a bracket and a quotation are open."""
    brackets = quotations = 0
    for gap in gaps:
        if gap and gap != " ":
            brackets = max(0, brackets + gap.count("(") - gap.count(")"))
            quotations = 1 - quotations if '"' in gap else max(0, quotations + gap.count("“") - gap.count("”"))
        yield brackets > 0, quotations > 0


def _trigrams(words: list[str]) -> np.ndarray:
    counts = np.zeros((len(words), _SPELLING_SIZE), np.float32)
    for row, word in enumerate(words):
        marked = f"<{word}>"
        for at in range(max(1, len(marked) - 2)):
            counts[row, zlib.crc32(marked[at : at + 3].encode()) % _SPELLING_SIZE] += 1
    return unit(counts)


#: Words -> float32 of shape (words, `_SPELLING_SIZE`), rows of length 1: which letter trigrams each word has.
letters = WordTable(_SPELLING_SIZE, _trigrams, 20_000)


@lru_cache(maxsize=1 << 15)
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
    there = [(at, column) for at, word in enumerate(passage.words) for column in columns.get(word, ())]
    if there:
        exact[tuple(zip(*there, strict=True))] = True
    row = np.zeros_like(exact)
    row[1:, 1:] = exact[1:, 1:] & exact[:-1, :-1]
    row[:-1, :-1] |= exact[1:, 1:] & exact[:-1, :-1]
    meaning = np.zeros(exact.shape, np.float32)
    if similarity is not None:
        cosine = np.asarray(similarity(passage.words, question.words), np.float32)
        meaning = np.clip((cosine - cosine.mean(0)) / (cosine.std(0) + 1e-6) / 4, 0, 1)
    spelling = passage.letters @ question.letters.T
    return np.stack([exact, row, spelling, meaning, *nearness(exact)], dtype=np.float32)


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
        # (out, in, width) -> (width * in, out): a convolution as one product
        for name, kernel in self._weights.items():
            if kernel.ndim == 3:
                self._weights[name] = np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, len(kernel)))
        self._layers = sum(name.startswith("block.") for name in weights) // 2
        self._worth_of_length = np.zeros((0, 0), np.float32)  # `_lengths`, made for the longest passage so far

    @classmethod
    def load(cls, file: Path = DEFAULT) -> SpanReader:
        """The reader whose weights are in `file`, as `qa.train_spans` saved them."""
        with np.load(file) as arrays:
            weights = {name: arrays[name] for name in arrays.files if name != "vocabulary"}
            return cls(str(arrays["vocabulary"]).split("\n"), weights)

    def rows(self, words: Sequence[str], alternatives: Mapping[str, Sequence[str]] | None = None) -> np.ndarray:
        """The vocabulary's row of each word, or of the first of its alternatives that has one; 0 for unknown."""
        others = alternatives or {}
        rows = np.fromiter(map(self._rows.get, words, repeat(0)), np.int64, len(words))  # most are listed as they are
        for at in np.flatnonzero(rows == 0).tolist():
            rows[at] = next(filter(None, map(self._row, (words[at], *others.get(words[at], ())))), 0)
        return rows

    def _row(self, word: str) -> int:
        return self._rows.get(entry(word), 0)

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
        heads, films = self._read_question(self.rows(asked.words, others), share)
        best = max(prior, default=0.0) if prior is not None else 0.0
        readings: list[Reading] = []
        for place, text in enumerate(passages):
            passage = split(text)
            if not passage.words:
                continue
            matched = match(passage, asked, others, similarity)
            relative = prior[place] / best if prior is not None and best > 0 else 1.0
            scores = self._span_scores(passage, matched, heads, films, (relative, float(similarity is not None)))
            readings.extend(_quotes(place, passage, scores, matched[0] > 0, share))
        return sorted(readings, key=lambda reading: (-reading.score, reading.passage, reading.quote))

    def _read_question(self, rows: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Which words matter, (question words, heads), the first head their weights; and what the question does
        to each layer: a gain and a shift for each of its channels, (2, channels)."""
        w = self._weights
        words = np.concatenate([w["embedding.weight"][rows], share[:, None] * 4], axis=1)
        context = np.maximum(_convolve(words, w["question.weight"], w["question.bias"]), 0)
        logits = context @ w["heads.weight"].T + w["heads.bias"]
        learned = np.exp(logits - logits.max(0))
        heads = np.concatenate([share[:, None], learned / learned.sum(0)], axis=1)
        gist = (heads.T @ context).ravel()
        films = [gist @ w[f"film.{layer}.weight"].T + w[f"film.{layer}.bias"] for layer in range(self._layers)]
        return heads, [film.reshape(2, -1) for film in films]

    def _span_scores(
        self,
        passage: Words,
        matched: np.ndarray,
        heads: np.ndarray,
        films: Sequence[np.ndarray],
        known: tuple[float, float],
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
        for layer, (gain, shift) in enumerate(films):
            centred = state - state.mean(1, keepdims=True)
            variance = np.einsum("ij,ij->i", centred, centred) / np.float32(state.shape[1])
            normal = centred / np.sqrt(variance + np.float32(1e-5))[:, None]
            active = np.maximum(normal * (1 + gain) + shift, 0)
            state = state + _convolve(active, w[f"block.{layer}.weight"], w[f"block.{layer}.bias"], 2**layer)
        ends = state @ w["output.weight"].T + w["output.bias"]  # (words, 2): begins, ends
        begin, end = state @ w["begin.weight"].T, state @ w["end.weight"].T
        scores = ends[:, :1] + ends[:, 1] + begin @ end.T
        return np.asarray(scores + self._lengths(count))

    def _lengths(self, count: int) -> np.ndarray:
        """(count, count) float32: what an answer's length is worth; minus infinity for one that cannot be."""
        if count > len(self._worth_of_length):
            length = np.arange(2 * count) - np.arange(2 * count)[:, None]
            can_be = (length >= 0) & (length < ANSWER_WORDS)
            worth = self._weights["length"][np.clip(length, 0, ANSWER_WORDS - 1)]
            self._worth_of_length = np.where(can_be, worth, np.float32(-np.inf))
        return self._worth_of_length[:count, :count]


def _convolve(inputs: np.ndarray, kernel: np.ndarray, bias: np.ndarray, dilation: int = 1) -> np.ndarray:
    """(words, in) -> (words, out), `kernel` (width * in, out) with an odd width; beyond the text there is 0."""
    count, channels = inputs.shape
    width = len(kernel) // channels
    reach = dilation * (width // 2)
    padded = np.zeros((count + 2 * reach, channels), np.float32)
    padded[reach : reach + count] = inputs
    seen = np.concatenate([padded[at * dilation : at * dilation + count] for at in range(width)], axis=1)
    return np.asarray(seen @ kernel + bias)


def _quotes(
    place: int, passage: Words, scores: np.ndarray, exact: np.ndarray, share: np.ndarray, most: int = 3
) -> Iterator[Reading]:
    """The best quotes of a passage that do not overlap, at most `most`."""
    first, last = passage.windows.T
    begins, row = np.unique(first, return_inverse=True)
    # Subtle: the sum over all answers that begin at or after a word, one with which a window begins, and end at or
    # before another
    chances = np.add.reduceat(np.exp(np.clip(scores, -60, 60)), begins, axis=0)
    inside = np.cumsum(np.cumsum(chances[::-1], axis=0)[::-1], axis=1)
    seen = np.concatenate([np.zeros((1, len(share)), np.int64), np.cumsum(exact, axis=0)])
    coverage = np.where(seen[last + 1] > seen[first], share, 0).sum(1)
    mass = np.log(inside[row, last] + 1e-30)
    values = mass + COVERAGE_BONUS * coverage + passage.worth
    for _ in range(most):
        number = int(values.argmax())
        if values[number] == -np.inf:
            return
        begin, end = int(first[number]), int(last[number])
        part = scores[begin : end + 1, begin : end + 1]
        opens, closes = (begin + int(at) for at in np.unravel_index(int(part.argmax()), part.shape))
        quote = passage.spans[begin][0], passage.spans[end][1]
        short = passage.spans[opens][0], passage.spans[closes][1]
        yield Reading(place, _widen(passage.text, quote), short, float(mass[number]))
        values[(first <= end) & (last >= begin)] = -np.inf  # they overlap


def _tears(text: str, at: int) -> bool:
    """Whether a quote that begins or ends at the gap before `at` tears apart what belongs together."""
    if at == 0 or text[at - 1] not in " \u00a0":
        return False
    before = text[max(0, at - 40) : at].rsplit(None, 1)
    return bool(before) and (
        before[-1][-1].isdecimal() or before[-1].endswith(_ANNOUNCING) or bool(_TITLED.search(before[-1]))
    )


def _windows(passage: Words) -> Iterator[tuple[int, Sequence[int]]]:
    """The quotes that a passage allows, as a first word and all last ones that it may have: whole phrases, or of an
    endless one as many words as fit."""
    begins, ends = passage.shapes[:, 0] > 0, np.flatnonzero(passage.shapes[:, 1]).tolist()
    chars = [end for _, end in passage.spans]
    for first in np.flatnonzero(begins | _in_endless_phrase(passage)).tolist():
        after = bisect_right(chars, passage.spans[first][0] + QUOTE_CHARS - _MARKS)  # of the words that fit
        whole = ends[bisect_left(ends, first) : bisect_left(ends, after)] if begins[first] else []
        yield first, whole or range(max(first, after - 1), after)


def _in_endless_phrase(passage: Words) -> np.ndarray:
    """(words,) bool: which stand in a phrase that is longer than a quote."""
    endless = np.zeros(len(passage.words), bool)
    for first, after in pairwise([*np.flatnonzero(passage.shapes[:, 0]).tolist(), len(passage.words)]):
        endless[first:after] = passage.spans[after - 1][1] - passage.spans[first][0] > QUOTE_CHARS - _MARKS
    return endless


def _widen(text: str, quote: Span) -> Span:
    """The quote with the marks that stand right at its ends: brackets, quotation marks, full stops."""
    start, end = quote
    while start > 0 and end - start < QUOTE_CHARS and _OPENS.search(text[max(0, start - 2) : start]):
        start -= 1
    while end < len(text) and end - start < QUOTE_CHARS and text[end] in ")]}”’\"'.%!?ๆฯ":
        end += 1
    return start, end
