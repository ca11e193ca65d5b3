"""Text as keyboards, web pages, old PDFs and OCR leave it -> one right spelling, with the way back.

Each way of mending takes a text and yields the edits that mend it. Nearly every text has nothing to mend, which is
looked for first, by searches that begin with one class of letters: these take a tenth of the time of others. What
needs a dictionary to be told apart is `thai.py`'s, and so is what all of it is for.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.entities import html5
from sys import maxsize

from khamtop.index.types import Span

TONES = "่้๊๋"
VOWEL_MARKS = "ัิีึืฺุู็"  # on a consonant, below the tone or under it
MARKS = VOWEL_MARKS + TONES + "์ํ๎"  # everything that stands above or below a consonant
LEADING_VOWELS = "เแโใไ"  # written before the consonant that they belong to
FOLLOWING = MARKS + "ะาำๅ"  # never the first letter of anything
ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

#: Glyphs of their own that fonts of Windows (from U+F700 on) and of the Macintosh (from U+F884 on) had for letters that
#: make room for another: moved left, or down, or without their foot. Old PDFs give the glyph for the letter. In the
#: order of their numbers; the table is that of HarfBuzz (hb-ot-shaper-thai.cc).
_BELOW = "\u0e38\u0e39\u0e3a"  # by number, as editors put phinthu before the vowels
_WINDOWS_GLYPHS = f"ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์{_BELOW}"
_MACINTOSH_GLYPHS = f"ัิีึื็่่่้้้๊๊๊๋๋๋์์์ํญ{_BELOW}ฐ"
GLYPHS = {chr(0xF700 + at): letter for at, letter in enumerate(_WINDOWS_GLYPHS)}
GLYPHS |= {chr(0xF884 + at): letter for at, letter in enumerate(_MACINTOSH_GLYPHS)}

_SAME_LENGTH = GLYPHS | dict(zip("๐๑๒๓๔๕๖๗๘๙\u00a0\u2009\u202f\u3000", "0123456789    ", strict=True)) | {"ๅ": "า"}
#: Sara aa with the long tail is right after ฤ and ฦ alone. A search takes an eighth of the time of `str.translate`.
_OTHERWISE = re.compile(f"[{''.join(_SAME_LENGTH)}](?<!ฤๅ)(?<!ฦๅ)")

COMBINING_MARKS = "".join(map(chr, range(0x0300, 0x0370)))  # accents that stand after their letter
_LIGATURES = "\ufb00-\ufb06"
_AMPERSAND = "&(?:amp;|#0*38;|#[xX]0*26;)*"  # also one that was escaped more than once
ENTITY = re.compile(rf"{_AMPERSAND}(#\d{{1,7}};|#[xX][\da-fA-F]{{1,6}};|[a-zA-Z][a-zA-Z\d]{{1,30}};)")
_UNSEEN = re.compile(f"[{ZERO_WIDTH}{COMBINING_MARKS}{_LIGATURES}&]")
_LETTERS = re.compile(f"[{ZERO_WIDTH}]+|[{COMBINING_MARKS}]+|[{_LIGATURES}]|{ENTITY.pattern}")

#: White space that got into a word: blanks, and at most one end of a line. More blanks than that set two things apart,
#: whatever they are.
MOST_BLANKS = 16
_ANY, _MORE = rf"[ \t]{{0,{MOST_BLANKS}}}", rf"[ \t]{{1,{MOST_BLANKS}}}"
GAP = rf"{_ANY}(?:\r?\n)?{_ANY}"
_SOME_GAP = rf"(?:{_MORE}(?:\r?\n{_ANY})?|\r?\n{_ANY})"
#: A gap before what never begins anything, or after what never ends anything. Before sara aa, with a tone or without,
#: it may stand for a nikhahit that was lost, which `thai.py` tells by its dictionary; but not after a nikhahit.
_GAPS = re.compile(
    rf"(?<=[ก-ฮ{MARKS}]){_SOME_GAP}(?=[{MARKS}ะำ])(?![{TONES}]?า)"
    rf"|(?:(?<=ํ)|(?<=ํ[{TONES}])|(?<=ํ [{TONES}])){_SOME_GAP}(?=[{TONES}]?า)"
    rf"|(?<=[{LEADING_VOWELS}]){_MORE}(?=[ก-ฮ])"
)
_GAPPED = re.compile(rf"[ \t\r\n](?:[{MARKS}ะาำ]|(?<=[{LEADING_VOWELS}ํ].))", re.DOTALL)
#: Marks out of order or typed twice, sara am in pieces or before its tone, and sara ae typed as two sara e.
_ORDER = re.compile(f"[{MARKS}]*(?:ํ[{TONES}]?(?=า)|([{MARKS}])\\1|[{TONES}์][{VOWEL_MARKS}])[{MARKS}]*า?|ำ[{TONES}]+|เเ")
_DISORDERED = [re.compile(pair) for pair in (f"[{VOWEL_MARKS}][{VOWEL_MARKS}]", f"[{TONES}์ํ๎][{MARKS}]", f"ำ[{TONES}]")]
_MARK_ORDER = {mark: order for order, mark in enumerate("ฺุูัิีึื็่้๊๋์ํ๎")}

#: A number with commas between its thousands; "1,2,3" and "1,234,5" are lists.
THOUSANDS = re.compile(r"[1-9](?<![\d.,#].)\d{0,2}(?:,\d{3})+(?!\d|,\d)")
_SECTIONS = re.compile(r"(?:มาตรา|ม\.|ข้อ|หมวด|ฉบับที่)\s*\Z")
_LONGEST_NAME = 10

#: What of a text is written otherwise, from where to where, and how.
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Layer:
    """The way from an edited text back to the one that was edited.

    The edited text is a row of pieces; piece i starts at `starts[i]` in it and at `origins[i]` in the other. Pieces
    alternate: the even ones were copied letter by letter, the odd ones rewritten.
    """

    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def original(self, start: int, end: int) -> Span:
        """The span that `[start:end]` was made from; a rewritten piece is whole."""
        first = bisect_right(self.starts, start) - 1
        begin = self.origins[first] + (start - self.starts[first] if first % 2 == 0 else 0)
        if end <= start:
            return begin, begin
        last = bisect_right(self.starts, end - 1) - 1
        if last % 2 == 0:
            return begin, self.origins[last] + end - self.starts[last]
        return begin, self.origins[last + 1]

    def originals(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The same of many spans in order, most of which lie in one copied piece with the span before."""
        shift = stop = 0  # how far that piece was moved, and where it ends
        for start, end in spans:
            if end <= stop:
                yield start + shift, end + shift
                continue
            yield self.original(start, end)
            piece = bisect_right(self.starts, start) - 1
            if piece % 2 == 0:
                shift = self.origins[piece] - self.starts[piece]
                stop = self.starts[piece + 1] if piece + 1 < len(self.starts) else maxsize

    def position(self, original: int) -> int:
        """The place in the edited text of a place in the other, to its left where it was rewritten."""
        piece = bisect_right(self.origins, original) - 1
        return self.starts[piece] + (original - self.origins[piece] if piece % 2 == 0 else 0)


def edited(text: str, edits: Iterable[Edit]) -> tuple[str, Layer | None]:
    """`text` with edits, which come in order, and the way back; None where there were none."""
    pieces: list[str] = []
    starts, origins = [0], [0]
    length = position = 0
    for start, end, instead in edits:
        for piece, origin in ((text[position:start], start), (instead, end)):
            pieces.append(piece)
            length += len(piece)
            starts.append(length)
            origins.append(origin)
        position = end
    if not pieces:
        return text, None
    pieces.append(text[position:])
    return "".join(pieces), Layer(tuple(starts), tuple(origins))


def folded(text: str, fold_case: bool) -> str:
    """`text` with one letter for each that looks like another; no offset shifts."""
    same = _OTHERWISE.sub(lambda match: _SAME_LENGTH[match[0]], text)
    return _lowered(same) if fold_case else same


def _lowered(text: str) -> str:
    """`text` in small letters; the few that grow (Turkish İ) stay, as every later offset would shift."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def letters(text: str, fold_case: bool) -> Iterator[Edit]:
    """Invisible letters taken out; Latin ones put together that came apart, or taken apart that ran together; entities
    of HTML decoded. A second look may find more: an invisible letter may have stood inside any of these."""
    if not _UNSEEN.search(text):
        return
    end_before = 0
    for match in _LETTERS.finditer(text):
        start, end = match.span()
        if _is_combining(match[0][0]):
            start = max(start - 1, end_before)
        run = text[start:end]
        instead = _right(run, fold_case)
        if instead != run:
            yield start, end, instead
            end_before = end


def _right(run: str, fold_case: bool) -> str:
    if run[0] == "&":
        return folded(_decoded(run), fold_case)
    if run[0] in ZERO_WIDTH:
        return run.lstrip(ZERO_WIDTH)
    return unicodedata.normalize("NFC" if _is_combining(run[-1]) else "NFKC", run)


def _decoded(entity: str) -> str:
    """What an entity stands for; itself, if it is none of HTML's."""
    match = ENTITY.fullmatch(entity)
    is_known = match and (match[1][0] == "#" or match[1] in html5)
    return html.unescape(f"&{match[1]}") if match and is_known else entity


def _is_combining(letter: str) -> bool:
    return letter in COMBINING_MARKS


def is_gapped(text: str) -> bool:
    """Whether white space stands before what never begins anything, or after what never ends anything."""
    return bool(_GAPPED.search(text))


def gaps(text: str) -> Iterator[Edit]:
    """White space taken out that stands inside a cluster of Thai letters."""
    for match in _GAPS.finditer(text):
        yield *match.span(), ""


def order(text: str) -> Iterator[Edit]:
    """The letters of each cluster in the one order that is right, each once."""
    if not ("ํ" in text or "เเ" in text or any(pair.search(text) for pair in _DISORDERED)):
        return
    for match in _ORDER.finditer(text):
        instead = _ordered(match[0])
        if instead != match[0]:
            yield *match.span(), instead


def _ordered(run: str) -> str:
    if run[0] == "เ":
        return "แ"
    if run[0] == "ำ":  # its tone is written before it, though it looks the same
        return "".join(dict.fromkeys(run[1:])) + "ำ"
    tail = "า" if run.endswith("า") else ""
    marks = sorted(dict.fromkeys(run.rstrip("า")), key=_MARK_ORDER.__getitem__)
    if tail and "ํ" in marks:
        marks.remove("ํ")
        tail = "ำ"
    return "".join(marks) + tail


def thousands(text: str) -> Iterator[Edit]:
    """Numbers without the commas between their thousands; sections of a law, "มาตรา 112,116", are two."""
    for match in THOUSANDS.finditer(text) if "," in text else ():
        start, end = match.span()
        if not _SECTIONS.search(text, max(0, start - _LONGEST_NAME), start):
            yield from ((at, at + 1, "") for at in range(start, end) if text[at] == ",")
