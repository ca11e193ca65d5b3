r"""Learns `spans.npz`, the weights of `qa.spans`, from questions with marked answers. Needs PyTorch.

    OMP_NUM_THREADS=1 python -m qa.train_spans --iapp iapp/train.json --news thaigov.jsonl.xz \
        --without thaigov-sample.jsonl.xz

One thread, so that the same command gives the same weights; 15 minutes on a busy machine of 2 cores.

The features are `qa.spans`' own; only the network stands here a second time, in PyTorch, and a test
holds the two together. Each question comes with passages that answer it and passages that search
would bring up beside them. So that the reader learns to say no, now and then none of them answers:
it sees the latter alone, or the answering passage less the phrases that hold the answer.

What it must not learn is Wikipedia. So passages are cropped at random (no place in an article means
anything), words of the vocabulary are hidden (names cannot be learned by heart), words of the
question go unmatched (an article may say it otherwise), and the vectors are at times not there.
The news (`--news`) give the vocabulary, what kinds of words there are, and questions made from what
an article says twice (`question_from`), which are part of the first epochs; people's own come last.

Never learned from are the articles of `--without`, which are measured on, and a tenth of the questions'
contexts (`held_out`), to choose between readers and to calibrate the confidence by.
"""

from __future__ import annotations

import argparse
import copy
import json
import lzma
import math
import random
import re
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]
from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from index import thai
from index.encoder import StaticEncoder
from index.passages import cut
from index.types import Article, Span
from qa import spans

SEED = 7
VOCABULARY = 8000
DIMENSIONS = 48
WIDTH = 64
HEADS = 3
LAYERS = 4
KERNEL = 5
PAIR = 32
EPOCHS = 13
BATCH = 16
RATE = 2e-3
DROP, DROP_CHANNELS = 0.25, 0.15
#: Only so many of the commonest words, those that ask and join, move from where the corpora put them: the
#: others are seen too seldom in questions to learn more than which answers they stood in.
TUNED_WORDS = 500
#: The weights kept are a running mean: what a step leaves of the mean before it.
SMOOTHING = 0.995
#: Passages without the answer that a question keeps; as many of them as fill a batch's row are drawn anew each time.
NEGATIVES = 4
ROW = 3
#: How often: no passage of a question answers it; the one that did has lost the phrase with the answer; a side of
#: a passage is cropped; a vocabulary word, a question word's matches, the vectors are hidden.
P_NONE, P_NEAR, P_CROP, P_WORD, P_MATCH, P_MEANING = 0.1, 0.12, 0.4, 0.1, 0.1, 0.25
#: Questions made from news repeat the article's words as people's questions do not: more of their matches are hidden.
P_MATCH_MADE = 0.35

#: Questions made from news, at most one an article, and the epochs that they are part of: people's own come last.
NEWS_QUESTIONS, NEWS_EPOCHS = 1500, 7
#: News articles longer than this are passed over.
NEWS_CHARS = 5000
#: The part of a made question's telling words that stand around its answer: below, another thing is told there;
#: above, the article only says the same again.
SAID_AGAIN = (0.3, 0.8)
#: One context in so many is never learned from: what the reader says to its questions it says to any.
HELD_OUT = 10
#: News articles that the vocabulary is counted in, about as much text as the questions' own contexts.
NEWS_ARTICLES = 2000


class Entry(NamedTuple):
    """A question, and its answer: `context[at : at + len(answer)]`."""

    context: str
    question: str
    at: int
    answer: str


@dataclass
class Pair:
    """A question beside one passage, ready to read. `gold` and `other` are (first, last) word of the answer."""

    words: spans.Words
    rows: np.ndarray  # int64 (words,)
    matched: np.ndarray  # uint8 (channels, words, question words): 255 stands for 1
    prior: float
    gold: list[tuple[int, int]]
    other: list[tuple[int, int]]  # the answer's text at another place: neither right nor wrong


@dataclass
class Example:
    """A question, the passages that answer it, the same less what answers it, and other passages that do not."""

    rows: np.ndarray
    share: np.ndarray
    right: list[Pair]
    near: list[Pair]
    wrong: list[Pair]
    made: bool = False  # from news


class Network(nn.Module):
    """The same sums as `qa.spans.SpanReader`, over batches; the names of its weights are those of the file."""

    def __init__(self, embedding: np.ndarray) -> None:
        super().__init__()
        heads, context = HEADS + 1, WIDTH // 2
        inputs = DIMENSIONS + len(spans.SHAPES) + len(spans.MORE_SHAPES) + len(spans.CHANNELS) * heads + heads
        self.embedding = nn.Embedding(len(embedding), DIMENSIONS, _weight=torch.tensor(embedding))
        self.question = nn.Conv1d(DIMENSIONS + 1, context, 3, padding=1)
        self.heads = nn.Linear(context, HEADS)
        self.input = nn.Linear(inputs + spans.GLOBALS, WIDTH)
        films = [nn.Linear(context * heads, 2 * WIDTH) for _ in range(LAYERS)]
        blocks = [
            nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2 * 2**layer, dilation=2**layer)
            for layer in range(LAYERS)
        ]
        self.film, self.block = nn.ModuleList(films), nn.ModuleList(blocks)
        self.output = nn.Linear(WIDTH, 2)
        self.begin = nn.Linear(WIDTH, PAIR, bias=False)
        self.end = nn.Linear(WIDTH, PAIR, bias=False)
        self.length = nn.Parameter(torch.zeros(spans.ANSWER_WORDS))
        self.drop, self.drop_channels = nn.Dropout(DROP), nn.Dropout1d(DROP_CHANNELS)
        for film in films:
            nn.init.normal_(film.weight, std=0.01)
            nn.init.zeros_(film.bias)
        for linear in (self.begin, self.end):
            nn.init.normal_(linear.weight, std=0.05)
        nn.init.constant_(self.output.bias, -2.0)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """(questions, passages, words, `ANSWER_WORDS`): the logits of the answers from a word, by length less one."""
        asked = torch.cat([self.drop(self.embedding(batch["asked"])), batch["share"][..., None] * 4], -1)
        present = batch["asked_mask"][..., None]
        context = self.drop(F.relu(self.question((asked * present).transpose(1, 2)).transpose(1, 2))) * present
        logits = self.heads(context).masked_fill(present == 0, -1e9)
        heads = torch.cat([batch["share"][..., None], logits.softmax(1)], -1)
        gist = (heads.transpose(1, 2) @ context).flatten(1)

        matched, mask = batch["matched"], batch["mask"][..., None]  # (B, P, C, n, Q), (B, P, n, 1)
        questions, passages, _, count, _ = matched.shape
        per_head = (matched @ heads[:, None, None]).permute(0, 1, 3, 2, 4).flatten(3)
        held = matched[:, :, 0].amax(2) @ heads
        whole = torch.cat([held, batch["known"]], -1)[:, :, None].expand(-1, -1, count, -1)
        inputs = torch.cat([self.drop(self.embedding(batch["rows"])), batch["shapes"], per_head, whole], -1)
        state = self.input(inputs)
        for film, block in zip(self.film, self.block, strict=True):
            gain, shift = film(gist)[:, None, None].chunk(2, -1)
            active = F.relu(F.layer_norm(state, (WIDTH,)) * (1 + gain) + shift) * mask
            flat = self.drop_channels(active.flatten(0, 1).transpose(1, 2))
            state = state + block(flat).transpose(1, 2).reshape(questions, passages, count, WIDTH)
        ends = self.output(state)
        together = F.pad(self.begin(state) @ self.end(state).transpose(-1, -2), (0, spans.ANSWER_WORDS))
        band = together.as_strided(  # of each word's row only the words that may end its answer
            (questions, passages, count, spans.ANSWER_WORDS), (*together.stride()[:2], together.stride(2) + 1, 1)
        )
        scores: torch.Tensor = band + ends[..., :1] + _following(ends[..., 1]) + self.length
        return scores.masked_fill(mask * _following(mask[..., 0]) == 0, -1e9)

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights under the names that `SpanReader` knows, as 16-bit floats."""
        named: dict[str, nn.Parameter] = {"length": self.length}
        for name, module in self.named_modules():
            named |= {f"{name}.{part}": weight for part, weight in module.named_parameters(recurse=False) if name}
        return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in named.items()}


def _following(values: torch.Tensor) -> torch.Tensor:
    """(..., words) -> (..., words, `ANSWER_WORDS`): each word's value and those of the words after it, then 0."""
    return F.pad(values, (0, spans.ANSWER_WORDS - 1)).unfold(-1, spans.ANSWER_WORDS, 1)


def vocabulary(corpora: Sequence[Sequence[str]]) -> tuple[list[str], np.ndarray]:
    """The words that are commonest over all corpora, each counting the same, and a vector for each word.

    A vector says what stands right before and after a word (its kind: a unit, a title, a month), not
    what texts it is found in: singular vectors of the positive pointwise mutual information of words
    with the 2,000 commonest words at each of four places. Row 0, of unknown words, is zero.
    """
    cut_corpora = [
        [
            [spans.entry(word) for word in thai.words(thai.normalise(line).text)]
            for text in texts
            for line in text.split("\n")
        ]
        for texts in corpora
    ]
    frequency: Counter[str] = Counter()
    for lines in cut_corpora:
        counts = Counter(word for line in lines for word in line)
        for word, count in counts.items():
            frequency[word] += count * 1_000_000 // counts.total()
    words = [word for word, _ in sorted(frequency.items(), key=lambda item: (-item[1], item[0]))[:VOCABULARY]]
    row = {word: at for at, word in enumerate(words)}
    found: Counter[tuple[int, int]] = Counter()
    neighbours = 2000
    for lines in cut_corpora:
        for line in lines:
            ids = [row.get(word, -1) for word in line]
            for place, offset in enumerate((-2, -1, 1, 2)):
                for at, known in enumerate(ids):
                    other = at + offset
                    if known >= 0 and 0 <= other < len(ids) and 0 <= ids[other] < neighbours:
                        found[known, place * neighbours + ids[other]] += 1
    keys, values = np.array(list(found.keys())), np.array(list(found.values()), float)
    together = sparse.csr_matrix((values, (keys[:, 0], keys[:, 1])), shape=(len(words), 4 * neighbours))
    by_word, by_place = np.asarray(together.sum(1)).ravel() + 1, np.asarray(together.sum(0)).ravel() ** 0.75 + 1
    pairs = together.tocoo()
    pairs.data = np.maximum(np.log(pairs.data / by_word[pairs.row] * by_place.sum() / by_place[pairs.col]), 0)
    left, strengths, _ = randomized_svd(pairs.tocsr(), DIMENSIONS, random_state=SEED)
    vectors: np.ndarray = left * np.sqrt(strengths)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    return words, np.concatenate([np.zeros((1, DIMENSIONS)), vectors * math.sqrt(DIMENSIONS) * 0.3]).astype(np.float32)


def examples(
    entries: Sequence[Entry],
    reader: spans.SpanReader,
    similarity: Callable[[Sequence[str], Sequence[str]], np.ndarray] | None,
    made: bool = False,
) -> Iterator[Example]:
    """The questions beside the passages that search finds for them in all the contexts."""
    contexts = list(dict.fromkeys(context for context, *_ in entries))
    passages = [
        (context, passage.start, passage.end) for context in contexts for passage in cut(Article("", "", context, ""))
    ]
    texts = [context[start:end] for context, start, end in passages]
    search = Search(texts)
    for context, question, at, answer in entries:
        asked = spans.split(question)
        share = spans.shares(asked, search.weight)
        ranked = search.rank(question)
        best = ranked[0][1] if ranked else 1.0
        scores = dict(ranked)
        near = [number for number, _ in ranked[: NEGATIVES + 3]]
        own = [number for number, (of, start, end) in enumerate(passages) if of is context and start <= at < end]
        right: list[Pair] = []
        missing: list[Pair] = []
        wrong: list[Pair] = []
        for number in dict.fromkeys([*own, *near]):
            of, start, _ = passages[number]
            words = spans.split(texts[number])
            gold: list[tuple[int, int]] = []
            other: list[tuple[int, int]] = []
            if of is context:
                for found in _find(texts[number], answer):
                    (gold if found + start == at else other).append(_words_at(words, found, found + len(answer)))
            if (number in own and not gold) or (not gold and len(wrong) == NEGATIVES):
                continue
            prior = scores.get(number, 0.0) / best
            matched = np.rint(spans.match(words, asked, {}, similarity) * 255).astype(np.uint8)
            (right if gold else wrong).append(Pair(words, reader.rows(words.words), matched, prior, gold, other))
            if gold and (rest := spans.split(cut_out(texts[number], answer))).words:
                matched = np.rint(spans.match(rest, asked, {}, similarity) * 255).astype(np.uint8)
                missing.append(Pair(rest, reader.rows(rest.words), matched, prior, [], []))
        if right and wrong:
            yield Example(reader.rows(asked.words), share, right, missing, wrong, made)


def cut_out(text: str, answer: str) -> str:
    """A text less every phrase that holds any of an answer: about the same things, but what was asked is not said."""
    phrases = pairwise([*(start for start, _ in thai.phrases(text)), len(text)])
    answers = [(at, at + len(answer)) for at in _find(text, answer)]
    return "".join(
        text[start:after] for start, after in phrases if all(end <= start or at >= after for at, end in answers)
    )


_NUMBER = r"(?<![\d๐-๙.,/])[\d๐-๙][\d๐-๙,]*(?:\.[\d๐-๙]+)?"
_MONTH = (
    r"มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม|"
    r"ม\.ค\.|ก\.พ\.|มี\.ค\.|เม\.ย\.|พ\.ค\.|มิ\.ย\.|ก\.ค\.|ส\.ค\.|ก\.ย\.|ต\.ค\.|พ\.ย\.|ธ\.ค\."
)
_TITLE = (
    r"(?<![ก-๙])(?:นางสาว|นาง|นาย(?!ก(?:รัฐ|ฯ|เทศ|สมาคม|สภา| )|อำเภอ|จ้าง|ทะเบียน)|พล(?:ตำรวจ|อากาศ)?(?:เอก|โท|ตรี)|"
    r"(?:พล\.)?[ตอร]\.[อทต]\.|ดร\.|นพ\.)"
)
_UNIT = (
    "(?:ล้าน)?(?:บาท|คน|ราย|แห่ง|ตัน|ไร่|ครัวเรือน|โครงการ|จังหวัด|ครั้ง|เรื่อง|กิโลเมตร|ปี|วัน|เดือน|ชั่วโมง|คัน|เตียง|โดส|หน่วย|"
    "ประเทศ|รายการ|ชุมชน|กลุ่ม|ด้าน|คะแนน|หลัง|ชุด|สาขา|หมู่บ้าน|เท่า|เมตร|ตัว|ลำ|ชนิด)"
)
_PLACE = "จังหวัด|อำเภอ|ประเทศ(?!ไทย|อื่น)|กรุง|โรงแรม|มหาวิทยาลัย|ห้องประชุม|โรงเรียน|โรงพยาบาล|ตำบล|สถานี|สนามบิน|ท่าอากาศยาน"
_NAMED = "โครงการ|งาน|ชื่อ|แนวคิด|หัวข้อ|รางวัล|หลักสูตร|มาตรการ|แอปพลิเคชัน|แคมเปญ"
#: Facts that news writes in a form of their own, and ways to ask for each: people, dates (less those of a report's
#: first line, "วันนี้ (5 ม.ค. 65) เวลา ..."), parts, amounts, places, names. What a fact is a `kind` of is said in
#: the question too: "361 คน" is asked for by "กี่คน".
_FACTS = [
    (re.compile(form), ways)
    for form, ways in (
        (rf"{_TITLE}\s?[ก-๙]{{2,20}} [ก-๙]{{2,20}}", ("ใคร", "ใคร", "ผู้ใด")),
        (rf"(?:วันที่ )?{_NUMBER} (?:{_MONTH})(?: ?(?:พ\.ศ\. ?)?[\d๐-๙]{{2,4}})?(?!\)? *เวลา)",
         ("วันที่เท่าไร", "วันไหน", "เมื่อใด", "เมื่อไหร่")),
        (rf"ร้อยละ ?{_NUMBER}|{_NUMBER} ?(?:%|เปอร์เซ็นต์)", ("ร้อยละเท่าใด", "กี่เปอร์เซ็นต์", "เท่าไร")),
        (rf"{_NUMBER} ?(?P<kind>{_UNIT})", ("กี่{kind}", "กี่{kind}", "{kind}เท่าไร", "เท่าไหร่")),
        (rf"(?P<kind>{_PLACE})[ก-ฮเ-ไ][ก-๙]{{2,24}}(?= |$)", ("{kind}ใด", "{kind}อะไร", "{kind}ไหน", "ที่ไหน")),
        (rf'(?P<kind>{_NAMED}) ?[“"][^“”"\n]{{4,60}}[”"]', ("{kind}อะไร", "{kind}ใด", "{kind}อะไร")),
    )
]  # fmt: skip
#: A cause, told right after what it causes, and ways to ask for it.
_CAUSE = re.compile(r"(?<!\S)(?P<said>\S{20,90}) +(?:เนื่องจาก|เพราะ(?!ฉะนั้น|ว่า))(?P<cause>[^\s]{15,90}(?: \S{5,50})?)")
_WHY = ("ทำไม{}", "{}เพราะอะไร", "เพราะเหตุใด{}")
#: Characters on either side of a fact that its question is made of, and that must say the same at its answer; and
#: how far apart the two must stand, unless the one is in the title.
_ASKED_CHARS, _AROUND_CHARS, _APART_CHARS = 60, 120, 200


def question_from(article: dict[str, str], rng: random.Random) -> Entry | None:
    """A question that an article answers: of what it says twice, asked as one place says it, answered at the other.

    "สสว. อบรมผู้ค้า 361 คน" in the title, "มีผู้ค้าเข้าอบรม 361 คน" in the text -> "สสว. อบรมผู้ค้า กี่คน", "361 คน".
    Or the cause of something, where the article gives one.
    """
    if len(article["text"]) > NEWS_CHARS or not article["text"].strip():
        return None
    title = " ".join(article["title"].split())
    body = article["text"][cut(Article("", article["title"], article["text"], ""))[0].start :]
    found = [entry for form, ways in _FACTS if (entry := _said_twice(title, body, form, ways, rng))]
    if cause := _CAUSE.search(body):
        found.append(Entry(body, rng.choice(_WHY).format(cause["said"]), cause.start("cause"), cause["cause"]))
    return rng.choice(found) if found else None


def _said_twice(
    title: str, body: str, form: re.Pattern[str], ways: Sequence[str], rng: random.Random
) -> Entry | None:  # fmt: skip
    """Of the facts of one form, the question whose words stand around its answer the most, as `SAID_AGAIN` allows."""
    whole = f"{title}\n{body}"
    places: dict[str, list[re.Match[str]]] = {}
    for fact in form.finditer(whole):
        places.setdefault("".join(thai.normalise(fact[0]).text.split()), []).append(fact)
    best, most = None, 0.0
    for asked, answer in (pair for same in places.values() for pair in permutations(same[:4], 2)):
        in_title, apart = asked.start() < len(title), abs(asked.start() - answer.start())
        if answer.start() <= len(title) or not (in_title or apart > _APART_CHARS):
            continue
        before, after = _around(whole, asked.span(), _ASKED_CHARS)
        telling = {word for word in thai.words(thai.normalise(f"{before} {after}").text) if len(word) > 2}
        there = thai.words(thai.normalise(" ".join(_around(whole, answer.span(), _AROUND_CHARS))).text)
        again = len(telling.intersection(there)) / max(1, len(telling))
        if len(telling) >= 3 and SAID_AGAIN[0] <= again <= SAID_AGAIN[1] and again > most:
            asking = rng.choice(ways).format(**asked.groupdict())
            best, most = Entry(body, f"{before}{asking}{after}", answer.start() - len(title) - 1, answer[0]), again
    return best


def _around(text: str, span: Span, most: int) -> tuple[str, str]:
    """What stands on a span's line before and after it, whole phrases of at most `most` characters."""
    start, end = span
    left, right = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    right = len(text) if right < 0 else right
    if start - left > most:
        left = next((at for at in range(start - most, start) if text[at - 1].isspace()), start)
    if right - end > most:
        right = next((at for at in range(end + most, end, -1) if text[at].isspace()), end)
    return text[left:start], text[end:right]


def _find(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _words_at(words: spans.Words, start: int, end: int) -> tuple[int, int]:
    inside = [at for at, (begin, stop) in enumerate(words.spans) if begin < end and stop > start]
    return (inside[0], min(inside[-1], inside[0] + spans.ANSWER_WORDS - 1)) if inside else (0, 0)


class Search:
    """BM25 over words and over letter 4-grams, each a part of its best score: what the reader will be given."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._tables = [_Table([split(thai.normalise(text).text) for text in texts]) for split in self._splits()]

    @staticmethod
    def _splits() -> tuple[Callable[[str], list[str]], ...]:
        return thai.words, lambda text: thai.ngrams(text, 4)

    def weight(self, word: str) -> float:
        """The inverse document frequency of a normalised word."""
        return self._tables[0].weight(word)

    def rank(self, question: str, most: int = 20) -> list[tuple[int, float]]:
        """(text, score), best first."""
        text = thai.normalise(question).text
        total = np.sum(
            [table.scores(split(text)) for table, split in zip(self._tables, self._splits(), strict=True)], axis=0
        )
        order = np.argsort(-total, kind="stable")[:most]
        return [(int(number), float(total[number])) for number in order if total[number] > 0]


class _Table:
    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._columns: dict[str, int] = {}
        counts = [Counter(document) for document in documents]
        rows = [(number, self._columns.setdefault(term, len(self._columns)), count)
                for number, found in enumerate(counts) for term, count in found.items()]  # fmt: skip
        number, column, count = np.array(rows).T
        lengths = np.array([max(1, len(document)) for document in documents])
        frequency = np.bincount(column)
        self._idf = np.log(1 + (len(documents) - frequency + 0.5) / (frequency + 0.5))
        self._unknown = math.log(1 + (len(documents) + 0.5) / 0.5)
        damped = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * (lengths / lengths.mean())[number]))
        self._table = sparse.csr_matrix((damped * self._idf[column], (column, number)))

    def weight(self, term: str) -> float:
        column = self._columns.get(term)
        return self._unknown if column is None else float(self._idf[column])

    def scores(self, terms: Sequence[str]) -> np.ndarray:
        columns = sorted({self._columns[term] for term in terms if term in self._columns})
        found = np.asarray(self._table[columns].sum(0)).ravel()
        return found / (found.max() if columns else 1.0)


def collate(
    chosen: Sequence[Example], rng: random.Random
) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
    """A batch with what is hidden of it hidden; where its right answers are, and those that do not count."""
    table: list[list[tuple[Pair, int, int]]] = []
    for example in chosen:
        chance = rng.random()
        asked_of = [] if chance < P_NONE else example.near if chance < P_NONE + P_NEAR else example.right
        pairs = [rng.choice(asked_of)] if asked_of else []
        pairs += rng.sample(example.wrong, min(ROW - len(pairs), len(example.wrong)))
        table.append([(pair, *_crop(pair, rng)) for pair in pairs])
    count = max(last - first for row in table for _, first, last in row)
    asked = max(len(example.rows) for example in chosen)
    shape = (len(chosen), ROW, count)
    shapes_count = len(spans.SHAPES) + len(spans.MORE_SHAPES)
    rows, mask = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
    shapes = np.zeros((*shape, shapes_count), np.float32)
    matched = np.zeros((len(chosen), ROW, len(spans.CHANNELS), count, asked), np.float32)
    known = np.zeros((len(chosen), ROW, spans.GLOBALS), np.float32)
    question, share, question_mask = (
        np.zeros((len(chosen), asked), np.int64),
        np.zeros((len(chosen), asked), np.float32),
        np.zeros((len(chosen), asked), np.float32),
    )
    golds, others = [], []
    for at, (example, row) in enumerate(zip(chosen, table, strict=True)):
        words = len(example.rows)
        question[at, :words], share[at, :words], question_mask[at, :words] = example.rows, example.share, 1
        hidden = P_MATCH_MADE if example.made else P_MATCH
        kept = np.array([rng.random() >= hidden for _ in range(words)], np.float32)
        meaning = rng.random() >= P_MEANING
        prior = rng.random() >= 0.1
        for place, (pair, first, last) in enumerate(row):
            size = last - first
            mask[at, place, :size] = 1
            rows[at, place, :size] = pair.rows[first:last] * (np.array([rng.random() for _ in range(size)]) >= P_WORD)
            shapes[at, place, :size] = pair.words.shapes[first:last]
            matched[at, place, :, :size, :words] = pair.matched[:, first:last] * kept / 255
            known[at, place] = pair.prior if prior else 1.0, meaning
            golds += [
                (at, place, begin - first, end - begin) for begin, end in pair.gold if first <= begin and end < last
            ]
            others += [
                (at, place, begin - first, end - begin) for begin, end in pair.other if first <= begin and end < last
            ]
        if not meaning:
            matched[at, :, spans.CHANNELS.index("meaning")] = 0
    shapes[..., len(spans.SHAPES)] = rows == 0
    batch = {"rows": rows, "mask": mask, "shapes": shapes, "matched": matched, "known": known,
             "asked": question, "share": share, "asked_mask": question_mask}  # fmt: skip
    right, uncounted = (torch.tensor(found, dtype=torch.long).reshape(-1, 4) for found in (golds, others))
    return {name: torch.from_numpy(array) for name, array in batch.items()}, right, uncounted


def _crop(pair: Pair, rng: random.Random) -> tuple[int, int]:
    """The first word of a pair's passage to keep and the one after the last, at phrases, never through the answer."""
    begins = np.flatnonzero(pair.words.shapes[:, 0])
    first, last = 0, len(pair.rows)
    low = min((begin for begin, _ in pair.gold), default=last // 2)
    high = max((end for _, end in pair.gold), default=last // 2)
    if rng.random() < P_CROP and (choices := begins[begins <= low]).size:
        first = int(rng.choice(list(choices)))
    if rng.random() < P_CROP and (choices := begins[begins > high]).size:
        last = int(rng.choice(list(choices)))
    return first, max(last, first + 1)


def loss_of(scores: torch.Tensor, golds: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Minus the log chance of the right answers among all of a question's answers and "none of these" (logit 0)."""
    scores = scores.index_put(tuple(others.T), torch.tensor(-1e9)) if len(others) else scores
    every = torch.cat([scores.flatten(1), torch.zeros(len(scores), 1)], 1).logsumexp(1)
    right = torch.full((len(scores), ROW + 1), -1e9)
    answered = torch.zeros(len(scores), dtype=torch.bool)
    if len(golds):
        right = right.index_put((golds[:, 0], golds[:, 1]), scores[tuple(golds.T)])
        answered[golds[:, 0]] = True
    right = torch.where(answered[:, None], right, torch.tensor([-1e9] * ROW + [0.0]))
    return (every - right.logsumexp(1)).mean()


def _batches(data: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """All of `data` in a new order, in batches of questions about as long as one another, which saves padding."""
    order = rng.sample(list(data), len(data))
    chunk = BATCH * 20
    batches = []
    for at in range(0, len(order), chunk):
        alike = sorted(order[at : at + chunk], key=lambda example: len(example.rows))
        batches += [alike[first : first + BATCH] for first in range(0, len(alike), BATCH)]
    yield from rng.sample(batches, len(batches))


def fit(
    data: Sequence[Example], news: Sequence[Example], embedding: np.ndarray, epochs: int = EPOCHS, seed: int = SEED,
    after_epoch: Callable[[int, float, Network], None] = lambda epoch, loss, network: None,
) -> Network:  # fmt: skip
    """A network trained on `data`, at first with `news`: one-cycle learning rate, a running mean of the weights."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    network = Network(embedding)
    mean = copy.deepcopy(network).eval()
    vectors = [network.embedding.weight]
    others = [weight for name, weight in network.named_parameters() if name != "embedding.weight"]
    groups = [{"params": vectors, "weight_decay": 0.0}, {"params": others, "weight_decay": 0.05}]
    optimiser = torch.optim.AdamW(groups, lr=RATE)
    with_news = min(epochs, NEWS_EPOCHS)
    parts = [[*data, *news]] * with_news + [list(data)] * (epochs - with_news)
    steps = sum(math.ceil(len(part) / BATCH) for part in parts)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    for epoch, part in enumerate(parts):
        network.train()
        losses = []
        for chosen in _batches(part, rng):
            batch, golds, uncounted = collate(chosen, rng)
            loss = loss_of(network(batch), golds, uncounted)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if (gradient := network.embedding.weight.grad) is not None:
                gradient[TUNED_WORDS + 1 :] = 0
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            with torch.no_grad():
                for smooth, now in zip(mean.parameters(), network.parameters(), strict=True):
                    smooth.lerp_(now, 1 - SMOOTHING)
            losses.append(loss.item())
        after_epoch(epoch, float(np.mean(losses)), mean)
    return mean


def entries_of(file: Path) -> list[Entry]:
    """The questions of a SQuAD file with the first answer of each, without the space around it."""
    found = []
    for article in json.loads(file.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for entry in paragraph["qas"]:
                for answer in entry["answers"][:1]:
                    text = answer["text"]
                    at = answer["answer_start"] + len(text) - len(text.lstrip())
                    found.append(Entry(paragraph["context"], entry["question"], at, text.strip()))
    return found


def held_out(context: str) -> bool:
    """Whether a context, with its questions, is kept from training: one in `HELD_OUT`, to choose and calibrate by."""
    return zlib.crc32(context.encode()) % HELD_OUT == 0


def news_articles(file: Path, without: Path | None) -> Iterator[dict[str, str]]:
    """Every fifth article of a JSONL file, to have many days of news, less those that are measured on.

    News is printed twice: an article that shares a long line with one of `without` goes with it.
    """
    measured = set().union(*(_long_lines(article["text"]) for article in _lines(without))) if without else set()
    fresh = (article for article in _lines(file) if measured.isdisjoint(_long_lines(article["text"])))
    return islice(fresh, 0, None, 5)


def _long_lines(text: str) -> set[str]:
    """The lines of a text that are too long to be written twice by chance, without their spaces; or all it has."""
    lines = {"".join(line.split()) for line in text.splitlines()}
    return {line for line in lines if len(line) >= 100} or {"".join(text.split())}


def _lines(file: Path) -> Iterator[dict[str, str]]:
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def vectors_of(folder: Path) -> Callable[[Sequence[str], Sequence[str]], np.ndarray]:
    """The cosines of words by a static encoder; the weights do not depend on which one."""
    vectors = StaticEncoder(folder).word_vectors
    return lambda ours, theirs: np.asarray(vectors(ours) @ vectors(theirs).T)


def save(file: Path, words: Sequence[str], network: Network) -> None:
    """Writes what `SpanReader.load` reads."""
    arrays = {"vocabulary": np.array("\n".join(words)), **network.arrays()}
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iapp", type=Path, required=True, help="SQuAD JSON with answer spans")
    parser.add_argument("--news", type=Path, required=True, help="JSONL (.xz) of news: id, title, text")
    parser.add_argument("--without", type=Path, help="JSONL (.xz) of articles to leave out: those measured on")
    parser.add_argument("--encoder", type=Path, default=Path(__file__).parents[1] / "index" / "model")
    parser.add_argument("--out", type=Path, default=spans.DEFAULT)
    arguments = parser.parse_args()
    began = time.time()
    words, embedding, data, news = prepare(arguments.iapp, arguments.news, arguments.without, arguments.encoder)
    print(f"{len(data)} questions and {len(news)} of news after {time.time() - began:.0f} s", flush=True)

    def report(epoch: int, loss: float, _: Network) -> None:
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {loss:.3f} after {time.time() - began:.0f} s", flush=True)

    save(arguments.out, words, fit(data, news, embedding, after_epoch=report))


def prepare(
    iapp: Path, news: Path, without: Path | None, encoder: Path
) -> tuple[list[str], np.ndarray, list[Example], list[Example]]:
    """The vocabulary, its first vectors, and the questions to learn from: people's, and those made from news."""
    entries = [entry for entry in entries_of(iapp) if not held_out(entry.context)]
    wikipedia = list(dict.fromkeys(text for entry in entries for text in (entry.context, entry.question)))
    articles = news_articles(news, without)
    seen = list(islice(articles, NEWS_ARTICLES))
    words, embedding = vocabulary([wikipedia, [article["text"] for article in seen]])
    rng = random.Random(SEED)
    made = (entry for article in articles if (entry := question_from(article, rng)))
    reader, similarity = spans.SpanReader(words, {}), vectors_of(encoder)
    return (
        words, embedding, list(examples(entries, reader, similarity)),
        list(examples(list(islice(made, NEWS_QUESTIONS)), reader, similarity, made=True)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
