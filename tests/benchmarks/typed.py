"""Measures what each way of reading what readers type is worth: questions typed that way, read with it and without.

    python tests/benchmarks/typed.py --iapp path/to/iapp-wiki-qa/valid.json --archive path/to/thaigov-sample.jsonl.xz

The questions of iapp-wiki-qa's validation file and of the news in `tests/data/` are retyped, always the same way,
as `_KINDS` says. All are asked of one index of their articles and of those of `--archive`, so that there is
something to mistake them for. Each row compares three readings: retyped and the mechanism off, retyped and it
is on, and as the question was written.

Names are replaced by way of the very tables that read them back (`aliases.tsv`, and the transliterations in
`english.tsv`): those rows tell what a known name is worth, not how many names are known.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import results
from pythainlp.corpus import corpus_path, thai_family_names, thai_female_names, thai_male_names
from pythainlp.corpus.th_en_translit import get_transliteration_dict
from pythainlp.transliterate import romanize
from pythainlp.util import num_to_thaiword

from khamtop.index.building.build import build_articles
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.sources.files import read_articles
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.types import Article
from khamtop.qa import concepts, question, retrieve, spelling
from khamtop.qa.answer import ask
from khamtop.qa.evaluate import load
from khamtop.qa.quote import QUOTE_CHARS
from khamtop.qa.reader import load_reader

DATA = Path(__file__).parent.parent / "data"
COLUMNS = ("what is typed", "questions", "R@1", "MRR@10", "answer@1", "answered")
#: Passages ranked per question, so that ten different articles are among them.
RANKED = 50
#: Questions of a row at most, drawn with a fixed seed.
MOST = 100


@dataclass(frozen=True)
class Asked:
    """A question as written and as typed, and the article and answers that are right."""

    written: str
    article_id: str
    answers: tuple[str, ...]
    typed: str = ""
    history: tuple[str, ...] = ()


#: A question as a reader would type it, or None where the kind does not apply to it.
Retype = Callable[[str, random.Random], str | None]
Off = Callable[[], AbstractContextManager[object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iapp", type=Path, required=True, help="valid.json of iapp-wiki-qa")
    parser.add_argument("--archive", type=Path, help="articles to mistake the right ones for")
    parser.add_argument("--only", help="rows whose name holds this; RESULTS.md stays as it is")
    arguments = parser.parse_args()
    articles, asked = _questions([arguments.iapp, DATA / "news-report.json", DATA / "news-tune.json"])
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        archive = read_articles([arguments.archive]) if arguments.archive else ()
        known = {article.text for article in articles}
        others = (item for item in archive if isinstance(item, Article) and item.text not in known)
        encoder = load_encoder()
        build_articles([*articles, *others], Path(folder), encoder)
        index = Index.open(Path(folder), encoder)
        for name, questions, off in _rows(asked):
            if arguments.only and arguments.only not in name:
                continue
            print(name, len(questions), file=sys.stderr)
            rows.append([name, len(questions), *_compared(questions, off, index)])
    if arguments.only:
        print(*rows, sep="\n")
    else:
        results.write("typed", COLUMNS, rows)


def _questions(files: Sequence[Path]) -> tuple[list[Article], list[Asked]]:
    """The articles of several SQuAD files under ids that tell them apart, and the Thai questions on them."""
    articles, asked = [], []
    for number, file in enumerate(files):
        found, questions = load(file)
        articles += [replace(article, id=f"{number}-{article.id}") for article in found]
        asked += [
            Asked(item.text, f"{number}-{item.article_id}", item.answers)
            for item in questions
            if question.language_of(item.text) == "th"
        ]
    return articles, asked


def _rows(asked: Sequence[Asked]) -> Iterator[tuple[str, list[Asked], Off]]:
    """Name, questions and what turns the mechanism off, row by row."""
    for name, retype, off in _KINDS:
        yield name, _drawn(list(_retyped(asked, retype))), off
    yield "a follow-up that leaves out what was named before", _drawn(list(_follow_ups(asked))), _without_history
    yield "a new question after another", _drawn(list(_changes_of_subject(asked))), _without_history


def _retyped(asked: Sequence[Asked], retype: Retype) -> Iterator[Asked]:
    for number, item in enumerate(asked):
        typed = retype(item.written, random.Random(number))
        if typed and typed != item.written:
            yield replace(item, typed=typed)


def _drawn(questions: list[Asked]) -> list[Asked]:
    return random.Random(1).sample(questions, MOST) if len(questions) > MOST else questions


def _compared(questions: Sequence[Asked], off: Off, index: Index) -> list[str]:
    """For each figure: off / on / as written."""
    with off():
        without = [_judged(item, item.typed, index) for item in questions]
    typed = [_judged(item, item.typed, index) for item in questions]
    written = [_judged(replace(item, history=()), item.written, index) for item in questions]
    readings = (without, typed, written)
    return [
        " / ".join(f"{100 * statistics.fmean(judged[figure] for judged in reading):.1f}" for reading in readings)
        for figure in range(4)
    ]


def _judged(item: Asked, text: str, index: Index) -> tuple[float, float, float, float]:
    """R@1, MRR@10, answer@1 and whether it would be answered, of one question."""
    found = ask(text, index, item.history, RANKED, threshold=0.0)
    ranked = list(dict.fromkeys(hit.article.id for hit in found.hits))[:10]
    rank = ranked.index(item.article_id) + 1 if item.article_id in ranked else 0
    first = found.citations[0] if found.citations else None
    held = first is not None and first.article.id == item.article_id and len(first.quote) <= QUOTE_CHARS
    right = held and any(gold in first.quote for gold in item.answers)
    return float(rank == 1), 1 / rank if rank else 0.0, float(right), float(found.confidence >= load_reader().sure)


# --- how readers type ---


def _other_era(written: str, _: random.Random) -> str | None:
    """The years in the other era: พ.ศ. 2565 -> ค.ศ. 2022."""

    def other(match: re.Match[str]) -> str:
        era, year = match[1] or "", int(match[2])
        era = {"พ.ศ.": "ค.ศ.", "ค.ศ.": "พ.ศ."}.get(era.strip(), era.strip()) + era[len(era.rstrip()) :]
        return f"{era}{year - 543 if year > 2200 else year + 543}"

    return re.sub(r"((?:พ\.ศ\.|ค\.ศ\.)\s*)?(?<![\d/.-])(1[89]\d\d|20[0-4]\d|2[3-5]\d\d)(?![\d/.])", other, written)


def _short_year(written: str, _: random.Random) -> str | None:
    """ปี 2565 -> ปี 65."""

    def short(match: re.Match[str]) -> str:
        year = int(match[1])
        year += 543 if year < 2200 else 0
        return f"ปี {year % 100}" if 2540 <= year < 2600 else match[0]

    return re.sub(r"(?:ปี\s?(?:พ\.ศ\.|ค\.ศ\.)?|พ\.ศ\.|ค\.ศ\.)\s*(\d{4})(?!\d)", short, written)


def _full_year(written: str, _: random.Random) -> str | None:
    """ปี 65 -> ปี 2565."""
    return re.sub(r"ปี\s?([4-9]\d)(?!\d)", r"ปี 25\1", written)


def _common_year(written: str, _: random.Random) -> str | None:
    """ปี 65 -> ปี 2022."""
    return re.sub(r"ปี\s?([4-9]\d)(?!\d)", lambda match: f"ปี {2500 + int(match[1]) - 543}", written)


def _short_after_month(written: str, chance: random.Random) -> str | None:
    return _thai_digits(written, chance) if re.search(r"(?:[ยค]\.|พ\.|คม|ยน) ?[4-9]\d(?!\d)", written) else None


def _thai_digits(written: str, _: random.Random) -> str | None:
    return written.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))


def _number_words(written: str, _: random.Random) -> str | None:
    """5 ปี -> ห้าปี: amounts of a thing, not years, dates, times, versions or the names of laws."""
    return re.sub(
        r"(?<![\w.,/:–-])(?<!ปี )(?<!ปีงบ )(?<!ที่ )(?<!\. )(\d{1,2}|\d{1,3}(?:,\d{3})+) (?=[ก-ฮเ-ไ])(?!\S{1,3}\.)",
        lambda match: num_to_thaiword(int(match[1].replace(",", ""))),
        written,
    )


@cache
def _groups() -> list[list[str]]:
    return [line.split("\t") for line in concepts._ALIASES.read_text("utf-8").splitlines()]


def _is_month(group: Sequence[str]) -> bool:
    return group[0].endswith(("คม", "ยน", "พันธ์")) and len(group) > 1 and group[1].endswith(("ค.", "ย.", "พ."))


def _other_alias(written: str, _: random.Random, months: bool, latin: bool) -> str | None:
    """Every name that `aliases.tsv` knows in the next way of writing it: มิถุนายน -> มิ.ย., NATO -> นาโต."""
    typed, taken = written, []
    longest_first = sorted(((way, ways) for ways in _groups() for way in ways), key=lambda item: (-len(item[0]), item))
    for own, group in longest_first:
        if _is_month(group) != months or own[0].isdigit() or len(own) < 3:
            continue
        wanted = latin and not own[0].isascii()
        ways = [way for way in group if way == own or (way[0].isalpha() and way[0].isascii() == wanted)]
        at = typed.lower().find(own)
        if (
            len(ways) < 2
            or not _stands_alone(typed.lower(), at, own)
            or any(own in other or other in own for other in taken)
        ):
            continue
        instead = ways[(ways.index(own) + 1) % len(ways)]
        taken += [own, instead]
        typed = typed[:at] + instead + typed[at + len(own) :]
    return typed


def _stands_alone(text: str, at: int, own: str) -> bool:
    """Whether a name found there begins with a word and ends with one."""
    spans = thai.word_spans(text)
    begins, ends = any(start == at for start, _ in spans), any(end == at + len(own) for _, end in spans)
    return at >= 0 and begins and (ends or own[-1] in ".ฯ")


def _loanword(written: str, _: random.Random) -> str | None:
    """One foreign word in Latin letters: ไมโครซอฟท์ -> microsoft."""
    table = get_transliteration_dict()
    for word in sorted(_content(written), key=thai.commonness):
        if len(word) >= 4 and word in table:
            return written.replace(word, f" {table[word]['en'][0]} ", 1)
    return None


def _romanised_name(written: str, _: random.Random) -> str | None:
    """The names of a Thai in Latin letters: สุวัฒน์ -> suwat."""
    names = _names()
    return " ".join(romanize(word, engine="royin") if word in names else word for word in written.split(" "))


@cache
def _names() -> frozenset[str]:
    names = thai_male_names() | thai_female_names() | thai_family_names()
    return frozenset(name for name in names if len(name) >= 4)


def _content(written: str) -> list[str]:
    """The Thai words of a question that say what it is about."""
    text = thai.normalise(written).text
    words = (text[start:end] for start, end in concepts.content_spans(text))
    return [word for word in words if "ก" <= word[0] <= "๎" and word in written]


def _slip(written: str, chance: random.Random) -> str | None:
    """One letter, vowel or tone mark of one long word left out, typed twice or swapped with the next."""
    words = [word for word in _content(written) if len(word) >= 5]
    if not words:
        return None
    word = chance.choice(words)
    at = chance.randrange(1, len(word) - 1)
    slipped = {
        "out": word[:at] + word[at + 1 :],
        "twice": word[: at + 1] + word[at:],
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[chance.choice(["out", "twice", "swapped"])]
    return written.replace(word, slipped, 1)


def _synonym(written: str, _: random.Random) -> str | None:
    """The commonest word that can be replaced by one that means the same in Thai WordNet."""
    for word in sorted(_content(written), key=thai.commonness):
        if len(word) >= 3 and (others := _synonyms().get(word)):
            return written.replace(word, others, 1)
    return None


@cache
def _synonyms() -> dict[str, str]:
    """For each word the one that shares most synsets with it, the commonest of these; both in everyday use."""
    with sqlite3.connect(f"file:{corpus_path()}/wordnet_th.db?mode=ro", uri=True) as database:
        synsets = defaultdict(set)
        for synset, word in database.execute("SELECT synsetid, li FROM word_synset ORDER BY li"):
            if thai.commonness(word) > 0.0005:
                synsets[synset].add(word)
    shared: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for words in synsets.values():
        for word in words:
            for other in words - {word}:
                shared[word][other] += 1
    return {
        word: min(others, key=lambda other: (-others[other], -thai.commonness(other), other))
        for word, others in shared.items()
    }


def _politely(written: str, chance: random.Random) -> str | None:
    before, after = chance.choice(
        [("ขอถามหน่อยนะคะ ", "คะ"), ("รบกวนสอบถามครับ ", "ครับ"), ("อยากทราบว่า", "เหรอคะ"), ("ช่วยบอกหน่อย ", "จ้า"),
         ("พอจะทราบไหมครับว่า", ""), ("", " ขอบคุณค่ะ"), ("ใครรู้บ้างว่า", "อ่ะ")]
    )  # fmt: skip
    return before + written.strip() + after


def _follow_ups(asked: Sequence[Asked]) -> Iterator[Asked]:
    """Two questions on one article, the second without what both name: ... เกิดเมื่อไร; แล้วตายที่ไหน."""
    for earlier, later in pairwise(asked):
        if earlier.article_id != later.article_id:
            continue
        shared = _longest_shared(thai.words(earlier.written), thai.words(later.written))
        if len(shared) >= 6 and shared in later.written:
            rest = later.written.replace(shared, " ", 1).strip()
            if any(word not in concepts.EMPTY_WORDS for word in thai.words(thai.normalise(rest).text)):
                yield replace(later, typed=f"แล้ว{rest}", history=(earlier.written,))


def _longest_shared(words: list[str], others: list[str]) -> str:
    runs = {"".join(others[at:end]) for at in range(len(others)) for end in range(at + 1, len(others) + 1)}
    shared = ("".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, len(words) + 1))
    return max((run for run in shared if run in runs), key=len, default="")


def _changes_of_subject(asked: Sequence[Asked]) -> Iterator[Asked]:
    """A question that stands alone, after one on another article."""
    for earlier, later in zip(asked[len(asked) // 2 :], asked, strict=False):
        if earlier.article_id != later.article_id:
            yield replace(later, typed=later.written, history=(earlier.written,))


# --- what is turned off ---


def _without_other_era() -> AbstractContextManager[object]:
    return patch.object(concepts, "_other_era", lambda _: ())


def _without_aliases() -> AbstractContextManager[object]:
    return patch.object(concepts, "_alias_groups", dict)


def _without_numbers() -> AbstractContextManager[object]:
    return patch.multiple(concepts, _alias_groups=dict, _NUMBER=re.compile("(?!)"))


def _with_thai_digits() -> AbstractContextManager[object]:
    digits = {ord(digit) for digit in "๐๑๒๓๔๕๖๗๘๙"}
    return patch.object(thai, "_SAME_LENGTH", {a: b for a, b in thai._SAME_LENGTH.items() if a not in digits})


def _without_english() -> AbstractContextManager[object]:
    return patch.object(concepts, "_english", dict)


def _without_sounds() -> AbstractContextManager[object]:
    return patch.object(thai, "sounds", lambda _: [])


def _without_mending() -> AbstractContextManager[object]:
    return patch.object(spelling, "slips", lambda _: [])


def _with_politeness() -> AbstractContextManager[object]:
    return patch.object(question, "_bare", lambda text: text)


def _without_grams() -> AbstractContextManager[object]:
    return patch.object(thai, "ngrams", lambda *_: [])


def _without_vectors() -> AbstractContextManager[object]:
    return patch.object(retrieve, "dense_ranking", lambda *_: [])


def _with_every_word() -> AbstractContextManager[object]:
    return patch.object(concepts, "EMPTY_WORDS", frozenset())


def _without_history() -> AbstractContextManager[object]:
    return patch.object(question, "_leans_on_earlier", lambda _: False)


_KINDS: tuple[tuple[str, Retype, Off], ...] = (
    ("the year in the other era", _other_era, _without_other_era),
    ("ปี 65", _short_year, _without_other_era),
    ("ปี 65 in full", _full_year, _without_other_era),
    ("ปี 65 in the other era", _common_year, _without_other_era),
    ("ก.ค. 65, in Thai digits: ก.ค. ๖๕", _short_after_month, _without_other_era),
    ("Thai digits", _thai_digits, _with_thai_digits),
    ("number words", _number_words, _without_numbers),
    ("months: มิถุนายน, มิ.ย.", partial(_other_alias, months=True, latin=False), _without_aliases),
    ("abbreviations and other names", partial(_other_alias, months=False, latin=False), _without_aliases),
    ("names in Latin letters: aliases.tsv", partial(_other_alias, months=False, latin=True), _without_aliases),
    ("foreign words in Latin letters: english.tsv", _loanword, _without_english),
    ("names of Thais in Latin letters: by ear", _romanised_name, _without_sounds),
    ("a slip of typing: mended", _slip, _without_mending),
    ("a slip of typing: character 4-grams", _slip, _without_grams),
    ("a synonym: vectors", _synonym, _without_vectors),
    ("polite words around it, taken off", _politely, _with_politeness),
    ("question words and particles, not searched for", _politely, _with_every_word),
)


if __name__ == "__main__":
    main()
