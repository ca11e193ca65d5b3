"""Fits what `qa/checking.py` weighs, and its thresholds.

It is fitted on sentences true to their quotes, and on the same with a fact changed.

The sentences are made from questions with answers (SQuAD 2 JSON such as `newsqa/train.json`), each for the quote that
holds the answer:

- told: a Thai question with the answer in the place of the word that asks, which stands where the answer would;
- affirmed: a question that asks for yes or no without the words that ask, true where the answer is yes;
- asked: an English question of any kind as it is, which tells what it takes for granted;
- retold: the quote itself, with numbers, dates and names in other spellings, or with phrases left out.

The changed ones say the same with another number, date, name, answer, place or with its denial, or of another quote of
the article; or are "affirmed" where the answer is no. A fact is changed only to one that the quote does not hold. What
is not retold rests on the article's first quote, too, which mostly says what a question takes for granted.

    python -m khamtop.qa.making.make_checking newsqa/train.json --report newsqa/dev.json --out qa/checking.json
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.text import thai
from khamtop.index.text.wording import BUDDHIST_ERA
from khamtop.index.types import Article, Encoder
from khamtop.qa.checking import FEATURES, SCRIPTS, evidence, features, script_of
from khamtop.qa.evaluate import auroc
from khamtop.qa.facts import persons_in, unstated
from khamtop.qa.making.make_reader import logistic
from khamtop.qa.quote import quote_around
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.types import Citation

SEED = 1
#: Of the sentences true to their quotes that no fact stands against, this part is kept at the threshold.
KEPT = 0.9

_ASKING = {
    "who": "ใคร", "where": "ที่ไหน|ตรงไหน|แห่งใด", "when": "เมื่อไร|เมื่อไหร่|เมื่อใด|วันไหน|วันที่เท่าไร|วันที่เท่าไหร่",
    "how_many": "กี่|เท่าไร|เท่าไหร่|เท่าใด", "what": "อะไร", "which": "ไหน|ใด|อะไร", "list": "อะไรบ้าง|อะไร|ใครบ้าง|ไหนบ้าง",
    "said": "อะไร|อย่างไร|ยังไง|ว่าไง", "how": "อย่างไร|ยังไง", "define": "อะไร|คือโครงการอะไร",
}  # fmt: skip
_PARTICLES = re.compile(
    r"(?:\s*(?:บ้าง|ครับ|ค่ะ|คะ|นะ|ล่ะ|จริงไหม|จริงหรือไม่|ใช่ไหม|ใช่มั้ย|ใช่หรือไม่|ใช่หรือเปล่า|หรือไม่|หรือเปล่า|หรือยัง|ไหม|มั้ย|\?))+\s*$"
)
_ENGLISH_YES_NO = re.compile(r"^(?:Did|Does|Do|Is|Are|Was|Were|Will|Would|Can|Could|Has|Have|Had|Should|Must)\s+")
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_MONTHS = (
    ("มกราคม", "ม.ค."), ("กุมภาพันธ์", "ก.พ."), ("มีนาคม", "มี.ค."), ("เมษายน", "เม.ย."), ("พฤษภาคม", "พ.ค."),
    ("มิถุนายน", "มิ.ย."), ("กรกฎาคม", "ก.ค."), ("สิงหาคม", "ส.ค."), ("กันยายน", "ก.ย."), ("ตุลาคม", "ต.ค."),
    ("พฤศจิกายน", "พ.ย."), ("ธันวาคม", "ธ.ค."),
)  # fmt: skip
_DENIED = (("ไม่ได้", ""), ("ไม่", ""), ("จะ", "จะไม่"), ("ได้", "ไม่ได้"), ("มี", "ไม่มี"), ("เป็น", "ไม่เป็น"), ("ต้อง", "ไม่ต้อง"))


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with the quotes that it names, how it was made, and whether they say it."""

    text: str
    citations: tuple[Citation, ...]
    way: str
    is_true: bool


@dataclass(frozen=True)
class Asked:
    """A question with its article and where that answers."""

    question: str
    language: str
    kind: str
    says: str | None
    article: Article
    answer: tuple[int, int]

    @property
    def answer_text(self) -> str:
        """The words that answer."""
        return self.article.text[slice(*self.answer)]

    @cached_property
    def citation(self) -> Citation:
        """The quote that holds the answer."""
        return Citation(1, self.article, *quote_around(self.article.text, self.answer))


def read(file: Path) -> list[Asked]:
    """The answerable questions of a file."""
    found = []
    for entry in json.loads(file.read_text("utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            text = paragraph["context"]
            article = Article(entry["id"], entry["title"], text, entry.get("source", ""), entry.get("published"))
            found += [_asked(one, article) for one in paragraph["qas"] if one["answers"] and not one.get("history")]
    return found


def _asked(one: dict[str, Any], article: Article) -> Asked:
    start = one["answers"][0]["answer_start"]
    answer = (start, start + len(one["answers"][0]["text"]))
    return Asked(one["question"], one["lang"], one["kind"], one.get("says"), article, answer)


# Sentences


def examples(asked: Sequence[Asked], rng: random.Random) -> Iterator[Example]:
    """Sentences true to their quotes, and the same with a fact changed, of each question."""
    others = _Others(asked)
    for one in asked:
        for way, text in _true(one, rng):
            citations = (one.citation,) if way == "retold" else _with_lead(one)
            yield Example(text, citations, way, True)
            if elsewhere := _elsewhere(one, others, rng):
                yield Example(text, elsewhere, f"{way}, quote", False)
            for change, changed in _changed(text, one, others, rng):
                yield Example(changed, citations, f"{way}, {change}", False)
        if one.kind == "yes_no" and one.says == "no" and (claimed := _affirmed(one)):
            yield Example(claimed, _with_lead(one), "denied by the quote", False)


class _Others:
    """What stands in other articles, and in the same one elsewhere, to change facts to."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.of_article: dict[str, list[Asked]] = defaultdict(list)
        self.of_kind: dict[str, list[Asked]] = defaultdict(list)
        self.persons = sorted({name for text in {one.article.text for one in asked} for name in _persons(text)})
        self.places = sorted(thai.places())
        for one in asked:
            self.of_article[one.article.id].append(one)
            if one.language == "th":
                self.of_kind[one.kind].append(one)


def _with_lead(one: Asked) -> tuple[Citation, ...]:
    """The quote, and the one at the top of the article: what a question takes for granted mostly stands there."""
    text, first = one.article.text, next(thai.phrases(one.article.text))
    lead = Citation(2, one.article, *quote_around(text, first))
    return (one.citation,) if lead.start <= one.citation.start < lead.end else (one.citation, lead)


def _elsewhere(one: Asked, others: _Others, rng: random.Random) -> tuple[Citation, ...]:
    """A quote of the same article that answers something else; none if there is no other."""
    start, end = one.citation.start, one.citation.end
    quotes = [other.citation for other in others.of_article[one.article.id]]
    apart = [quote for quote in quotes if quote.end <= start or end <= quote.start]
    return (rng.choice(apart),) if apart else ()


def _true(one: Asked, rng: random.Random) -> Iterator[tuple[str, str]]:
    if statement := _told(one):
        yield "told", statement
    if one.kind == "yes_no" and one.says == "yes" and (affirmed := _affirmed(one)):
        yield "affirmed", affirmed
    if one.language == "en" and one.kind != "yes_no":
        yield "asked", one.question.rstrip("? ")
    yield "retold", _retold(one.citation.quote, rng)


def _told(one: Asked) -> str | None:
    """The question as a statement; None where no word of it stands for the answer, or the answer is long."""
    if one.language != "th" or len(one.answer_text) > 120:
        return None
    question = _PARTICLES.sub("", one.question)
    if one.kind == "why":
        asks = re.search("ทำไม(?:ถึง)?|เพราะอะไร(?:ถึง)?|เหตุใด(?:จึง)?|เพราะเหตุใด(?:จึง)?", question)
        because = one.answer_text if re.match("เพราะ|เนื่องจาก", one.answer_text) else f"เพราะ{one.answer_text}"
        return f"{question[: asks.start()]}{question[asks.end() :]} {because}".strip() if asks else None
    pattern = _ASKING.get(one.kind)
    asks = re.search(pattern, question) if pattern else None
    if not asks:
        return None
    after = question[asks.end() :]
    unit = next(
        (after[:size] for size in range(min(12, len(after)), 1, -1) if one.answer_text.endswith(after[:size])), ""
    )
    return question[: asks.start()] + one.answer_text + after.removeprefix(unit)


def _affirmed(one: Asked) -> str | None:
    """A question for yes or no as a statement."""
    if one.language == "th":
        bare = _PARTICLES.sub("", one.question)
        return bare if bare != one.question else None
    asks = _ENGLISH_YES_NO.match(one.question)
    return one.question[asks.end() :].rstrip("? ") if asks else None


def _retold(quote: str, rng: random.Random) -> str:
    """A quote in other spellings, and without its first phrase where it has many."""
    phrases = [quote[slice(*span)] for span in thai.phrases(quote)]
    if len(phrases) > 3:
        phrases = phrases[1:]
    text = " ".join(phrases)
    for long, short in _MONTHS:
        text = text.replace(long, short) if rng.random() < 0.5 else text.replace(short, long)
    if rng.random() < 0.5:
        text = re.sub(r"(?<!\d)25\d\d(?!\d|,)", lambda year: str(int(year[0]) - BUDDHIST_ERA), text)
    if rng.random() < 0.3:
        text = text.translate(dict(zip(range(ord("0"), ord("9") + 1), "๐๑๒๓๔๕๖๗๘๙", strict=True)))
    return text.replace("นายกรัฐมนตรี", "นายกฯ") if rng.random() < 0.5 else text


# Changed facts


def _changed(text: str, one: Asked, others: _Others, rng: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence with a fact changed, in each way that works for it."""
    held = "".join(f"{one.article.title}{one.citation.quote}{one.article.published}".split())
    ways: tuple[tuple[str, Callable[[], str | None]], ...] = (
        ("number", lambda: _other_number(text, held, rng)),
        ("month", lambda: _other_month(text, held, rng)),
        ("name", lambda: _other_name(text, held, others, rng)),
        ("place", lambda: _other_place(text, held, others, rng)),
        ("answer", lambda: _other_answer(text, one, others, rng)),
        ("denial", lambda: _denial(text)),
    )
    for way, change in ways:
        changed = change()
        if changed and changed != text:
            yield way, changed


def _replaced(text: str, span: tuple[int, int], by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]


def _other_number(text: str, held: str, rng: random.Random) -> str | None:
    places = list(_DIGITS.finditer(thai.normalise(text, fold_case=False).text))
    if not places or len(thai.normalise(text).text) != len(text):
        return None
    place = rng.choice(places)
    digits = list(place[0])
    at = rng.choice([at for at, digit in enumerate(digits) if digit.isdigit()])
    digits[at] = str((int(digits[at]) + rng.randint(1, 8)) % 9 + 1)
    other = "".join(digits)
    return None if other in held or other == place[0] else _replaced(text, place.span(), other)


def _other_month(text: str, held: str, rng: random.Random) -> str | None:
    for long, short in _MONTHS:
        for form, spelled in ((0, long), (1, short)):
            if spelled in text:
                others = [month[form] for month in _MONTHS if month[0] not in held and month[1] not in held]
                return text.replace(spelled, rng.choice(others)) if others else None
    return None


def _other_name(text: str, held: str, others: _Others, rng: random.Random) -> str | None:
    copy = thai.normalise(text)
    found = [copy.original(*span) for span in persons_in(copy.text)]
    name = rng.choice(others.persons)
    return _replaced(text, rng.choice(found), name) if found and name not in held else None


def _persons(text: str) -> list[str]:
    copy = thai.normalise(text).text
    return [copy[slice(*span)] for span in persons_in(copy)]


def _other_place(text: str, held: str, others: _Others, rng: random.Random) -> str | None:
    named = [word for word in thai.words(thai.normalise(text).text) if word in thai.places() and word in text]
    if not named:
        return None
    other = rng.choice(others.places)
    return None if other in held else text.replace(named[0], other)


def _other_answer(text: str, one: Asked, others: _Others, rng: random.Random) -> str | None:
    """The answer to another question of its kind: of the same article, if there is one, or else of another."""
    if one.answer_text not in text or text == one.answer_text:
        return None
    same = [o for o in others.of_article[one.article.id] if o.kind == one.kind and o.language == "th"]
    choice = [o.answer_text for o in (same if len(same) > 1 else others.of_kind[one.kind])]
    quote = "".join(one.citation.quote.split())
    short = [other for other in choice if len(other) <= 120 and "".join(other.split()) not in quote]
    return text.replace(one.answer_text, rng.choice(short)) if short else None


def _denial(text: str) -> str | None:
    for said, instead in _DENIED:
        if said in text:
            return text.replace(said, instead, 1)
    return None


# Fitting


def measured(made: Sequence[Example], encoder: Encoder, reader: Reader) -> tuple[np.ndarray, np.ndarray]:
    """The features of each example, (examples, features), and whether a fact of it stands against it."""
    rows, against = [], []
    for one in made:
        there = evidence(one.citations)
        against.append(unstated(one.text, there) is not None)
        found = features(one.text, one.citations, there, encoder, reader)
        rows.append([found[name] for name in FEATURES])
    return np.array(rows), np.array(against)


def main() -> None:
    """Fits, reports and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=450, help="examples to fit on, and to report on")
    given = parser.parse_args()
    encoder, reader = load_encoder(), load_reader()
    scripts = {}
    for script in SCRIPTS:
        fitted, reported = (_sampled(file, given.most, script) for file in (given.questions, given.report))
        rows, against = measured(fitted, encoder, reader)
        true = np.array([one.is_true for one in fitted])
        weights = np.array(logistic(rows[~against], true[~against]))
        logit = float(np.quantile((rows @ weights[:-1] + weights[-1])[true & ~against], 1 - KEPT))
        scripts[script] = {
            "weights": dict(zip((*FEATURES, "bias"), weights.tolist(), strict=True)),
            "threshold": round(1 / (1 + float(np.exp(-logit))), 3),
            "report": _report(reported, *measured(reported, encoder, reader), weights, logit),
        }
    held = {
        "made_by": "python -m khamtop.qa.making.make_checking newsqa/train.json --report newsqa/dev.json "
        "--out qa/checking.json",
        "encoder": encoder.name,
        "reader": reader.name,
        "scripts": scripts,
    }
    given.out.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(held, ensure_ascii=False, indent=1))


def _sampled(file: Path, most: int, script: str) -> list[Example]:
    """Sentences in that script, as `checking.script_of` tells it."""
    rng = random.Random(SEED)
    asked = read(file)
    made = list(examples(rng.sample(asked, min(3 * most, len(asked))), rng))
    fitting = [one for one in made if script_of(one.text, evidence(one.citations)) == script]
    return rng.sample(fitting, min(most, len(fitting)))


def _report(
    made: Sequence[Example], rows: np.ndarray, against: np.ndarray, weights: np.ndarray, logit: float
) -> dict[str, Any]:
    """AUROC of the whole check, and what is kept of each way of making sentences, in percent."""
    scores = np.where(against, -1e9, rows @ weights[:-1] + weights[-1])
    true = np.array([one.is_true for one in made])
    ways = sorted({one.way for one in made}, key=lambda way: (", " in way or way.startswith("denied"), way))
    kept = {}
    for way in ways:
        inside = np.array([one.way == way for one in made])
        kept[f"{way} ({int(inside.sum())})"] = round(100 * float(np.mean(scores[inside] >= logit)), 1)
    reworded = np.array([not one.way.startswith("retold") for one in made])
    return {
        "auroc": round(auroc(scores[true].tolist(), scores[~true].tolist()), 2),
        "auroc_reworded": round(auroc(scores[true & reworded].tolist(), scores[~true & reworded].tolist()), 2),
        "auroc_of_the_chance_alone": round(auroc(list(rows[true] @ weights[:-1]), list(rows[~true] @ weights[:-1])), 2),
        "true_kept": round(100 * float(np.mean(scores[true] >= logit)), 1),
        "changed_kept": round(100 * float(np.mean(scores[~true] >= logit)), 1),
        "facts_against_true": round(100 * float(np.mean(against[true])), 1),
        "kept_of_each_way": kept,
    }


if __name__ == "__main__":
    main()
