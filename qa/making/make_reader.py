"""Trains, calibrates and writes the embedded reader. Resumable; two cores and five hours.

Each step reads groups of windows: one that answers a question, if any does, and one that looks like it, of the same
article or of another that search would bring up. All places of a group compete for the answer's beginning and end,
and so does "nowhere", whose logit is always 0 (the shared normalisation of Clark and Gardner 2018): that is why a
logit means the same in every passage, ranks passages, and tells when to abstain.

It starts from what `index/making/make_transformer.py` wrote, or goes on from a reader that was written. Word vectors
stay as they are: what a training text never shows would else be left behind.

    python -m khamtop.qa.making.make_reader work/base work/reader --questions newsqa/train.json iapp/train.json \\
        qa/making/questions.json.xz --archive thaigov.jsonl.xz --out qa/model

The work folder holds the state after every 300 steps; the same call goes on from there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import BertModel

from khamtop.index.building.build import build_articles
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.making.make_questions import Question, Story, find_lookalikes, read_questions
from khamtop.index.making.make_transformer import read_base, read_written, write_transformer
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.transformer import BEGIN, END, SETTINGS, is_transformer
from khamtop.index.types import Article, Span
from khamtop.qa.question import kind_of, read
from khamtop.qa.quote import short_of
from khamtop.qa.rank import READ_ON, READ_PASSAGES, lead
from khamtop.qa.reader import QUESTION_PIECES, TITLE_PIECES, Reading, TransformerReader
from khamtop.qa.retrieve import retrieve
from khamtop.qa.types import Hit, Kind

KINDS: tuple[Kind, ...] = (
    "who", "when", "where", "how_many", "what", "which", "why", "how", "list", "said", "define", "yes_no",
)  # fmt: skip

#: Groups a step, and how many are read at once: more at a time only misses the processor's cache.
GROUPS, AT_ONCE = 24, 8
RATE, HEADS_RATE, WARM_UP = 1e-4, 5e-4, 100
#: Steps, and how many of the last ones the rate falls over.
STEPS, FALLING = 1700, 600
#: Questions of Wikipedia among those of news; with their article hidden; with the lookalike from the same article;
#: windows without their title; follow-ups after the question that they go back to.
ENCYCLOPAEDIC, HIDDEN, SAME_ARTICLE, UNTITLED = 0.3, 0.12, 0.35, 0.1
#: Characters of a window, short ones more often: they are read faster.
WINDOW_CHARS = (200, 240, 280, 320, 360, 400, 450, 520, 600)
#: Pieces that are read at once while it learns; the reader reads more.
PIECES, READ_PIECES = 256, 384
KIND_WEIGHT = 0.3
#: The part of the answerable questions that is answered at the shipped threshold, and that gets at least "not sure".
ANSWERED, SHOWN = 0.91, 0.97
#: Of what stands in large type this part is right.
LARGE_RIGHT = 0.95
#: What a logit may be worth beside a passage's score in search.
RANK_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
SAVED_EVERY = 300
SEED = 1


@dataclass(frozen=True, slots=True)
class Window:
    """What is read: the ids of its pieces; where in them the passage's own stand; and the answer's first and last."""

    ids: list[int]
    passage: Span
    answer: Span | None


@dataclass(frozen=True, slots=True)
class Group:
    """Windows that compete, the one that answers first, if any does; `kind` is None where nobody noted it."""

    windows: list[Window]
    kind: int | None


class Model(nn.Module):
    """A BERT with two heads: how an answer begins and ends at each piece; whether a passage answers, and the kind."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert
        self.heads = Heads(bert.config.hidden_size)
        bert.embeddings.word_embeddings.weight.requires_grad_(False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(texts, pieces) -> (texts, pieces, 2) and (texts, 1 + kinds)."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.bert(ids, attention_mask=mask).last_hidden_state
        spans, passage = self.heads(states.float())
        return spans, passage


class Heads(nn.Module):
    """What is made of the last hidden states."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.span, self.cls = nn.Linear(hidden, 2), nn.Linear(hidden, 1 + len(KINDS))

    def forward(self, states: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(texts, pieces, hidden) -> (texts, pieces, 2) and (texts, 1 + kinds)."""
        return self.span(states), self.cls(states[:, 0])


def begin(folder: Path) -> tuple[Model, Tokenizer]:
    """What it starts from: what `make_transformer.py` made, or a reader that was written, to teach it further."""
    if not is_transformer(folder):
        bert, tokenizer = read_base(folder)
        return Model(bert), tokenizer
    bert, tokenizer, heads = read_written(folder)
    model = Model(bert)
    model.heads.load_state_dict(heads)
    return model, tokenizer


def mix(model: Model, before: dict[str, torch.Tensor]) -> None:
    """Makes a model's weights the mean of its own and those `before` it was taught further.

    Both have reached a like place by other data, and their mean generalises better than either (Wortsman et al. 2022).
    """
    model.load_state_dict({name: (weight + before[name]) / 2 for name, weight in model.state_dict().items()})


def kind_by_words(question: str) -> Kind:
    """What is asked for, where nobody noted it: as the question's words tell."""
    kind = kind_of(thai.normalise(question).text)
    if kind == "which" and "อะไร" in question:
        return "define" if question.rstrip(" ?").endswith("คืออะไร") else "what"
    return kind


class Examples:
    """Questions as groups of windows, others at each asking."""

    def __init__(self, tokenizer: Tokenizer, rng: random.Random) -> None:
        self._tokenizer, self._rng = tokenizer, rng
        self._begin, self._end = (tokenizer.get_vocab()[piece] for piece in (BEGIN, END))

    def group(self, question: Question) -> Group | None:
        """One asking; None where no window can be made of it."""
        rng, story = self._rng, question.story
        is_answered = question.answer is not None and rng.random() >= HIDDEN
        windows: list[Window] = []
        if question.answer and is_answered:
            span = story.window(question.answer, self._chars(), rng)
            windows.append(self._window(question, story, span, question.answer))
            if windows[0].answer is None:  # it was cut off
                return None
        elif question.answer is None:
            span = story.window(rng.choice(story.phrases), self._chars(), rng)
            windows.append(self._window(question, story, span, None))
        while len(windows) < 2:
            lookalike = self._lookalike(question)
            if lookalike is None:
                return None
            windows.append(self._window(question, *lookalike, None))
        kind = question.kind if question.kind in KINDS else kind_by_words(question.text)
        return Group(windows, KINDS.index(kind) if is_answered and kind in KINDS else None)

    def _lookalike(self, question: Question) -> tuple[Story, Span] | None:
        rng, story = self._rng, question.story
        if rng.random() < SAME_ARTICLE:
            span = story.window(rng.choice(story.phrases), self._chars(), rng)
            said = story.text[slice(*question.answer)] if question.answer else None
            if said is None or said not in story.text[slice(*span)]:
                return story, span
        if not question.lookalikes:
            return None
        place = min(len(question.lookalikes) - 1, int(rng.expovariate(1 / 3)))
        other, (start, end) = question.lookalikes[place]
        at = rng.randrange(start, end)
        return other, other.window((at, at + 1), self._chars(), rng)

    def _window(self, question: Question, story: Story, span: Span, answer: Span | None) -> Window:
        """What is read of `story.text[span]`, cut where it is too long."""
        copy = thai.normalise(story.text[slice(*span)], fold_case=False)
        pieces = self._pieces(copy.text)
        title = "" if self._rng.random() < UNTITLED else story.title
        asked = self._pieces(thai.normalise(question.asked, fold_case=False).text).ids[:QUESTION_PIECES]
        named = self._pieces(thai.normalise(title, fold_case=False).text).ids[:TITLE_PIECES]
        before = [self._begin, *asked, self._end, self._end, *named, self._end, self._end]
        room = PIECES - len(before) - 1
        inside = (len(before), len(before) + min(room, len(pieces.ids)))
        found = None
        if answer:
            places = [
                at
                for at, offset in enumerate(pieces.offsets[:room])
                for start, end in [copy.original(*offset)]
                if start + span[0] < answer[1] and answer[0] < end + span[0]
            ]
            found = (len(before) + places[0], len(before) + places[-1]) if places else None
        return Window([*before, *pieces.ids[:room], self._end], inside, found)

    def _pieces(self, text: str) -> Any:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _chars(self) -> int:
        return self._rng.choice(WINDOW_CHARS)


def batches(questions: Sequence[Question], examples: Examples, rng: random.Random) -> Iterator[list[Group]]:
    """Groups without end, those of like length together."""

    def asked(encyclopaedic: bool) -> Iterator[Question]:
        some = [question for question in questions if question.encyclopaedic == encyclopaedic]
        while True:
            rng.shuffle(some)
            yield from some

    news, wikipedia = asked(False), asked(True)
    while True:
        groups: list[Group] = []
        while len(groups) < 8 * GROUPS:
            group = examples.group(next(wikipedia) if rng.random() < ENCYCLOPAEDIC else next(news))
            if group:
                groups.append(group)
        groups.sort(key=lambda group: max(len(window.ids) for window in group.windows))
        steps = [groups[at : at + GROUPS] for at in range(0, len(groups), GROUPS)]
        rng.shuffle(steps)
        yield from steps


def loss_of(model: Model, groups: Sequence[Group]) -> torch.Tensor:
    """What the model still has to learn about these groups."""
    ids, mask, inside = _padded([window for group in groups for window in group.windows])
    spans, passage = model(ids, mask)
    width = len(groups[0].windows) * ids.shape[1]
    places = spans.masked_fill(~inside[..., None], -1e4).view(len(groups), width, 2)
    places = torch.cat([torch.zeros(len(groups), 1, 2), places], dim=1)  # "nowhere" comes first
    answers = [group.windows[0].answer for group in groups]
    begins = torch.tensor([1 + answer[0] if answer else 0 for answer in answers])
    ends = torch.tensor([1 + answer[1] if answer else 0 for answer in answers])
    answered = torch.tensor([[float(window.answer is not None)] for group in groups for window in group.windows])
    loss = cross_entropy(places[..., 0], begins) + cross_entropy(places[..., 1], ends)
    loss = loss + binary_cross_entropy_with_logits(passage[:, :1], answered)
    kinds = torch.tensor([-100 if group.kind is None else group.kind for group in groups])
    if (kinds >= 0).any():
        first_windows = passage.view(len(groups), -1, passage.shape[1])[:, 0, 1:]
        loss = loss + KIND_WEIGHT * cross_entropy(first_windows, kinds, ignore_index=-100)
    return loss


def _padded(windows: Sequence[Window]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The ids, which of them there are, and which are the passage's own: each (windows, pieces)."""
    width = max(len(window.ids) for window in windows)
    ids = torch.ones(len(windows), width, dtype=torch.long)
    mask = torch.zeros(len(windows), width, dtype=torch.long)
    inside = torch.zeros(len(windows), width, dtype=torch.bool)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
        inside[row, slice(*window.passage)] = True
    return ids, mask, inside


def train(model: Model, steps: Iterator[list[Group]], work: Path, count: int, falling: int) -> None:
    """Trains until step `count`, from where `work` has it."""
    body = [weight for weight in model.bert.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "top": RATE}, {"params": list(model.heads.parameters()), "top": HEADS_RATE}],
        lr=RATE, weight_decay=0.01, betas=(0.9, 0.98), foreach=True,
    )  # fmt: skip
    state_file, begun = work / "state.pt", 0
    if state_file.exists():
        state = torch.load(state_file, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        begun = state["step"]
    since, lost = time.monotonic(), 0.0
    for step in range(begun, count):
        part = min(1.0, (step + 1) / WARM_UP, max(0.02, (count - step) / falling))
        for weights in optimiser.param_groups:
            weights["lr"] = weights["top"] * part
        groups = next(steps)
        for at in range(0, len(groups), AT_ONCE):
            some = groups[at : at + AT_ONCE]
            loss = loss_of(model, some) * len(some) / len(groups)
            loss.backward()  # type: ignore[no-untyped-call]
            lost += loss.item()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} of {count}, loss {lost / 50:.3f}, {time.monotonic() - since:.0f} s", flush=True)
            lost = 0.0
        if (step + 1) % SAVED_EVERY == 0 or step + 1 == count:
            state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}
            torch.save(state, work / "state.new")
            os.replace(work / "state.new", state_file)


def encoding() -> Callable[[str, list[str]], np.ndarray]:
    """What gives vectors to find lookalikes by: Khamtop's own encoder, so that it learns on what a search brings up."""
    encoder = load_encoder()
    return lambda kind, texts: (encoder.encode_questions if kind == "query" else encoder.encode_passages)(texts)


# Calibration: on the articles that were held back, by the model as it is written


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: for each passage that was read its score in search, what the reader gave, and whether
    it points at the answer."""

    scores: np.ndarray  # (passages,)
    features: np.ndarray  # (passages, 2)
    right: np.ndarray  # (passages,) bool
    brief: np.ndarray  # (passages,) bool: whether it could stand in large type
    said: list[str]  # what it points at, normalised
    is_answerable: bool
    is_news: bool


def ask_held_back(folder: Path, questions: Sequence[Question]) -> list[Asked]:
    """Asks the questions of an index of their articles, as a person would."""
    reader, encoder = TransformerReader(folder), load_encoder()
    stories = {question.story.id: question.story for question in questions}
    asked = []
    with tempfile.TemporaryDirectory() as place:
        articles = [Article(story.id, story.title, story.text, story.id) for story in stories.values()]
        build_articles(articles, Path(place), encoder)
        index = Index.open(Path(place), encoder)
        for question in questions:
            query = read(question.text, [question.earlier] if question.earlier else [])
            hits = retrieve(query, index, READ_ON)
            readings = reader.read(query.asked, [(hit.article.title, hit.text) for hit in hits])
            if readings:
                asked.append(
                    Asked(
                        np.array([hits[reading.passage].score for reading in readings]),
                        np.array([reading.features for reading in readings]),
                        np.array([_points_at(question, hits[reading.passage], reading) for reading in readings]),
                        np.array([_is_brief(question, hits[reading.passage], reading) for reading in readings]),
                        [
                            thai.normalise(hits[reading.passage].text[slice(*reading.answer)]).text
                            for reading in readings
                        ],
                        question.answer is not None,
                        not question.encyclopaedic,
                    )
                )
    return asked


def _points_at(question: Question, hit: Hit, reading: Reading) -> bool:
    """Whether a reading shares words with the answer, or says the same elsewhere in the article."""
    if question.answer is None or hit.article.id != question.story.id:
        return False
    start, end = (hit.passage.start + at for at in reading.answer)
    said, wanted = hit.article.text[start:end], question.story.text[slice(*question.answer)]
    return (start < question.answer[1] and question.answer[0] < end) or wanted in said


def _is_brief(question: Question, hit: Hit, reading: Reading) -> bool:
    """Whether what a reading points at could stand in large type."""
    start, end = (hit.passage.start + at for at in reading.answer)
    return short_of(hit.article.text, (start, end), reading.kind or "other", question.text) is not None


def calibrate(asked: Sequence[Asked]) -> dict[str, Any]:
    """The settings that make a chance of what the reader gives, rank by it, and say from when on it is sure.

    The first passage of each question, as its rank has it, is right or not: the chance is fitted to that, and the rank
    to what is then right. It is sure where `ANSWERED` of the answerable questions are answered, and what stands in
    large type is right in `LARGE_RIGHT`.
    """
    weights, rank_weight = [0.5, 0.5, 0.0], 0.0
    for _ in range(3):  # either depends on the other
        firsts = [_first(one, weights, rank_weight) for one in asked]
        rows = np.array([one.features[first] for one, first in zip(asked, firsts, strict=True)])
        weights = logistic(rows, np.array([one.right[first] for one, first in zip(asked, firsts, strict=True)]))
        rank_weight = max(RANK_WEIGHTS, key=lambda weight: _count_right(asked, weights, weight))
    chances = sorted(
        1 / (1 + np.exp(-_logits(one, weights)[_first(one, weights, rank_weight)]))
        for one in asked
        if one.is_answerable
    )
    sure = round(float(chances[int((1 - ANSWERED) * len(chances))]), 3)
    return {
        "chance": dict(zip(("span", "passage", "bias"), weights, strict=True)),
        "rank_weight": rank_weight,
        "sure": sure,
        "unsure": round(float(chances[int((1 - SHOWN) * len(chances))]), 3),
        "large": _large(asked, weights, rank_weight),
    }


def _large(asked: Sequence[Asked], weights: Sequence[float], rank_weight: float) -> dict[str, float]:
    """The weights of `qa.reader.Large`: fitted to which brief answers are right, with a bias by which `LARGE_RIGHT` of
    those that may stand in large type are, among the news: an encyclopaedia's are easier."""
    firsts = [(one, _first(one, weights, rank_weight)) for one in asked]
    brief = [(one, first) for one, first in firsts if one.brief[first]]
    rows = np.array([_standing(one, first, weights) for one, first in brief])
    right = np.array([bool(one.right[first]) for one, first in brief])
    *by, _ = logistic(rows, right)
    is_news = np.array([one.is_news for one, _ in brief])
    scores, right = (rows @ np.array(by))[is_news], right[is_news]
    order = np.argsort(-scores, kind="stable")
    enough = np.flatnonzero(np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= LARGE_RIGHT)
    least = scores[order[enough[-1]]] if len(enough) else np.inf
    print(
        f"{len(enough) and enough[-1] + 1} of {len(order)} brief answers to questions on news may be large", flush=True
    )
    return {"logit": by[0], "lead": by[1], "bias": round(-float(least), 4)}


def _standing(asked: Asked, first: int, weights: Sequence[float]) -> tuple[float, float]:
    """The logit of an answer, and its lead."""
    logits = _logits(asked, weights)
    read = READ_PASSAGES if logits[:READ_PASSAGES].max() >= 0 else READ_ON
    return float(logits[first]), lead(first, logits[:read].tolist(), asked.said[:read])


def _logits(asked: Asked, weights: Sequence[float]) -> np.ndarray:
    logits: np.ndarray = asked.features @ np.array(weights[:-1]) + weights[-1]
    return logits


def _first(asked: Asked, weights: Sequence[float], rank_weight: float) -> int:
    """The passage that comes first, as `qa.rank.rank` has it."""
    logits = _logits(asked, weights)
    read = READ_PASSAGES if logits[:READ_PASSAGES].max() >= 0 else READ_ON
    return int((asked.scores + rank_weight * logits)[:read].argmax())


def _count_right(asked: Sequence[Asked], weights: Sequence[float], rank_weight: float) -> int:
    return sum(bool(one.right[_first(one, weights, rank_weight)]) for one in asked)


def logistic(features: np.ndarray, right: np.ndarray) -> list[float]:
    """The weights of the features, (rows, features), and the bias that make them the chance of being right."""
    inputs = torch.tensor(np.hstack([features, np.ones((len(features), 1))]), dtype=torch.float64)
    wanted = torch.tensor(right, dtype=torch.float64)
    weights = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = binary_cross_entropy_with_logits(inputs @ weights, wanted) + 1e-3 * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return [round(weight, 4) for weight in weights.detach().tolist()]


def main() -> None:
    """Does all that is left to do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what make_transformer.py wrote, or a reader's folder")
    parser.add_argument("work", type=Path, help="folder for the state of the training")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--archive", type=Path, help="the articles whose text the questions' files leave out")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished model")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--falling", type=int, default=FALLING)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    questions = read_questions(given.questions, given.archive)
    model, tokenizer = begin(given.base)
    find_lookalikes(questions, encoding())
    learned = [question for question in questions if not question.story.is_held_back]
    held_back = [question for question in questions if question.story.is_held_back]
    print(f"{len(learned)} questions to learn from, {len(held_back)} to calibrate by", flush=True)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    rng = random.Random(SEED)
    train(model, batches(learned, Examples(tokenizer, rng), rng), given.work, given.steps, given.falling)
    if is_transformer(given.base):
        mix(model, before)
    settings = {
        "kind": "reader", "kinds": list(KINDS), "most_pieces": READ_PIECES,
        "chance": {"span": 0.5, "passage": 0.5, "bias": 0.0}, "sure": 0.5, "unsure": 0.2,
        "large": {"logit": 1.0, "lead": 0.0, "bias": 0.0}, "rank_weight": 0.0,
    }  # fmt: skip
    write_transformer(model.bert, model.heads, tokenizer, ["spans", "passage"], given.out, settings)
    settings |= calibrate(ask_held_back(given.out, held_back))
    (given.out / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
