"""Trains and writes the embedded encoder: `python -m khamtop.index.making.make_encoder`. Twenty minutes on two cores.

multilingual-e5-small lays a question beside the passages that answer it, but keeps its languages apart: among Thai
articles of which a few are in English, an English question finds those. Here it learns from questions in both
languages on Thai articles. Of the passages of one batch, and of one lookalike for each question, a question must find
the one that answers it (InfoNCE).

    python -m khamtop.index.making.make_encoder work/base work/encoder --questions newsqa/train.json iapp/train.json \\
        qa/making/questions.json.xz --archive thaigov.jsonl.xz --out index/encoders/model
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn.functional import cross_entropy, normalize
from transformers import BertModel

from khamtop.index.making.make_questions import Question, find_lookalikes, passage_text, read_questions
from khamtop.index.making.make_transformer import read_base, write_transformer
from khamtop.index.text import thai

STEPS, BATCH, RATE, WARM_UP = 320, 32, 5e-5, 40
TEMPERATURE = 0.02
#: Parts of a batch: questions of Wikipedia, and English ones.
ENCYCLOPAEDIC, ENGLISH = 0.25, 0.3
#: Pieces that are read of a question and of a passage while it learns.
QUESTION_PIECES, PASSAGE_PIECES = 64, 224
AT_ONCE = 16
SEED = 1
#: What a cosine is worth beside words, chosen on questions of articles that were held back (RESULTS.md).
COSINE_WEIGHT = 10.0


class Vectors:
    """A model, and the unit vectors that it gives: the mean of a text's last hidden states."""

    def __init__(self, bert: BertModel, tokenizer: Tokenizer) -> None:
        self._bert, self._tokenizer = bert, tokenizer

    def __call__(self, kind: str, texts: Sequence[str]) -> torch.Tensor:
        """(texts, dimensions), of "query" or "passage" texts."""
        most = QUESTION_PIECES if kind == "query" else PASSAGE_PIECES
        ids = [
            self._tokenizer.encode(thai.normalise(f"{kind}: {text}", fold_case=False).text).ids[:most] for text in texts
        ]
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        vectors: list[torch.Tensor] = [torch.empty(0)] * len(ids)
        for at in range(0, len(order), AT_ONCE):
            rows = order[at : at + AT_ONCE]
            width = max(len(ids[row]) for row in rows)
            padded = torch.ones(len(rows), width, dtype=torch.long)
            mask = torch.zeros(len(rows), width, dtype=torch.long)
            for place, row in enumerate(rows):
                padded[place, : len(ids[row])] = torch.tensor(ids[row])
                mask[place, : len(ids[row])] = 1
            with torch.autocast("cpu", dtype=torch.bfloat16):
                states = self._bert(padded, attention_mask=mask).last_hidden_state
            means = normalize((states.float() * mask[..., None]).sum(1), dim=1)
            for place, row in enumerate(rows):
                vectors[row] = means[place]
        return torch.stack(vectors)

    def as_arrays(self) -> Callable[[str, list[str]], np.ndarray]:
        """The same without learning."""

        def encode(kind: str, texts: list[str]) -> np.ndarray:
            with torch.no_grad():
                found: np.ndarray = self(kind, texts).numpy()
            return found

        return encode


class Mean(nn.Module):
    """What is written after the last hidden states: one text, nothing padded."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(1, pieces, hidden) -> (1, hidden)"""
        return states.mean(1)


def batches(questions: Sequence[Question], rng: random.Random) -> Iterator[list[Question]]:
    """Questions of different articles, without end."""

    def asked(some: list[Question]) -> Iterator[Question]:
        while True:
            rng.shuffle(some)
            yield from list(some)

    wikipedia = asked([question for question in questions if question.encyclopaedic])
    news = asked([question for question in questions if not question.encyclopaedic])
    english = asked([question for question in questions if question.language == "en"])
    while True:
        batch: dict[str, Question] = {}
        while len(batch) < BATCH:
            drawn = rng.random()
            source = wikipedia if drawn < ENCYCLOPAEDIC else english if drawn < ENCYCLOPAEDIC + ENGLISH else news
            question = next(source)
            batch.setdefault(question.story.id, question)
        yield list(batch.values())


def loss_of(vectors: Vectors, batch: Sequence[Question], rng: random.Random) -> torch.Tensor:
    """How far the questions are from finding their passages among all of the batch."""
    right, lookalikes = [], []
    for question in batch:
        assert question.answer
        start, end = question.answer
        holding = [span for span in question.story.passages if span[0] < end and start < span[1]]
        right.append(passage_text(question.story, rng.choice(holding)))
        place = min(len(question.lookalikes) - 1, int(rng.expovariate(1 / 3)))
        lookalikes.append(passage_text(*question.lookalikes[place]))
    asked, passages = vectors("query", [question.asked for question in batch]), vectors("passage", right + lookalikes)
    return cross_entropy(asked @ passages.T / TEMPERATURE, torch.arange(len(batch)))


def train(bert: BertModel, vectors: Vectors, questions: Sequence[Question], steps: int) -> None:
    """Trains the model in place; word vectors stay as they are."""
    rng = random.Random(SEED)
    bert.embeddings.word_embeddings.weight.requires_grad_(False)
    weights = [weight for weight in bert.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.01, foreach=True)
    since, lost = time.monotonic(), 0.0
    for step, batch in zip(range(steps), batches(questions, rng), strict=False):
        part = min(1.0, (step + 1) / WARM_UP, max(0.02, (steps - step) / (steps / 2)))
        for group in optimiser.param_groups:
            group["lr"] = RATE * part
        loss = loss_of(vectors, batch, rng)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        lost += loss.item()
        if (step + 1) % 20 == 0:
            print(f"step {step + 1} of {steps}, loss {lost / 20:.3f}, {time.monotonic() - since:.0f} s", flush=True)
            lost = 0.0


def main() -> None:
    """Trains, unless the work folder has a trained model already, and writes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what make_transformer.py wrote")
    parser.add_argument("work", type=Path, help="folder for the trained model in 32 bits")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--archive", type=Path, help="the articles whose text the questions' files leave out")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished model")
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args()
    torch.manual_seed(SEED)
    bert, tokenizer = read_base(given.base)
    if not (given.work / "config.json").exists():
        questions = read_questions(given.questions, given.archive)
        vectors = Vectors(bert, tokenizer)
        find_lookalikes(questions, vectors.as_arrays())
        learned = [
            question
            for question in questions
            if question.answer and question.lookalikes and not question.story.is_held_back
        ]
        train(bert, vectors, learned, given.steps)
        bert.save_pretrained(given.work)
        (given.work / "tokenizer.json").write_text(tokenizer.to_str(), "utf-8")
    bert, tokenizer = read_base(given.work)
    settings = {
        "kind": "encoder", "query": "query: ", "passage": "passage: ", "dimensions": bert.config.hidden_size,
        "most_pieces": 512, "cosine_weight": COSINE_WEIGHT,
    }  # fmt: skip
    write_transformer(bert, Mean(), tokenizer, ["vector"], given.out, settings)


if __name__ == "__main__":
    main()
