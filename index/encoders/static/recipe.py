"""How the embedded model was made, from nothing: `python -m khamtop.index.making.train --help`.

A user's articles give no questions and no English. Here are the vocabulary, cut as `index.thai` cuts
words; questions that people asked; and English words beside Thai ones, so that a question in English
lands where its Thai would.
"""

from __future__ import annotations

import csv
import json
import lzma
import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from khamtop.index.making.train import (
    BATCH,
    SEED,
    Bag,
    Corpus,
    Progress,
    Texts,
    fit,
    join,
    refuse_taken,
    tokenise,
    vocabulary_of,
    write_model,
)
from khamtop.index.sources.squad import read_squad
from khamtop.index.text import thai
from khamtop.index.text.passages import spans
from khamtop.index.text.wording import BUDDHIST_ERA

DIMENSIONS = 256
RATE = 0.02

# How many tokens of each kind. With the few others they take 24 MB.
THAI_WORDS, LATIN_WORDS, LATIN_SYLLABLES = 42_000, 34_000, 4_000
YEARS = range(1900, 2031)  # a Common Era year shares the vector of its Buddhist Era year

#: What an English question is made of besides the words it asks about; these learn to tell nothing.
FRAMES = (
    "what is|what was the|who is|who was the|when did|when was|where is|in what year did|in which year was|"
    "how many|how much|how long|which|what are the|what does|why did|whose|how is|what kind of|on what date|"
    "what is the name of|of the|in the|did have|does|are there|according to|at what|for the|with a"
).split("|")

#: How people write their names where the royal rules would have it otherwise.
USUAL_SPELLINGS = (
    ("กุล", "kun", "kul"), ("พร", "phon", "porn"), ("พงศ์", "phong", "pong"), ("พงษ์", "phong", "pong"),
    ("จ", "ch", "j"), ("ว", "w", "v"), ("พ", "ph", "p"), ("ธ", "th", "t"), ("ท", "th", "t"), ("ภ", "ph", "p"),
    ("ี", "i", "ee"), ("ู", "u", "oo"), ("ศ", "s", "sh"), ("ศรี", "si", "sri"), ("ทรัพย์", "sap", "sub"),
)  # fmt: skip

_THAI = re.compile("[ก-๎]+")
_SYLLABLE = re.compile("[b-df-hj-np-tv-z]*[aeiouy]+(?:[b-df-hj-np-tv-z]+(?![aeiouy]))?|[b-df-hj-np-tv-z]+")
#: A Thai term and the English that stands after it in brackets or quotation marks.
_GLOSS = re.compile("([ก-๎][ก-๎.ๆฯ ]{1,70}?)\\s?[(“\"]\\s?(?:อังกฤษ ?: ?)?([a-z][a-z0-9 .,&:'’/-]{2,80})")


class Questions:
    """Questions of a SQuAD-format file, each with stretches of its context that it may be paired with."""

    def __init__(self, tokenizer: Tokenizer, file: Path) -> None:
        questions: list[str] = []
        views: list[str] = []
        first = [0]
        context: list[int] = []
        for number, (text, asked) in enumerate(_squad(file)):
            copy = thai.normalise(text)
            for question, start, end in asked:
                start, end = copy.position(start), copy.position(end)
                for size in (120, 200, 300):
                    cut = spans(copy.text, 0, len(copy.text), size)
                    # the beginning names what the text is about; the answer's own stretch may not
                    held = [cut[0], *(span for span in cut if span[0] <= start and end <= span[1])]
                    views.extend(copy.text[begin:stop] for begin, stop in held)
                views.append(copy.text[:3000])
                questions.append(thai.normalise(question).text)
                context.append(number)
                first.append(len(views))
        self._questions, self._views = tokenise(tokenizer, questions), tokenise(tokenizer, views)
        self._first, self._context = np.array(first), np.array(context)

    def pairs(self, rng: np.random.Generator, size: int) -> tuple[Bag, Bag]:
        """At most `size` questions, no two about one context: no other row may be the right one."""
        shuffled = rng.permutation(len(self._context))
        _, one = np.unique(self._context[shuffled], return_index=True)
        chosen = shuffled[rng.permutation(one)[:size]]
        view = self._first[chosen] + rng.integers(self._first[chosen + 1] - self._first[chosen])
        return self._questions.take(chosen), self._views.take(view)


class Pair(NamedTuple):
    """English words and the Thai that says the same."""

    english: str
    thai: str
    weight: float
    source: str


class English:
    """English words beside Thai ones: as pairs to learn from, and as a way to put a question in English."""

    SHARES: ClassVar = {"wordnet": 0.3, "loan": 0.15, "gloss": 0.3, "name": 0.25}  # of the pairs drawn

    def __init__(self, tokenizer: Tokenizer, pairs: Sequence[Pair], counts: np.ndarray) -> None:
        self._english = tokenise(tokenizer, [pair.english for pair in pairs])
        self._thai = tokenise(tokenizer, [pair.thai for pair in pairs])
        self._frames = tokenise(tokenizer, FRAMES)
        source = np.array([pair.source for pair in pairs])
        weight = np.array([pair.weight for pair in pairs])
        for name, share in self.SHARES.items():
            weight[source == name] *= share / max(weight[source == name].sum(), 1e-9)
        self._weight = np.cumsum(weight) / weight.sum()
        #: What a Thai token is in English: token -> [(weight, English tokens)].
        self.words: dict[int, list[tuple[float, np.ndarray]]] = defaultdict(list)
        for row, pair in enumerate(pairs):
            ids = self._thai.ids[self._thai.starts[row] : self._thai.starts[row + 1]]
            english = self._english.ids[self._english.starts[row] : self._english.starts[row + 1]]
            if pair.source in ("wordnet", "loan") and len(ids) == 1 and len(english):
                self.words[int(ids[0])].append((pair.weight, english))
        self._choices(tokenizer, set(np.argsort(-counts)[:400].tolist()))

    def _choices(self, tokenizer: Tokenizer, common: set[int]) -> None:
        """For every token the ways to say it in English, the likelier ones listed more often."""
        from pythainlp.transliterate.royin import romanize

        said: list[np.ndarray] = []
        self._first = np.zeros(tokenizer.get_vocab_size() + 1, np.int64)
        for token, text in enumerate(vocabulary_of(tokenizer)):
            ways = self.words.get(token, [])
            if text.isascii() and text.isalnum():
                ways = [(1.0, np.array([token]))]
                if (
                    text.isdigit()
                    and (year := tokenizer.token_to_id(str(int(text) - BUDDHIST_ERA)))
                    and int(text) - BUDDHIST_ERA in YEARS
                ):
                    ways.append((3.0, np.array([year])))
            elif not ways and len(text) > 1 and token not in common and (roman := _romanised(romanize, text)):
                ways = [(1.0, np.array(tokenizer.encode(roman, add_special_tokens=False).ids))]
            total = sum(weight for weight, _ in ways)
            for weight, english in ways:
                said.extend([english] * (max(1, round(12 * weight / total)) if len(ways) > 1 else 1))
            self._first[token + 1] = len(said)
        self._said = Texts.of(said)

    def pairs(self, rng: np.random.Generator, size: int) -> tuple[Bag, Bag]:
        """`size` English terms and their Thai ones."""
        row = np.minimum(np.searchsorted(self._weight, rng.random(size)), len(self._weight) - 1)
        return self._english.take(row), self._thai.take(row)

    def put(self, rng: np.random.Generator, question: Bag, size: int) -> Bag:
        """A question's Thai words in English, one by one, with the words that English questions begin with."""
        ways = self._first[question.ids + 1] - self._first[question.ids]
        known = Bag(question.ids[ways > 0], question.rows[ways > 0])
        said = self._said.take(self._first[known.ids] + rng.integers(ways[ways > 0]))
        return join(Bag(said.ids, known.rows[said.rows]), self._frames.take(rng.integers(len(FRAMES), size=size)))

    def place(self, table: np.ndarray) -> None:
        """Moves each English word that has Thai ones to where those are; lengths stay."""
        length = np.linalg.norm(table, axis=1)
        unit = table / np.maximum(length, 1e-9)[:, None]
        place = np.zeros_like(table)
        for token, ways in self.words.items():
            for weight, english in ways:
                if len(english) == 1 and english[0] != token:
                    place[english[0]] += weight * unit[token]
        known = np.abs(place).max(1) > 0
        table[known] = place[known] / np.linalg.norm(place[known], axis=1)[:, None] * length[known, None]


def make(thaigov: Path, iapp: Path, wordnet: Path, out: Path, steps: int, progress: Progress | None = None) -> None:
    """The embedded model from nothing; what is drawn when was measured (see the model card).

    Args:
        thaigov: articles, one JSON object a line, `.jsonl.xz`.
        iapp: questions with contexts, SQuAD JSON.
        wordnet: the folder of Princeton WordNet 3.0's `index.noun` and the like.
    """
    refuse_taken(out)
    report, rng = progress or (lambda stage, done, total: None), np.random.default_rng(SEED)
    texts, words = _read_all(thaigov, report)
    contexts = [thai.normalise(text).text for text, _ in _squad(iapp)]
    asked = [thai.normalise(q).text for _, questions in _squad(iapp) for q, _, _ in questions]
    # Titles of Wikipedia and iapp's texts are short beside 166 million characters: they count twice.
    for text in (*_lines("wikipedia_titles_th.txt"), *contexts, *asked):
        for word in thai.words(thai.normalise(text).text):
            words[word] += 2
    pairs = [*_wordnet(wordnet), *_loans(), *_glosses([text for _, text in texts] + contexts), *_names()]
    tokenizer = vocabulary(words, pairs)
    corpus, questions = Corpus(tokenizer, texts), Questions(tokenizer, iapp)
    size = tokenizer.get_vocab_size()
    counts = corpus.counts(size)
    english = English(tokenizer, pairs, counts)
    # A random vector for each token, as long as the token is telling, already finds nine in ten.
    telling = np.log1p(counts.sum() / 50 / np.maximum(counts, 20))
    telling *= [0.5 if len(token) == 1 else 1 for token in vocabulary_of(tokenizer)]
    table = rng.standard_normal((size, DIMENSIONS)) * telling[:, None] / math.sqrt(DIMENSIONS)
    english.place(table)
    _tie_years(tokenizer, table)

    def lessons() -> Iterator[tuple[Bag, Bag]]:
        step = 0
        while True:
            step += 1
            # First what words mean, from much text; then, with small steps, how people ask.
            kind = rng.choice(5, p=(0.5, 0.2, 0.15, 0.1, 0.05) if step < 0.7 * steps else (0.2, 0.15, 0.15, 0.35, 0.15))
            if kind == 1:
                yield english.pairs(rng, BATCH)
                continue
            question, span = questions.pairs(rng, BATCH) if kind > 2 else corpus.pairs(rng, BATCH)
            yield (english.put(rng, question, int(span.rows[-1]) + 1) if kind in (2, 4) else question), span

    table = fit(table.astype(np.float32), lessons(), steps, RATE, report)
    _tie_years(tokenizer, table)
    table[0] = 0  # the unknown token: model2vec leaves it out, sentence-transformers does not
    write_model(out, tokenizer, table)


def vocabulary(words: Counter[str], pairs: Sequence[Pair]) -> Tokenizer:
    """A unigram tokenizer over whole words as `thai.words` cuts them, with smaller pieces for the rest."""
    total = sum(words.values())
    known = {word for line in _lines("words_th.txt") if " " not in (word := thai.normalise(line).text)}
    ranked = sorted(words, key=lambda word: (-words[word], word))
    thai_words = [w for w in ranked if _THAI.fullmatch(w) and len(w) <= 30
                  and (words[w] >= 8 or w in known or (words[w] >= 3 and len(w) <= 12))][:THAI_WORDS]  # fmt: skip
    syllables = [s for s in _lines("syllables_th.txt") if _THAI.fullmatch(s) and 1 < len(s) < 12]
    lemmas: dict[str, float] = defaultdict(float)
    for pair in pairs:
        if pair.source in ("wordnet", "loan") and pair.english.isascii() and pair.english.isalpha():
            lemmas[pair.english] = max(lemmas[pair.english], pair.weight)
    latin = {w for w in words if w.isascii() and w.isalpha() and len(w) <= 24} | set(lemmas)
    ordered = sorted(latin, key=lambda w: (-words[w] - 8 * lemmas.get(w, 0), w))
    latin_words = [w for w in ordered if words[w] >= 5 or w in lemmas][:LATIN_WORDS]
    heard = Counter(
        s for w in (*latin, *(p.english for p in pairs if p.source == "name")) for s in _SYLLABLE.findall(w)
    )
    spoken = sorted((s for s in heard if len(s) > 1), key=lambda s: (-heard[s], s))
    numbers = [str(n) for n in (*range(1000), *range(1800, 2101), *range(2300, 2601))]
    numbers += [f"{n:02}" for n in range(100)] + [f"{n:03}" for n in range(100)]

    scores: dict[str, float] = {"[UNK]": -40.0}
    for word in (*thai_words, *syllables, *latin_words, *numbers):
        scores.setdefault(word, math.log(max(words[word], 0.5) / total))
    for piece in [s for s in spoken if s not in scores][:LATIN_SYLLABLES]:
        scores[piece] = math.log(heard[piece] / heard.total()) - 8  # only where no word fits
    for letter in map(chr, (*range(0xE01, 0xE3B), *range(0xE40, 0xE4F), *range(0x61, 0x7B), *range(0x30, 0x3A))):
        scores.setdefault(letter, -22.0)
    tokenizer = Tokenizer(models.Unigram([(w, round(s, 3)) for w, s in scores.items()], unk_id=0, byte_fallback=False))
    # Texts come normalised by thai.py; this is for those who open the model elsewhere.
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Lowercase(),
        *(normalizers.Replace(numeral, str(value)) for value, numeral in enumerate("๐๑๒๓๔๕๖๗๘๙")),
        normalizers.Replace("ํา", "ำ"), normalizers.Replace("เเ", "แ"), normalizers.Replace("\u200b", ""),
    ])  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def _wordnet(folder: Path) -> Iterator[Pair]:
    """English lemmas of Princeton WordNet and the Thai words of the same synset; first senses weigh most."""
    from pythainlp.corpus import corpus_path

    synsets: dict[str, list[str]] = defaultdict(list)
    rows = sqlite3.connect(Path(corpus_path()) / "wordnet_th.db").execute("select * from word_synset order by 1, 2")
    for synset, word in rows:
        synsets[synset.replace("-s", "-a")].append(thai.normalise(word.replace("_", " ")).text)
    parts = ("noun", "verb", "adj", "adv")
    related = dict(pair for name in parts for pair in _derived(folder / f"data.{name}"))
    for name in parts:
        irregular: dict[str, list[str]] = defaultdict(list)
        for line in (folder / f"{name}.exc").read_text("utf-8").splitlines():
            form, *lemmas = line.split()
            for lemma in lemmas:
                irregular[lemma].append(form)
        for line in (folder / f"index.{name}").read_text("utf-8").splitlines():
            if line.startswith(" "):  # the licence
                continue
            lemma, part, *rest = line.split()
            count = int(rest[0])
            # A word that stands in a corpus with marked senses is a common one, whose forms are worth a token.
            common = int(rest[-count - 1]) > 0
            forms = [lemma.replace("_", " "), *(_inflected(lemma, part, irregular) if common else ())]
            for rank, sense in enumerate(rest[-count:][:6]):
                key = f"{sense}-{part}"
                # Thai has few verbs there: "invent" says what "invention" does, where nothing else is known
                same = synsets.get(key) or [word for near in related.get(key, ()) for word in synsets.get(near, ())]
                weight = (1.0 if common else 0.3) / (1 + rank) / math.sqrt(max(len(same), 1))
                for number, form in enumerate(forms):
                    yield from (Pair(form, word, weight / (2 if number else 1), "wordnet") for word in same)


def _derived(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Each synset with those that its words derive from or lead to."""
    for line in file.read_text("utf-8").splitlines():
        if not line.startswith(" "):
            head = line.split(" | ")[0]
            part = file.suffix[1]
            yield f"{head[:8]}-{part}", [f"{near}-{kind}" for near, kind in re.findall(r"\+ (\d{8}) ([nvar])", head)]


def _inflected(lemma: str, part: str, irregular: dict[str, list[str]]) -> list[str]:
    """A lemma's other forms, the regular ones only where English has no irregular ones."""
    if part not in "nv" or not lemma.isalpha():
        return irregular.get(lemma, [])
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    changed = lemma[:-1] + "i" if re.search("[^aeiou]y$", lemma) else stem
    plural = changed + "es" if re.search("(s|x|z|ch|sh|[^aeiou]y)$", lemma) else lemma + "s"
    regular = [plural] if part == "n" else [plural, changed + "ed", stem + "ing"]
    return [*irregular[lemma], *(regular[::2] if irregular[lemma] and part == "v" else regular)]


def _loans() -> Iterator[Pair]:
    """Everyday words, and PyThaiNLP's table of English words as Thai spells them."""
    from pythainlp.corpus import corpus_path

    for line in (Path(__file__).parent / "everyday.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        english, term = line.split("\t")
        yield from (Pair(word, thai.normalise(term).text, 3.0, "loan") for word in english.split())

    with open(Path(corpus_path()) / "th_en_transliteration_v1.4.tsv", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield Pair(row["en"].lower(), thai.normalise(row["th"]).text, 2.0, "loan")


def _glosses(texts: Iterable[str]) -> Iterator[Pair]:
    """Terms with their English in brackets, as in "องค์การการค้าโลก (World Trade Organization: WTO)"."""
    seen: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for before, english in _GLOSS.findall(text):
            *rest, last = before.split()
            term = last if len(last) > 12 or not rest else f"{rest[-1]} {last}"
            if len(term) > 45:  # where the term begins nobody marked: the last words, then
                term = term[next((start for start, _ in thai.word_spans(term) if len(term) - start <= 45), 0) :]
            seen[english.strip(" .:-&/"), term] += 1
    return (Pair(english, term, math.sqrt(min(count, 5)), "gloss") for (english, term), count in seen.items())


def _names() -> Iterator[Pair]:
    """Thai names and a sample of the words in Wikipedia's titles, spelled in Latin letters by the royal rules."""
    from pythainlp.transliterate.royin import romanize

    people = [
        n for kind in ("family_names", "person_names_female", "person_names_male") for n in _lines(f"{kind}_th.txt")
    ]
    titles = sorted({w for line in _lines("wikipedia_titles_th.txt") for w in _THAI.findall(thai.normalise(line).text)})
    for name in dict.fromkeys([*map(str.strip, people), *titles[::4]]):
        if 2 < len(name) <= 20 and (roman := _romanised(romanize, name)):
            spelled = roman
            for thai_letters, royal, usual in USUAL_SPELLINGS:
                spelled = spelled.replace(royal, usual) if thai_letters in name else spelled
            yield from (Pair(spelling, name, 1.0, "name") for spelling in dict.fromkeys((roman, spelled)))


def _romanised(romanize: Callable[[str], str], word: str) -> str:
    """A word in Latin letters, or nothing where the rules do not reach."""
    try:
        roman = romanize(word).lower()
    except (IndexError, KeyError, ValueError):
        return ""
    return roman if roman.isascii() and roman.isalpha() and len(roman) > 1 else ""


def _tie_years(tokenizer: Tokenizer, table: np.ndarray) -> None:
    """Gives a year of either era the same vector, so that 2022 finds 2565."""
    ids = tokenizer.get_vocab()
    for year in YEARS:
        rows = [ids[str(year)], ids[str(year + BUDDHIST_ERA)]]
        table[rows] = table[rows].mean(0)


def _lines(name: str) -> list[str]:
    """A word list of PyThaiNLP, without its comments."""
    from pythainlp.corpus import corpus_path

    lines = (Path(corpus_path()) / name).read_text("utf-8-sig").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _squad(file: Path) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Each context with its questions and where their answers stand."""
    for paragraph in read_squad(file):
        answers = [(entry["question"], entry["answers"][0]) for entry in paragraph.questions if entry.get("answers")]
        spans = [(asked, said["answer_start"], said["answer_start"] + len(said["text"])) for asked, said in answers]
        yield paragraph.context or "", spans


def _read_all(thaigov: Path, report: Progress) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Titles and texts, normalised, and how often each word stands in them."""
    texts: list[tuple[str, str]] = []
    words: Counter[str] = Counter()
    with Pool() as pool, lzma.open(thaigov, "rt", encoding="utf-8") as lines:
        for title, text, counted in pool.imap(_read, lines, chunksize=64):
            texts.append((title, text))
            words.update(counted)
            report("read", len(texts), 0)
    return texts, words


def _read(line: str) -> tuple[str, str, Counter[str]]:
    """A line's title and text, normalised, and their words."""
    record = json.loads(line)
    title, text = thai.normalise(record["title"]).text, thai.normalise(record["text"]).text
    return title, text, Counter([*thai.words(title), *thai.words(text)])
