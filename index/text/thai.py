"""Thai text: a normalised copy to match on, its words, and the spans that people read.

The one place that knows how Thai is written, used alike when an index is built and when a question
is asked. What people read is never altered: matching happens on `normalise(text).text`, and
`Normalised.original` leads every span found there back to the characters of the text itself.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import chain
from operator import itemgetter
from pathlib import Path

import nlpo3
from pythainlp.corpus import thai_words

from khamtop.index.text import mending
from khamtop.index.text.mending import (
    FOLLOWING,
    GAP,
    LEADING_VOWELS,
    MARKS,
    TONES,
    ZERO_WIDTH,
    Edit,
    Layer,
)
from khamtop.index.types import Span

#: The end of a line that may have got into a word. An abbreviation that opens a line is the end of none.
_LINE_BREAK = re.compile(r"\n[ \t]*(?=[ก-ฮเ-ไ])(?![ก-ฮ]{1,4}\.)")
_BLANK = re.compile("(?<=[ก-๎]) (?=[ก-ฮเ-ไ])")
#: A gap before sara aa may stand for the nikhahit that makes it a sara am: "น ้า" for "น้ำ", but "กล ้า" for "กล้า".
_SARA_AA = re.compile(rf"(?<=[ก-ฮ{MARKS}])(?=\s){GAP}([{TONES}]?)า")
#: Characters of the longest line of a text that is set in lines; marks above and below count.
_LONGEST_LINE = 200
_THAI_BEFORE, _THAI_AFTER = re.compile("[ก-๎]*\\Z"), re.compile("[ก-๎]*")
#: Letters on each side of a gap that tell whether a word lies across.
_AROUND = 20
#: How much likelier the letters must be as the word that lies across than as words on each side (a natural logarithm).
#: Of 7,900 line breaks between Thai letters in thaigov-sample it takes 10 for inside a word, and they are; of 1,916 put
#: into words there, it finds 91 % (6 would find 87, and 0 would find 95 but take the ends of some words for inside).
_ACROSS = 4.0
#: In a text with a blank for fewer Thai letters than these, and with at least so many blanks, they say nothing. No
#: article of thaigov-sample has one for fewer than 18.
_SPACED_LETTERS, _LEAST_BLANKS = 12, 8
#: Times that a way of mending is gone through at most: what is mended may join what stands on its two sides.
_MOST_ROUNDS = 5
#: How much less likely each letter of what is no word is (a natural logarithm): as one of four or five.
_UNKNOWN = 1.5

# Words that open a new sentence after a space, where Thai writes no full stop.
_OPENERS = (
    "ทั้งนี้|นอกจากนี้|นอกจากนั้น|อย่างไรก็ตาม|อย่างไรก็ดี|ขณะเดียวกัน|ในขณะเดียวกัน|ขณะที่|"
    "ต่อมา|จากนั้น|ดังนั้น|เพราะฉะนั้น|อีกทั้ง|รวมทั้ง|รวมถึง|ส่วน|สำหรับ|โดย|ซึ่ง|และ|แต่|"
    "เนื่องจาก|เมื่อ|ภายหลัง|หลังจาก|ก่อนหน้านี้|ปัจจุบัน|พร้อมทั้ง|พร้อมกันนี้|ด้าน|ในการนี้"
)
_SENTENCE_OPENERS = re.compile(f"(?:{_OPENERS})")
#: A stretch between spaces; the repetition mark is written after a space but belongs to its word.
_PHRASE = re.compile(f"[^\\s{ZERO_WIDTH}{FOLLOWING}{mending.COMBINING_MARKS}]\\S*(?: ๆ\\S*)*")
#: Letters that no span begins with, as they are written: the glyphs for them too.
_NEVER_FIRST = frozenset(FOLLOWING + mending.COMBINING_MARKS).union(
    glyph for glyph, letter in mending.GLYPHS.items() if letter in MARKS
)
#: What may stand in a gap inside a cluster, what it may stand after, and a gap with the Thai mark that follows.
_BLANKS = " \t\u00a0\u2009\u202f\u3000"
_IN_GAPS = f"{_BLANKS}{ZERO_WIDTH}\r\n"
_CARRIES = re.compile(f"[ก-ฮ{MARKS}{''.join(mending.GLYPHS)}]")
_SOME_BLANKS = f"(?:[{ZERO_WIDTH}]*[{_BLANKS}]){{0,{mending.MOST_BLANKS}}}[{ZERO_WIDTH}]*"
_MARKS_AFTER_GAPS = "".join(sorted(_NEVER_FIRST.difference(mending.COMBINING_MARKS)))
_GAP_INSIDE = re.compile(f"{_SOME_BLANKS}(?:\r?\n{_SOME_BLANKS})?[{_MARKS_AFTER_GAPS}]")
_UNSEEN = re.compile(f"[{ZERO_WIDTH}]")
#: Characters on each side of a place that show whether it lies inside an entity or a number.
_REACH = 40

#: A text that is set in lines: how many columns its widest has, what part of that a full one, and how many are full.
_NARROWEST_LINE, _FULL, _LEAST_FULL = 30, 0.8, 3
_MARK = re.compile(f"[{MARKS}{ZERO_WIDTH}]")
_LINE_END = re.compile(r"\r?\n[ \t]*")
#: What begins a line of its own: an item of a list, a row of a table, a section of a law.
_ITEM = re.compile(r"[-–•●▪◦*|#>]|[\d๐-๙]{1,3}[.)]|[(][\d๐-๙ก-ฮ]{1,3}[)]|(?:มาตรา|ข้อ|หมวด)\s*[\d๐-๙]")

_NO_PLACES = frozenset("ไทย ตาก เลย แพร่ น่าน มาลี".split())  # they mean other things, too, or go without saying
_STRETCH = re.compile(r"[\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")  # \w leaves out the Thai marks
#: Characters of a window: a longer phrase is cut a window at a time. Words that reach into its last 40 are cut once
#: more with what follows. In 1,190 such phrases of thaigov-sample and iapp train all words are those of the phrase
#: cut whole. So no word, were it a letter held down, is longer than a quote (`qa.quote.QUOTE_CHARS`).
_WINDOW, _WINDOW_EDGE = 120, 40
#: Longer phrases and words are not remembered: whoever asks could fill memory with them.
_REMEMBERED_CHARS = _WINDOW
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
    """A normalised copy of a text, and the way back: through the layers of edits that made it, the last one first."""

    text: str
    _layers: tuple[Layer, ...]

    @property
    def is_unmended(self) -> bool:
        """Whether every place in it is the same in the text."""
        return not self._layers

    def original(self, start: int, end: int) -> Span:
        """The span of the text that `text[start:end]` was made from; what was rewritten is whole."""
        for layer in reversed(self._layers):
            start, end = layer.original(start, end)
        return start, end

    def originals(self, spans: Iterable[Span]) -> Iterable[Span]:
        """The same of many spans in order."""
        for layer in reversed(self._layers):
            spans = layer.originals(spans)
        return spans

    def position(self, original: int) -> int:
        """The place in the copy of a place in the text, to its left where it was rewritten."""
        for layer in self._layers:
            original = layer.position(original)
        return original


@lru_cache(maxsize=4)  # all who cut a text ask for its copy, one after the other
def normalise(text: str, fold_case: bool = True) -> Normalised:
    """`text` with one spelling for everything that looks the same or was meant to, with a map back.

    A model that tells "NATO" from "nato", and knows "78,911" as a number, reads with `fold_case` off.

    >>> normalise("นํ้า ๒๕๖๕ NATO กล ้าไม ้ 78,911").text
    'น้ำ 2565 nato กล้าไม้ 78911'
    """
    copy = _Copy(mending.folded(text, fold_case))
    copy.mend(partial(mending.letters, fold_case=fold_case), _MOST_ROUNDS)
    if mending.is_gapped(copy.text):
        copy.mend(mending.gaps, _MOST_ROUNDS)
        copy.mend(_sara_aa, _MOST_ROUNDS)
    copy.mend(mending.order)
    copy.mend(_broken_words, _MOST_ROUNDS)
    copy.mend(_spaced_words, _MOST_ROUNDS)
    if fold_case:
        copy.mend(mending.thousands)
    return Normalised(copy.text, tuple(copy.layers))


class _Copy:
    """A copy of a text while it is mended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.layers: list[Layer] = []

    def mend(self, way: Callable[[str], Iterable[Edit]], rounds: int = 1) -> None:
        """Mends in one way, again and again as long as that finds something."""
        for _ in range(rounds):
            self.text, layer = mending.edited(self.text, way(self.text))
            if layer is None:
                return
            self.layers.append(layer)


def _broken_words(text: str) -> Iterator[Edit]:
    """The ends of lines taken out that stand inside a word."""
    for match in _LINE_BREAK.finditer(text):
        start, end = match.span()
        if not _is_between_lines(text, start, end):
            continue
        while start and text[start - 1] in " \t\r":
            start -= 1
        if _lies_across(*_around(text, start, end)):
            yield start, end, ""


def _is_between_lines(text: str, start: int, end: int) -> bool:
    """Whether no line at a break is too long for one that wraps; a paragraph that is one line does not."""
    has_begun = start <= _LONGEST_LINE or "\n" in text[start - _LONGEST_LINE : start]
    return has_begun and (end + _LONGEST_LINE >= len(text) or "\n" in text[end : end + _LONGEST_LINE])


def _is_spaced_out(text: str) -> bool:
    """Whether a text has blanks everywhere, as programs leave them that take it out of a PDF."""
    blanks = text.count(" ")
    if blanks < _LEAST_BLANKS or blanks * _SPACED_LETTERS < len(text):
        return False
    blanks = len(_BLANK.findall(text))
    return blanks >= _LEAST_BLANKS and blanks * _SPACED_LETTERS > sum("ก" <= letter <= "๎" for letter in text)


def _spaced_words(text: str) -> Iterator[Edit]:
    """The blanks taken out that stand inside a word."""
    for match in _BLANK.finditer(text) if _is_spaced_out(text) else ():
        if _lies_across(*_around(text, *match.span())):
            yield *match.span(), ""


def _sara_aa(text: str) -> Iterator[Edit]:
    """A gap before sara aa taken out, or made the nikhahit that was lost there: whichever makes likelier words."""
    for match in _SARA_AA.finditer(text):
        left, right = _around(text, *match.span())
        tails = (f"{match[1]}า", f"{match[1]}ำ")
        plain, lost = (_likelihood(_segments(left + tail + right)) for tail in tails)
        yield *match.span(), tails[lost > plain]


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The Thai letters right before and right after a place, as many as tell which words stand there."""
    before = _THAI_BEFORE.search(text[max(0, start - _AROUND) : start])
    after = _THAI_AFTER.match(text[end : end + _AROUND])
    return before[0] if before else "", after[0] if after else ""


def _lies_across(left: str, right: str) -> bool:
    """Whether a word of the dictionary lies across a gap, and makes the letters on both sides much likelier.

    A leading vowel cannot end a word, so after one whatever makes them likelier does.
    """
    if not left or not right:
        return False
    is_broken = left[-1] in LEADING_VOWELS
    if is_broken and right[0] in LEADING_VOWELS:
        return False
    joined = _segments(left + right)
    across = _word_at(joined, len(left))
    if not across or not (is_broken or across in thai_words()):
        return False
    gain = _likelihood(joined) - _likelihood(_segments(left)) - _likelihood(_segments(right))
    return gain > (0.0 if is_broken else _ACROSS)


def _word_at(pieces: Sequence[str], at: int) -> str | None:
    """The piece that lies across a place; None where one ends there."""
    end = 0
    for piece in pieces:
        end += len(piece)
        if end >= at:
            return piece if end > at else None
    return None


def _segments(letters: str) -> list[str]:
    found: list[str] = nlpo3.segment(letters, _dictionary())
    return found


def _likelihood(pieces: Iterable[str]) -> float:
    """The logarithm of the chance of such words in everyday Thai; each letter of what is no word lowers it."""
    counts, total = _everyday_counts()
    return sum(
        math.log((counts.get(piece, 0) + 0.5) / total) - (0 if piece in thai_words() else _UNKNOWN * len(piece))
        for piece in pieces
    )


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
        cut = _cut_once if len(phrase[0]) <= _REMEMBERED_CHARS else _cut
        spans += [(at + start, at + end) for start, end in cut(phrase[0])]
    return spans


def _cut(phrase: str) -> tuple[Span, ...]:
    """Where the words of a phrase stand."""
    spans: list[Span] = []
    at = 0
    for word in _pieces(phrase):
        if bare := _bare(word):
            spans.append((at + bare[0], at + bare[1]))
        at += len(word)
    return tuple(spans)


#: `_cut`, remembered: a question is cut by all who read it, and writers repeat themselves.
_cut_once = lru_cache(maxsize=1 << 14)(_cut)


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
    return [_skeleton(run) for run in _SCRIPT.findall(text)]


def _skeleton(run: str) -> str:
    if run[0] >= "ก":
        return _thai_skeleton(run)
    return _latin_skeleton_once(run) if len(run) <= _REMEMBERED_CHARS else _latin_skeleton(run)


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


def _latin_skeleton(stretch: str) -> str:
    for letters, sound in _LATIN_DIGRAPHS:
        stretch = stretch.replace(letters, sound)
    return _DOUBLED.sub(r"\1", stretch).translate(_LATIN_SOUNDS)


_latin_skeleton_once = lru_cache(maxsize=1 << 13)(_latin_skeleton)


def is_boundary(text: str, at: int) -> bool:
    """Whether a span may begin or end at `at`: not inside a cluster of Thai letters, whatever got into it, nor inside
    what is read as one letter or one number.

    >>> [at for at in range(9) if is_boundary("กล ้าไม ้", at)]
    [0, 1, 5]
    """
    if at <= 0 or at >= len(text):
        return True
    if text[at] in _NEVER_FIRST:
        return False
    before = text[max(0, at - _REACH) : at].rstrip(_IN_GAPS)[-1:]
    if before and (before in LEADING_VOWELS or (_CARRIES.match(before) and _GAP_INSIDE.match(text, at))):
        return False
    wholes = (whole.finditer(text, max(0, at - _REACH), at + _REACH) for whole in (mending.ENTITY, mending.THOUSANDS))
    return not any(match.start() < at < match.end() for match in chain.from_iterable(wholes))


def phrases(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The stretches between white space: the units that Thai writers set apart with a space.

    White space inside a word, and the end of a line there, sets nothing apart.
    """
    end = len(text) if end is None else end
    spans = _phrases(text)
    found = list(spans[bisect_right(spans, start, key=itemgetter(1)) : bisect_left(spans, end, key=itemgetter(0))])
    if found:
        found[0] = max(start, found[0][0]), found[0][1]
        found[-1] = found[-1][0], min(end, found[-1][1])
    return iter(found)


@lru_cache(maxsize=4)
def _phrases(text: str) -> tuple[Span, ...]:
    copy = normalise(text)
    found = (match.span() for match in _PHRASE.finditer(copy.text))
    originals = copy.originals(found)
    return tuple(_with_unseen(text, *span) for span in originals) if _UNSEEN.search(text) else tuple(originals)


def _with_unseen(text: str, start: int, end: int) -> Span:
    """A span with the invisible letters right after it."""
    while end < len(text) and text[end] in ZERO_WIDTH:
        end += 1
    return start, end


def paragraphs(text: str) -> Iterator[Span]:
    """The paragraphs of a text that hold anything, without the space around them: its lines, but for lines that only
    wrap, as those of a PDF do, and those that end inside a word."""
    yield from _paragraphs(text)


def paragraph(text: str, at: int) -> Span:
    """The paragraph that a place of a text lies in; of a place between two, the one before."""
    spans = _paragraphs(text)
    number = bisect_right(spans, at, key=itemgetter(0)) - 1
    return spans[number] if number >= 0 else (0, at)


@lru_cache(maxsize=4)
def _paragraphs(text: str) -> tuple[Span, ...]:
    lines = list(_lines(text))
    wrapped = _wrapped(text, lines) | _in_words(text)
    found: list[Span] = []
    for start, end in lines:
        if found and start in wrapped:
            start = found.pop()[0]
        found.append((start, end))
    return tuple(found)


def _lines(text: str) -> Iterator[Span]:
    """The lines that hold anything, without the space around them."""
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped)
            yield start, start + len(stripped)
        position += len(line)


def _in_words(text: str) -> set[int]:
    """Where the lines begin that go on in the middle of a phrase: what ends the line before is not in the copy."""
    copy = normalise(text)
    if copy.is_unmended:
        return set()
    ends = (match.span() for match in _LINE_END.finditer(text))
    return {end for start, end in ends if copy.position(start) == copy.position(end)}


def _wrapped(text: str, lines: Sequence[Span]) -> set[int]:
    """Where the lines begin that only go on from the one before, as it was full: in a text that is set in narrow lines,
    of which most are full."""
    if max((end - start for start, end in lines), default=0) > _LONGEST_LINE:
        return set()
    columns = [len(_MARK.sub("", text[start:end])) for start, end in lines]
    widest = max(columns, default=0)
    if widest < _NARROWEST_LINE:
        return set()
    following = [
        (one, other)
        for one, (_, end), (other, _) in zip(columns, lines, lines[1:], strict=False)
        if len(text[end:other].splitlines()) == 1
    ]
    wrapped = {other for width, other in following if width >= _FULL * widest}
    if len(wrapped) < _LEAST_FULL or len(wrapped) < len(following) / 2:
        return set()
    return {start for start in wrapped if not _ITEM.match(text, start)}


def starts_sentence(text: str, at: int) -> bool:
    """Whether a thought may begin at `at`, the start of a phrase: a paragraph, a full stop or an opener before it."""
    before = text[max(paragraph(text, at)[0], at - 40) : at].rstrip()
    if not before or (_SENTENCE_END.search(before) and not _ABBREVIATION.search(before)):
        return True
    return bool(_SENTENCE_OPENERS.match(text, at))
