"""Fits what `qa/gathering.py` weighs.

`wordings.txt` holds ways to ask for all there is on a subject, with `{s}` where that stands. Each is filled with twelve
subjects, words in a row of the questions for facts, and some then name a time. Those questions (SQuAD 2 JSON) ask for
something else, and so do the subjects by themselves. The report tells what part of wordings that were left out of the
fit is known, a fifth of them at a time, and of questions for facts taken for one.

    python -m khamtop.qa.making.make_gathering newsqa/train.json qa/making/questions.json.xz --out qa/gathering.json
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from khamtop.index.text import thai
from khamtop.qa.gathering import NAMING, runs_of, shape_of

WORDINGS = Path(__file__).with_name("wordings.txt")
#: Subjects that each wording is filled with, and words of a subject.
SUBJECTS_EACH, SUBJECT_WORDS = 12, 4
#: Times that are named after a wording, in every third of its questions.
TIMES = {
    True: (" in 2024", " this year", " in March 2025", " last month"),
    False: ("ปี 2567", " ปี 68", "เดือนมีนาคม", " ปี 64-65", "เมื่อเดือนที่แล้ว", " พ.ศ. 2566", "ช่วงปี 2565"),
}
#: The commonest words of questions, which shapes are made of beside those of the wordings.
COMMONEST = 250
#: How many wordings or questions a run must stand in to be weighed, and the least weight that is kept.
LEAST_GATHERED, LEAST_ASKED, LEAST_WEIGHT = 8, 20, 0.05
#: The part of questions for facts that may be taken for one, and that may surely be.
TAKEN, SURELY_TAKEN = 0.002, 0.0003
DECAY, FOLDS, SEED = 2e-5, 5, 1


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions as their words, with the number of the wording that each was made from; None for a fact's."""

    words: list[list[str]]
    wordings: list[int | None]


@dataclass(frozen=True, slots=True)
class Fit:
    """The weights of runs; higher for what asks for all there is."""

    kept: frozenset[str]
    weights: dict[str, float]
    bias: float

    def score(self, words: Sequence[str]) -> float:
        """As `qa.gathering.leaning`."""
        return self.bias + sum(self.weights.get(run, 0.0) for run in runs_of(shape_of(words, self.kept)))


def words_of(text: str) -> list[str]:
    """The words of a text, normalised."""
    return thai.words(thai.normalise(text).text)


def read_wordings() -> list[str]:
    """The wordings, in the order of their file."""
    return [line for line in WORDINGS.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def read_questions(files: Sequence[Path]) -> list[str]:
    """The texts of all questions of files, each once."""
    found: dict[str, None] = {}
    for file in files:
        data = json.loads(lzma.decompress(file.read_bytes()) if file.suffix == ".xz" else file.read_bytes())
        paragraphs = (paragraph for article in data["data"] for paragraph in article["paragraphs"])
        found |= {question["question"]: None for paragraph in paragraphs for question in paragraph["qas"]}
    return list(found)


def asking_words(wordings: Sequence[str]) -> frozenset[str]:
    """The words of the wordings but for their subject: they only ask."""
    return frozenset(word for wording in wordings for word in words_of(wording.replace("{s}", " ")))


def kept_words(wordings: Sequence[str], asked: Sequence[Sequence[str]]) -> frozenset[str]:
    """The words that shapes are made of."""
    counts = Counter(word for words in asked for word in set(words) if not word.isdigit())
    return asking_words(wordings) | {word for word, _ in counts.most_common(COMMONEST)}


def subjects_in(asked: Sequence[Sequence[str]], kept: frozenset[str], rng: random.Random) -> Iterator[str]:
    """Words in a row of questions that name things; English ones with spaces between."""
    while True:
        words = rng.choice(asked)
        begin = rng.randrange(len(words)) if words else 0
        run = words[begin : begin + rng.randint(1, SUBJECT_WORDS)]
        if run and run[0] not in kept and run[-1] not in kept:
            yield (" " if run[0].isascii() else "").join(run)


def examples_of(wordings: Sequence[str], asked: Sequence[list[str]], rng: random.Random) -> Examples:
    """Wordings, each with several subjects; questions for facts; and subjects alone, which are keywords."""
    kept = kept_words(wordings, asked)
    thai_ones = subjects_in([words for words in asked if not words[0].isascii()], kept, rng)
    english = subjects_in([words for words in asked if words[0].isascii()], kept, rng)
    words: list[list[str]] = []
    numbers: list[int | None] = []
    for number, wording in enumerate(wordings):
        is_english = wording.replace("{s}", "").isascii()
        for place in range(SUBJECTS_EACH):
            time = rng.choice(TIMES[is_english]) if place % 3 == 0 else ""
            words.append(words_of(wording.replace("{s}", next(english if is_english else thai_ones)) + time))
            numbers.append(number)
    alone = [words_of(next(subjects)) for subjects in (thai_ones, english) for _ in range(500)]
    return Examples([*words, *asked, *alone], [*numbers, *[None] * (len(asked) + len(alone))])


def fit(examples: Examples, wordings: Sequence[str]) -> Fit:
    """A logistic function of the runs, those that matter little left out."""
    is_gathering = [number is not None for number in examples.wordings]
    kept = kept_words(wordings, [words for words, is_it in zip(examples.words, is_gathering, strict=True) if not is_it])
    runs = [runs_of(shape_of(words, kept)) for words in examples.words]
    gathered = Counter(run for of_one, is_it in zip(runs, is_gathering, strict=True) if is_it for run in of_one)
    others = Counter(run for of_one, is_it in zip(runs, is_gathering, strict=True) if not is_it for run in of_one)
    weighed = sorted(run for run in gathered | others if gathered[run] >= LEAST_GATHERED or others[run] >= LEAST_ASKED)
    weights, bias = _logistic(runs, weighed, is_gathering)
    matter = {
        run: round(weight, 2) for run, weight in zip(weighed, weights, strict=True) if abs(weight) >= LEAST_WEIGHT
    }
    return Fit(kept, matter, bias)


def _logistic(runs: Sequence[set[str]], weighed: Sequence[str], wanted: Sequence[bool]) -> tuple[list[float], float]:
    """The weights and the bias, by L-BFGS."""
    places = {run: place for place, run in enumerate(weighed)}
    at = [(row, places[run]) for row, of_one in enumerate(runs) for run in sorted(of_one & places.keys())]
    inputs = torch.sparse_coo_tensor(
        torch.tensor(at).T, torch.ones(len(at)), (len(runs), len(weighed)), check_invariants=True
    ).to_sparse_csr()
    targets = torch.tensor(wanted, dtype=torch.float32)
    weights, bias = torch.zeros(len(weighed), requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=150, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        logits = (inputs @ weights[:, None])[:, 0] + bias
        loss = binary_cross_entropy_with_logits(logits, targets) + DECAY * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return weights.tolist(), bias.item()


def across(wordings: Sequence[str], asked: Sequence[list[str]], rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """Scores of wordings, and of questions for facts, each by a fit that saw neither the one nor the other."""
    examples = examples_of(wordings, asked, rng)
    fold_of = [rng.randrange(FOLDS) for _ in wordings]
    folds = [fold_of[number] if number is not None else rng.randrange(FOLDS) for number in examples.wordings]
    scores: dict[bool, list[float]] = {True: [], False: []}
    for fold in range(FOLDS):
        seen = [place for place, one in enumerate(folds) if one != fold]
        known = [wording for wording, one in zip(wordings, fold_of, strict=True) if one != fold]
        fitted = fit(Examples([examples.words[at] for at in seen], [examples.wordings[at] for at in seen]), known)
        for words, number, one in zip(examples.words, examples.wordings, folds, strict=True):
            if one == fold:
                scores[number is not None].append(fitted.score(words))
    return np.array(scores[True]), np.array(scores[False])


def main() -> None:
    """Fits, reports and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, nargs="+", help="SQuAD 2 JSON of questions for facts")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    wordings = read_wordings()
    asked = [words for words in map(words_of, read_questions(given.questions)) if words]
    gathering, facts = across(wordings, asked, rng)
    least, surely = (float(np.quantile(facts, 1 - part)) for part in (TAKEN, SURELY_TAKEN))
    for part, bound in ((TAKEN, least), (SURELY_TAKEN, surely)):
        known = 100 * np.mean(gathering >= bound)
        print(f"{100 * part:.2f} % of questions for facts taken: {known:.1f} % of wordings not seen known", flush=True)
    fitted = fit(examples_of(wordings, asked, rng), wordings)
    data: dict[str, Any] = {
        "kept": sorted(fitted.kept), "asking": sorted(asking_words(wordings) - {NAMING}),
        "bias": round(fitted.bias - least, 3), "surely": round(surely - least, 3),
        "weights": dict(sorted(fitted.weights.items())),
    }  # fmt: skip
    given.out.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
