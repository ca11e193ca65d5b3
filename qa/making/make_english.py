"""Makes `english.tsv`: what English words are called in Thai, so that a question in English finds Thai text.

Joins PyThaiNLP's Thai WordNet (Thai words by synset) with Princeton WordNet's indexes (English words
with their synsets, the commonest first) and its irregular forms, and adds PyThaiNLP's table of
transliterated words. Run once, when either changes; answering only reads the table.

    apt-get install wordnet-base
    python -m khamtop.qa.making.make_english --wordnet /usr/share/wordnet --out qa/english.tsv
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from khamtop.index.text import thai

#: The most Thai words that an English one is searched for by.
TRANSLATIONS = 5
#: A word's rarer senses are left out: they bring more wrong passages than right ones.
SENSES = 6
#: Longer terms are mostly scientific names.
ENGLISH_WORDS = 3
#: A name or term written by ear is surer than any sense.
TRANSLITERATION_WEIGHT = 3.0

_LICENCE = (
    "# English word, then its Thai words. Made by make_english.py from WordNet 3.0 (Copyright 2006 by Princeton"
    " University; all rights reserved; used under its licence), Thai WordNet and PyThaiNLP's transliterations."
)
_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--wordnet", type=Path, required=True, help="folder with WordNet's index.noun and its like")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for english, word, weight in (*_senses(arguments.wordnet), *_transliterations()):
        found[english][word] += weight
    used = _used_words()
    lines = [_LICENCE]
    for english in sorted(found):
        words = {word: weight for word, weight in found[english].items() if word in used}
        if not words or english.count(" ") >= ENGLISH_WORDS:
            continue
        best = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:TRANSLATIONS]
        lines.append("\t".join([english, *(word for word, _ in best)]))
    arguments.out.write_text("\n".join(lines) + "\n", "utf-8")


def _senses(folder: Path) -> Iterator[tuple[str, str, float]]:
    """(English, Thai, weight) of all that share a synset."""
    thai_words = _thai_synsets()
    for part, letter in _PARTS.items():
        irregular = _irregular_forms(folder / f"{part}.exc")
        for line in (folder / f"index.{part}").read_text("ascii").splitlines():
            if line.startswith(" "):  # the licence
                continue
            lemma, _, count, *rest = line.split()
            if len(lemma) == 1 or lemma[0].isdigit():
                continue
            for rank, offset in enumerate(rest[-int(count) :][:SENSES], start=1):
                words = thai_words.get(f"{offset}-{letter}", [])
                for form in (lemma, *irregular.get(lemma, ())):
                    for word in words:
                        yield form.replace("_", " ").lower(), word, 1 / rank / len(words) ** 0.5


def _irregular_forms(file: Path) -> dict[str, list[str]]:
    """Lemma -> forms that no ending tells: "win" has "won"."""
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for line in file.read_text("ascii").splitlines():
        form, *lemmas = line.split()
        for lemma in lemmas:
            forms[lemma].append(form)
    return forms


def _thai_synsets() -> dict[str, list[str]]:
    from pythainlp.corpus import corpus_path

    synsets: defaultdict[str, list[str]] = defaultdict(list)
    with sqlite3.connect(Path(corpus_path()) / "wordnet_th.db") as database:
        for synset, word in database.execute("SELECT synsetid, li FROM word_synset ORDER BY synsetid, li"):
            if _is_thai(word):
                synsets[synset].append(thai.normalise(word.replace("_", " ")).text.strip())
    return synsets


def _transliterations() -> Iterator[tuple[str, str, float]]:
    from pythainlp.corpus import corpus_path

    with open(Path(corpus_path()) / "th_en_transliteration_v1.4.tsv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if _is_thai(row["th"]) and row["en"].isascii():
                yield row["en"].lower().strip(), thai.normalise(row["th"]).text.strip(), TRANSLITERATION_WEIGHT


def _used_words() -> set[str]:
    """The Thai words that people write: of PyThaiNLP's dictionary and of its word counts of two corpora."""
    from pythainlp.corpus import thai_words, tnc, ttc

    counted = (word for corpus in (tnc, ttc) for word, count in corpus.word_freqs() if count > 1)
    return {thai.normalise(word).text for word in (*thai_words(), *counted)}


def _is_thai(word: str) -> bool:
    return any("ก" <= letter <= "๛" for letter in word) and "\t" not in word


if __name__ == "__main__":
    main()
