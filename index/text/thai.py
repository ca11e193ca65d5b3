"""Thai text: a normalised copy to match on, its words, and the spans that people read.

The one place that knows how Thai is written, used alike when an index is built and when a question
is asked. What people read is never altered: matching happens on `normalise(text).text`, and
`Normalised.original` leads every span found there back to the characters of the text itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import nlpo3

from khamtop.index.types import Span

_TONES = "่้๊๋"
_MARKS = "ัิีึืฺุู็่้๊๋์ํ๎"  # everything that stands above or below a consonant
_ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LEADING_VOWELS = "เแโใไ"  # written before the consonant that they belong to
_FOLLOWING = _MARKS + "ะาำๅ"  # never the first letter of anything

#: Where typing went astray: an invisible character, a decomposed sara am, a mark typed twice, a
#: tone typed before the vowel it stands on, and sara ae typed as two sara e. Nearly every text has
#: none of these, so one search over it is all that normalising costs.
_ASTRAY = re.compile(
    f"[{_MARKS}]*(?:[{_ZERO_WIDTH}]|ํ[{_TONES}]?(?=า)|([{_MARKS}])\\1|[{_TONES}][ัิีึืฺุู็])[{_MARKS}{_ZERO_WIDTH}]*า?"
    f"|ำ[{_ZERO_WIDTH}]*[{_TONES}]|เ[{_ZERO_WIDTH}]*เ"
)
_SAME_LENGTH = dict(zip("๐๑๒๓๔๕๖๗๘๙\u00a0\u2009\u202f\u3000", "0123456789    ", strict=True))
_OTHERWISE = re.compile(f"[{''.join(_SAME_LENGTH)}]")  # searched for in an eighth of the time that str.translate takes
_MARK_ORDER = {mark: order for order, mark in enumerate("ฺุูัิีึื็่้๊๋์ํ๎")}

# Words that open a new sentence after a space, where Thai writes no full stop.
_OPENERS = (
    "ทั้งนี้|นอกจากนี้|นอกจากนั้น|อย่างไรก็ตาม|อย่างไรก็ดี|ขณะเดียวกัน|ในขณะเดียวกัน|ขณะที่|"
    "ต่อมา|จากนั้น|ดังนั้น|เพราะฉะนั้น|อีกทั้ง|รวมทั้ง|รวมถึง|ส่วน|สำหรับ|โดย|ซึ่ง|และ|แต่|"
    "เนื่องจาก|เมื่อ|ภายหลัง|หลังจาก|ก่อนหน้านี้|ปัจจุบัน|พร้อมทั้ง|พร้อมกันนี้|ด้าน|ในการนี้"
)
_SENTENCE_OPENERS = re.compile(f"(?:{_OPENERS})")
#: A stretch between spaces; the repetition mark is written after a space but belongs to its word.
_PHRASE = re.compile(f"[^\\s{_ZERO_WIDTH}{_FOLLOWING}]\\S*(?: ๆ\\S*)*")
_NO_PLACES = frozenset("ไทย ตาก เลย แพร่ น่าน มาลี".split())  # they mean other things, too, or go without saying
_STRETCH = re.compile(r"[\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")  # \w leaves out the Thai marks
#: Characters of a window: a longer phrase is cut a window at a time. Words that reach into its last 40 are cut once
#: more with what follows. In 1,190 such phrases of thaigov-sample and iapp train all words are those of the phrase
#: cut whole. So no word, were it a letter held down, is longer than a quote (`qa.quote.QUOTE_CHARS`).
_WINDOW, _WINDOW_EDGE = 120, 40
_PUNCTUATION = "-–—/()[]{}<>“”‘’\"',:;!?…"
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*$")
_ABBREVIATION = re.compile(r"(?:^|[\s(“\"'])(?:[ก-ฮA-Za-z]{1,3}\.)+$|\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|No|vs)\.$")


# Consonants by how they sound, Thai and Latin to the same letters; all that is not named is left out.
_SCRIPT = re.compile("[ก-๎]+|[a-z]+")
SOUND_SIZES = (3, 4)
_SILENT = re.compile("[ก-ฮ][ิุ]?์|ห(?=[งนมยรลว])|รร(?=[ก-ฮ])")  # the cancelled, the leading ห, รร for a vowel
_DOUBLED = re.compile(r"(.)\1")
_LATIN_DIGRAPHS = (
    ("tch", "s"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("ts", "s"), ("tz", "s"), ("ph", "p"), ("th", "t"),
    ("kh", "k"), ("gh", "k"), ("ck", "k"), ("ng", "G"), ("x", "ks"),
)  # fmt: skip


def _classes(*classes: tuple[str, str], also: str) -> dict[int, str | None]:
    """A table for `str.translate`: each letter to its class, and the letters of `also` to nothing."""
    table: dict[int, str | None] = {ord(letter): None for letter in also}
    table.update({ord(letter): sound for letters, sound in classes for letter in letters})
    return table


_THAI_SOUNDS = _classes(
    ("กขฃคฅฆ", "k"), ("ดตถทธฎฏฐฑฒ", "t"), ("จฉชฌซสศษ", "s"), ("บปผพภ", "p"), ("ฝฟ", "f"), ("มำ", "m"), ("นณ", "n"),
    ("ง", "G"), ("ยญ", "y"), ("รลฬฤ", "l"), ("ว", "w"),
    also="".join(map(chr, range(0x0E01, 0x0E5C))),
)  # fmt: skip
_LATIN_SOUNDS = _classes(
    ("ckqg", "k"), ("dt", "t"), ("szj", "s"), ("bp", "p"), ("f", "f"), ("m", "m"), ("n", "n"), ("G", "G"), ("y", "y"),
    ("rl", "l"), ("vw", "w"),
    also="aeiouh",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised copy of a text, and the way back.

    The copy is a row of pieces; piece i starts at `_starts[i]` in the copy and at `_origins[i]` in
    the text. Pieces alternate: the even ones were copied letter by letter, the odd ones rewritten.
    """

    text: str
    _starts: tuple[int, ...]
    _origins: tuple[int, ...]

    def original(self, start: int, end: int) -> Span:
        """The span of the text that `text[start:end]` was made from; a rewritten piece is whole."""
        if len(self._starts) == 1:
            return start, end
        first = bisect_right(self._starts, start) - 1
        begin = self._origins[first] + (start - self._starts[first] if first % 2 == 0 else 0)
        if end <= start:
            return begin, begin
        last = bisect_right(self._starts, end - 1) - 1
        if last % 2 == 0:
            return begin, self._origins[last] + end - self._starts[last]
        return begin, self._origins[last + 1]

    def position(self, original: int) -> int:
        """The place in the copy of a place in the text, to its left where it was rewritten."""
        piece = bisect_right(self._origins, original) - 1
        return self._starts[piece] + (original - self._origins[piece] if piece % 2 == 0 else 0)


def normalise(text: str, fold_case: bool = True) -> Normalised:
    """`text` with one spelling for everything that looks the same, with a map back.

    A model that tells "NATO" from "nato" reads with `fold_case` off.

    >>> normalise("นํ้า ๒๕๖๕ NATO").text
    'น้ำ 2565 nato'
    """
    folded = _OTHERWISE.sub(lambda match: _SAME_LENGTH[match[0]], text)
    if fold_case:
        folded = _lowered(folded)
    pieces: list[str] = []
    starts, origins = [0], [0]
    length = position = 0
    for match in _ASTRAY.finditer(folded):
        for piece, origin in ((folded[position : match.start()], match.start()), (_mend(match[0]), match.end())):
            pieces.append(piece)
            length += len(piece)
            starts.append(length)
            origins.append(origin)
        position = match.end()
    pieces.append(folded[position:])
    return Normalised("".join(pieces), tuple(starts), tuple(origins))


def _lowered(text: str) -> str:
    """`text` in small letters; the few that grow (Turkish İ) stay, as every later offset would shift."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _mend(run: str) -> str:
    """The one right spelling of a run that `_ASTRAY` found."""
    if run[0] == "เ":
        return "แ"
    if run[0] == "ำ":  # its tone is written before it, though it looks the same
        return run[-1] + "ำ"
    tail = "า" if run.endswith("า") else ""
    marks = [letter for letter in run.rstrip("า") if letter not in _ZERO_WIDTH]
    if tail and "ํ" in marks:
        marks = [mark for mark in marks if mark != "ํ"]
        tail = "ำ"
    return "".join(sorted(dict.fromkeys(marks), key=_MARK_ORDER.__getitem__)) + tail


@cache
def _dictionary() -> str:
    """The name of the word list that nlpo3 cuts with, loaded once: PyThaiNLP's own."""
    from pythainlp.corpus import corpus_path

    nlpo3.load_dict(str(Path(corpus_path()) / "words_th.txt"), "khamtop")
    return "khamtop"


def word_spans(text: str) -> list[Span]:
    """Where the words of a normalised text stand, without spaces and punctuation."""
    spans: list[Span] = []
    for phrase in _PHRASE.finditer(text):
        at = phrase.start()
        spans += [(at + start, at + end) for start, end in _cut(phrase[0])]
    return spans


@lru_cache(maxsize=1 << 14)
def _cut(phrase: str) -> tuple[Span, ...]:
    """Where the words of a phrase stand; remembered, as a question is cut by all who read it, and writers repeat
    themselves."""
    spans: list[Span] = []
    at = 0
    for word in _pieces(phrase):
        if bare := _bare(word):
            spans.append((at + bare[0], at + bare[1]))
        at += len(word)
    return tuple(spans)


def _pieces(phrase: str) -> Iterator[str]:
    """The words of a phrase and what stands between them, cut in windows: the time that nlpo3 takes may go by the
    square of a length (a letter held down). Its own safe mode repeats a long text's beginning in the place of the rest.
    """
    begin = 0
    while begin < len(phrase):
        window = phrase[begin : begin + _WINDOW]
        is_last = begin + len(window) == len(phrase)
        kept = 0
        for piece in nlpo3.segment(window, _dictionary()):
            if kept and kept + len(piece) > _WINDOW - _WINDOW_EDGE and not is_last:
                break
            yield piece
            kept += len(piece)
        begin += kept


@lru_cache(maxsize=1 << 16)
def _bare(word: str) -> Span | None:
    """Where a word stands in what was cut, as "covid" in "covid-"; None if that is punctuation."""
    bare = word.strip(_PUNCTUATION)
    start = word.index(bare)
    return (start, start + len(bare)) if any(map(str.isalnum, bare)) else None


def words(text: str) -> list[str]:
    """The words of a normalised text in reading order, as search matches them.

    >>> words("นาโตประชุมที่กรุงมาดริด")
    ['นาโต', 'ประชุม', 'ที่', 'กรุง', 'มาดริด']
    """
    return [text[start:end] for start, end in word_spans(text)]


def spaced(text: str) -> str:
    """A normalised text as its words with a space between them, as a static encoder reads it."""
    return " ".join(words(text))


def commonness(word: str) -> float:
    """The part of passages of everyday Thai, about 110 words each, that hold a word: 0 for one never counted."""
    counts, total = _everyday_counts()
    return 1.0 - (1.0 - counts.get(word, 0) / total) ** 110


@cache
def _everyday_counts() -> tuple[dict[str, int], int]:
    """How often words stand in the Thai National Corpus, as PyThaiNLP counts them, and all of them together."""
    from pythainlp.corpus import tnc

    counts = dict(tnc.word_freqs())
    return counts, sum(counts.values())


@cache
def places() -> frozenset[str]:
    """The provinces of Thailand and the countries, as PyThaiNLP lists them, but those that are common words."""
    from pythainlp.corpus import countries, provinces

    return frozenset(normalise(name).text for name in (*provinces(), *countries())) - _NO_PLACES


def stretches(text: str) -> list[str]:
    """What stands between the spaces and punctuation of a normalised text."""
    found: list[str] = _STRETCH.findall(text)
    return found


def ngrams(text: str, size: int) -> list[str]:
    """The character n-grams of each unspaced stretch of a normalised text.

    They match where word cutting went another way in the question than in the article, and across
    a slip of one letter.
    """
    return [stretch[at : at + size] for stretch in stretches(text) for at in range(len(stretch) - size + 1)]


def skeletons(text: str) -> list[str]:
    """How the stretches of a normalised text sound, a letter for each class of consonants.

    Names are written by ear: "Kishida" and "คิชิดะ" share no letter, but both are k-s-t. Vowels are
    left out, consonants that one script confuses count as one, and silent letters as none.

    >>> skeletons("wannasirikul") == skeletons("วรรณศิริกุล")
    True
    """
    return [_latin_skeleton(run) if run[0] < "ก" else _thai_skeleton(run) for run in _SCRIPT.findall(text)]


def sounds(text: str) -> list[str]:
    """The n-grams of a normalised text's skeletons, of each of `SOUND_SIZES`, by which names are found by ear."""
    shortest, longest = SOUND_SIZES
    return [
        skeleton[at : at + size]
        for skeleton in skeletons(text)
        for size in range(shortest, longest + 1)
        for at in range(len(skeleton) - size + 1)
    ]


def _thai_skeleton(stretch: str) -> str:
    return _SILENT.sub("", stretch).translate(_THAI_SOUNDS)


@lru_cache(maxsize=1 << 13)
def _latin_skeleton(stretch: str) -> str:
    for letters, sound in _LATIN_DIGRAPHS:
        stretch = stretch.replace(letters, sound)
    return _DOUBLED.sub(r"\1", stretch).translate(_LATIN_SOUNDS)


def is_boundary(text: str, at: int) -> bool:
    """Whether a span may begin or end at `at`: not inside a cluster of Thai letters."""
    if at <= 0 or at >= len(text):
        return True
    return text[at] not in _FOLLOWING and text[at - 1] not in _LEADING_VOWELS and text[at] not in _ZERO_WIDTH


def phrases(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The stretches between white space: the units that Thai writers set apart with a space."""
    for match in _PHRASE.finditer(text, start, len(text) if end is None else end):
        yield match.span()


def paragraphs(text: str) -> Iterator[Span]:
    """The lines of a text that hold anything, without the space around them."""
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped)
            yield start, start + len(stripped)
        position += len(line)


def starts_sentence(text: str, at: int) -> bool:
    """Whether a thought may begin at `at`, the start of a phrase: a line, a full stop or an opener before it."""
    before = text[max(0, at - 40) : at]
    stripped = before.rstrip()
    if not stripped or len(before[len(stripped) :].splitlines()) > 1 or before[-1:] in "\r\n":
        return True
    if _SENTENCE_END.search(stripped) and not _ABBREVIATION.search(stripped):
        return True
    return bool(_SENTENCE_OPENERS.match(text, at))
