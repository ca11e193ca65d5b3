"""Articles -> an encoder that knows their words better.

The model is a table of token vectors; a text's vector is their mean, scaled to length 1. Training is
contrastive: of the stretches of text in one batch, a question must find the one that it was paired with.
Nobody has asked questions of a user's own articles, so there a question is a title, the phrases beside
a stretch, or a few of its words.

How the embedded model was made from nothing stands in `index/encoders/static/recipe.py`; it learns with what is
here, and `python -m khamtop.index.making.train` runs it. Nothing that answers imports either: they need torch.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from khamtop.index.text import thai
from khamtop.index.types import Article, KhamtopError

Progress = Callable[[str, int, int], None]

BATCH = 1024  # pairs; each row's negatives are the other 1,023
TEMPERATURE = 0.05
ADAPT_RATE = 0.01  # 0.003 changed nothing that was measured, and 0.03 forgot some English
SPAN_CHARS = (60, 400)  # a paired stretch is this long, short ones as often as long ones
MIN_ARTICLES = 20
TEST = 1000  # stretches at most, among which the right one is to be found before and after
SEED = 0


class Bag(NamedTuple):
    """Tokens of many texts: `ids[i]` belongs to text `rows[i]`; rows ascend, and some may be missing."""

    ids: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids of many texts one after another: text i is `ids[starts[i]:starts[i + 1]]`."""

    ids: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[np.ndarray]) -> Texts:
        """The texts whose token ids are given."""
        return cls(np.concatenate(rows).astype(np.int64), np.cumsum([0, *map(len, rows)]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, first: np.ndarray, last: np.ndarray | None = None) -> Bag:
        """One row for each i: the texts `first[i]` up to but not including `last[i]`, or that one alone."""
        begin = self.starts[first]
        length = self.starts[first + 1 if last is None else last] - begin
        offset = np.cumsum(length) - length
        return Bag(self.ids[np.repeat(begin - offset, length) + np.arange(length.sum())],
                   np.repeat(np.arange(len(first)), length))  # fmt: skip


def join(*bags: Bag) -> Bag:
    """Row i of every bag together."""
    ids, rows = (np.concatenate(part) for part in zip(*bags, strict=True))
    order = np.argsort(rows, kind="stable")
    return Bag(ids[order], rows[order])


def tokenise(tokenizer: Tokenizer, texts: Sequence[str]) -> Texts:
    """The tokens of texts without the unknown ones, whose vector is zero."""
    encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return Texts.of([np.array([token for token in text.ids if token], np.int64) for text in encoded])


def vocabulary_of(tokenizer: Tokenizer) -> list[str]:
    """The tokens in the order of their ids."""
    ids = tokenizer.get_vocab()
    return sorted(ids, key=ids.__getitem__)


def read_model(folder: Path) -> tuple[Tokenizer, np.ndarray]:
    """The tokenizer and the float32 table (tokens, dimensions) of a model folder."""
    tensors = load_file(folder / "model.safetensors")
    table = tensors["embeddings"].astype(np.float32) * tensors["weights"][:, None]
    return Tokenizer.from_file(str(folder / "tokenizer.json")), table


def refuse_taken(folder: Path) -> None:
    """Raises `train.taken` for a folder that holds something else than a model, before any work is done."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "modules.json").exists())):
        raise KhamtopError("train.taken", path=str(folder))


def write_model(folder: Path, tokenizer: Tokenizer, table: np.ndarray) -> None:
    """Writes a folder that model2vec and sentence-transformers both open, whole or not at all.

    A row is stored as bytes with one scale: a quarter of the size, and no figure changed that was measured.
    What else lies in a model's folder, such as its card, stays.

    Raises:
        KhamtopError: `train.taken` if the folder holds something that is not a model.
    """
    refuse_taken(folder)
    folder = folder.resolve()
    fresh, old = (folder.with_name(f".{folder.name}.{state}") for state in ("new", "old"))
    for remains in (fresh, old):
        shutil.rmtree(remains, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, fresh)
    (fresh / "1_Normalize").mkdir(parents=True, exist_ok=True)
    scale = np.maximum(np.abs(table).max(1), 1e-9).astype(np.float32) / 127
    tensors = {"embeddings": np.rint(table / scale[:, None]).astype(np.int8), "weights": scale}
    save_file(tensors, fresh / "model.safetensors")
    (fresh / "model.safetensors").chmod(0o644)
    tokenizer.save(str(fresh / "tokenizer.json"), pretty=False)
    types = ("", "StaticEmbedding"), ("1_Normalize", "Normalize")
    files = {
        "config.json": {"model_type": "model2vec", "normalize": True, "max_length": None, "embedding_dtype": "int8"},
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{name}"}
            for number, (path, name) in enumerate(types)
        ],
        "1_Normalize/config.json": {},
    }
    for name, content in files.items():
        (fresh / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


class Corpus:
    """Articles as phrases of tokens, from which pairs of a question and a stretch are drawn."""

    KINDS = (0.25, 0.35, 0.4)  # the question is the title, phrases beside the stretch, words of the stretch

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[tuple[str, str]]) -> None:
        """`texts`: titles and texts, normalised."""
        length = np.array([len(token) for token in vocabulary_of(tokenizer)])
        tokens: list[np.ndarray] = []
        phrases: list[np.ndarray] = []  # how many tokens in each
        chars: list[np.ndarray] = []
        for begin in range(0, len(texts), 256):
            chunk = [text for _, text in texts[begin : begin + 256]]
            for encoded in tokenizer.encode_batch(chunk, add_special_tokens=False):
                ids, phrase = np.array(encoded.ids, np.int64), np.array(encoded.word_ids, np.int64)
                tokens.append(ids[ids > 0])
                phrases.append(np.bincount(phrase, ids > 0).astype(np.int64))
                chars.append(np.bincount(phrase, length[ids]) + 1)
        self.phrases = Texts(np.concatenate(tokens), np.cumsum(np.concatenate([[0], *phrases])).astype(np.int64))
        self.titles = tokenise(tokenizer, [title for title, _ in texts])
        self._chars = np.cumsum(np.concatenate([[0.0], *chars]))
        self._first = np.cumsum([0, *map(len, phrases)])  # the first phrase of each article
        count = np.diff(self._first)
        # A long article has more to ask, but a list of a thousand names should not crowd out the rest.
        weight = np.sqrt(np.minimum(count, 200)) * (count >= 4)
        self._weight = np.cumsum(weight) / weight.sum() if weight.any() else weight

    def counts(self, tokens: int) -> np.ndarray:
        """How often each token stands in the articles."""
        return np.bincount(self.phrases.ids, minlength=tokens) + np.bincount(self.titles.ids, minlength=tokens)

    def pairs(self, rng: np.random.Generator, size: int) -> tuple[Bag, Bag]:
        """`size` questions, and the stretches of whole phrases that they belong to."""
        article = np.minimum(np.searchsorted(self._weight, rng.random(size)), len(self.titles) - 1)
        begin, end = self._first[article], self._first[article + 1]
        first = (begin + rng.random(size) * (end - begin)).astype(np.int64)
        reach = self._chars[first] + np.exp(rng.uniform(math.log(SPAN_CHARS[0]), math.log(SPAN_CHARS[1]), size))
        last = np.clip(np.searchsorted(self._chars, reach, "right") - 1, first + 1, end)
        span = self.phrases.take(first, last)

        kind = rng.choice(3, size, p=self.KINDS)
        title = self.titles.take(article, article + (kind == 0))
        after, some = rng.random(size) < 0.5, rng.integers(1, 4, size)
        left = np.where(after, last, np.maximum(first - some, begin))
        right = np.where(after, np.minimum(last + some, end), first)
        beside = self.phrases.take(left, np.where(kind == 1, right, left))
        # Two to nine words of the stretch; half of the time some of them are taken out of it, so that words
        # that keep company learn to stand for one another.
        length = np.bincount(span.rows, minlength=size)
        asked = rng.random(len(span.ids)) < (rng.uniform(2, 9, size) / np.maximum(length, 1))[span.rows]
        asked &= (kind == 2)[span.rows]
        hidden = asked & (rng.random(size) < 0.5)[span.rows] & (rng.random(len(asked)) < 0.5)
        words = Bag(span.ids[asked], span.rows[asked])
        return join(title, beside, words), Bag(span.ids[~hidden], span.rows[~hidden])

    def test(self, rng: np.random.Generator, size: int) -> tuple[Bag, Bag]:
        """The longest phrase of each of at most `size` stretches that do not overlap, and the rest of the stretch."""
        first: list[int] = []
        last: list[int] = []
        for begin, end in zip(self._first, self._first[1:], strict=False):
            while begin < end:
                stop = max(int(np.searchsorted(self._chars, self._chars[begin] + 300)), begin + 2)
                if stop <= end:
                    first.append(begin)
                    last.append(stop)
                begin = stop
        chosen = np.sort(rng.permutation(len(first))[:size])
        start, stop = np.array(first)[chosen], np.array(last)[chosen]
        long = np.diff(self._chars)
        asked = np.array([begin + long[begin:end].argmax() for begin, end in zip(start, stop, strict=True)])
        return self.phrases.take(asked), join(self.phrases.take(start, asked), self.phrases.take(asked + 1, stop))


def fit(table: np.ndarray, lessons: Iterator[tuple[Bag, Bag]], steps: int, rate: float, report: Progress) -> np.ndarray:
    """The table after `steps` batches of Adam, which moves only the tokens that a batch holds.

    The loss is InfoNCE both ways. One second moment a row is enough, and halves the memory.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums are added up in the same order on any machine, and no core waits for another
    vectors = torch.from_numpy(table.copy())
    first, second, seen = torch.zeros_like(vectors), torch.zeros(len(vectors)), torch.zeros(len(vectors))
    for step in range(1, steps + 1):
        bags = next(lessons)
        touched, local = np.unique(np.concatenate([bag.ids for bag in bags]), return_inverse=True)
        rows = torch.from_numpy(touched)
        weights = vectors[rows].requires_grad_(True)
        size = max(int(bag.rows[-1]) + 1 for bag in bags)
        units: list[torch.Tensor] = []
        for bag, ids in zip(bags, np.split(local, [len(bags[0].ids)]), strict=True):
            offsets = torch.from_numpy(np.searchsorted(bag.rows, np.arange(size)))
            units.append(normalize(embedding_bag(torch.from_numpy(ids), weights, offsets, mode="sum"), dim=1))
        scores = units[0] @ units[1].T / TEMPERATURE
        right = torch.arange(size)
        loss = (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2
        (slope,) = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            seen[rows] += 1
            times = seen[rows, None]
            first[rows] = 0.9 * first[rows] + 0.1 * slope
            second[rows] = 0.99 * second[rows] + 0.01 * slope.square().mean(1)
            pace = rate * min(1, step / min(100, steps / 5)) * (1 - step / (steps + 1))
            spread = (second[rows, None] / (1 - 0.99**times)).sqrt() + 1e-8
            vectors[rows] = weights - pace * first[rows] / (1 - 0.9**times) / spread
        report("train", step, steps)
    torch.set_num_threads(threads)
    return vectors.numpy()


def found_first(table: np.ndarray, lesson: tuple[Bag, Bag]) -> float:
    """Per cent of questions whose own stretch comes first among all the stretches."""
    size = max(int(bag.rows[-1]) + 1 for bag in lesson)
    units = []
    for bag in lesson:
        sums = np.zeros((size, table.shape[1]), np.float32)
        np.add.at(sums, bag.rows, table[bag.ids])
        units.append(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))
    return round(100 * float(((units[0] @ units[1].T).argmax(1) == np.arange(size)).mean()), 1)


def train(
    articles: Iterable[Article], out: Path, *, base: Path, steps: int | None = None, progress: Progress | None = None
) -> dict[str, float]:
    """Adapts the model in `base` to articles and writes it to the folder `out`, whole or not at all.

    One article in ten is kept aside, and the written model has never seen those. Each of their stretches of
    300 characters gives up its longest phrase: `before` and `after` say how many of those phrases, in per cent,
    find the rest of their own stretch first. Steps follow from the amount of text; a run repeats exactly.

    Returns:
        `before`, `after` (per cent), `articles`, `steps`, `seconds`.

    Raises:
        KhamtopError: `train.taken` if `out` holds something else than a model; `train.too_few` with fewer
            than `MIN_ARTICLES` articles that have four phrases.
    """
    refuse_taken(out)
    began, report, rng = time.monotonic(), progress or _silent, np.random.default_rng(SEED)
    texts = [(thai.normalise(a.title).text, thai.normalise(a.text).text) for a in articles]
    texts = [(title, text) for title, text in texts if len(text.split()) >= 4]
    if len(texts) < MIN_ARTICLES:
        raise KhamtopError("train.too_few", found=len(texts), wanted=MIN_ARTICLES)
    tokenizer, table = read_model(base)
    aside = set(rng.permutation(len(texts))[: max(len(texts) // 10, 4)].tolist())
    corpus = Corpus(tokenizer, [pair for row, pair in enumerate(texts) if row not in aside])
    test = Corpus(tokenizer, [texts[row] for row in sorted(aside)]).test(rng, TEST)
    # About three looks at every stretch. Of 100 articles, 300 steps at 0.03 learned too much by heart: phrases
    # kept aside were found less often than before.
    steps = steps or min(2000, max(100, 3 * len(corpus.phrases.ids) // (40 * BATCH)))

    def lessons() -> Iterator[tuple[Bag, Bag]]:
        while True:
            yield corpus.pairs(rng, BATCH)

    fitted = fit(table, lessons(), steps, ADAPT_RATE, report)
    write_model(out, tokenizer, fitted)
    figures = {"before": found_first(table, test), "after": found_first(fitted, test)}
    return {**figures, "articles": len(texts), "steps": steps, "seconds": round(time.monotonic() - began, 1)}


def _silent(stage: str, done: int, total: int) -> None:
    """A progress that nobody watches."""


def main() -> None:
    """`python -m khamtop.index.making.train`: the embedded model again, about half an hour on two cores."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--thaigov", type=Path, required=True, help="thaigov.jsonl.xz")
    parser.add_argument("--iapp", type=Path, required=True, help="iapp/train.json")
    parser.add_argument("--wordnet", type=Path, required=True, help="WordNet 3.0's folder (Debian: wordnet-base)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--steps", type=int, default=6000)
    given = parser.parse_args()
    began = time.monotonic()

    def show(stage: str, done: int, total: int) -> None:
        if done % 500 == 0:
            print(f"{time.monotonic() - began:5.0f} s  {stage} {done}/{total or '?'}", file=sys.stderr, flush=True)

    from khamtop.index.encoders.static.recipe import make

    make(given.thaigov, given.iapp, given.wordnet, given.out, given.steps, show)


if __name__ == "__main__":
    main()
