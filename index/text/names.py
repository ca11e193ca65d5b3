"""Who and what an article names: its persons, organisations and places, found by rules and without a model.

A person stands after a title, an organisation begins with a word such as "กระทรวง", a place is known or stands after
"จังหวัด" and the like. Where a name ends is the hard part in Thai. What is not told for sure is left out: a short list
of names is of more use than a long one of which many are wrong. The words that this goes by stand in `naming.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Literal

from khamtop.index.text import naming, thai
from khamtop.index.types import Span

NameKind = Literal["person", "organisation", "place"]
NAME_KINDS: tuple[NameKind, ...] = ("person", "organisation", "place")

_LETTER = "[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e]"  # of a Thai word, without ฯ and ๆ
_BEGIN = "(?=[ก-ฮเ-ไ])"
_GAP = "[ \u00a0]"
#: No name has fewer letters after what it begins with, and no organisation's name more; longer runs are not looked at.
_SHORTEST, _LONGEST = 3, 100
_RUN = re.compile(f"{_LETTER}{{1,{_LONGEST}}}")

SURE, LIKELY, CUT = 2, 1, 0


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and where it stands first: a person's without the title, `span` of the normalised copy.

    `trust` tells how far it is to be believed: one that is `SURE` is told by this text alone. One that is `LIKELY` has
    a space after it here, and counts where several articles agree. What was only `CUT` off before a word that cannot
    belong to it counts where other articles tell the same name better.
    """

    kind: NameKind
    name: str
    span: Span
    trust: int = SURE


class Words:
    """A text with its normalised copy and the words of that: which they are, and where they begin and end."""

    def __init__(self, text: str, copy: thai.Normalised, spans: Sequence[Span], words: Sequence[str]) -> None:
        self.text, self.copy, self.spans, self.words = text, copy, spans, words
        self._starts = [start for start, _ in spans]

    @classmethod
    def of(cls, text: str) -> Words:
        """Normalises a text and cuts it."""
        copy = thai.normalise(text)
        spans = thai.word_spans(copy.text)
        return cls(text, copy, spans, [copy.text[start:end] for start, end in spans])

    def within(self, start: int, end: int) -> list[tuple[int, str]]:
        """The words that begin within a span of the copy: where, and which."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return list(zip(self._starts[first:last], self.words[first:last], strict=True))

    def read(self, start: int, end: int) -> str:
        """What people read at a span of the copy: with its capitals, and single spaces."""
        said = self.copy.text[start:end]
        shown = said if not _LATIN.search(said) else self.text[slice(*self.copy.original(start, end))]
        return " ".join(shown.split())

    def beginning(self) -> dict[NameKind, list[tuple[int, str]]]:
        """The words that a name of each kind may begin with: where, and which. Most begin none."""
        found: dict[NameKind, list[tuple[int, str]]] = {kind: [] for kind in NAME_KINDS}
        for at, word in zip(self._starts, self.words, strict=True):
            for kind in _may_begin(word):
                found[kind].append((at, word))
        return found


_LATIN = re.compile("[a-z]")


def names_of(*texts: Words) -> list[Named]:
    """The names in some texts: each once, those of a kind in reading order.

    >>> [named.name for named in names_of(Words.of("นายจิรายุ ห่วงทรัพย์ ไปจังหวัดตรัง"))]
    ['จิรายุ ห่วงทรัพย์', 'ตรัง']
    """
    found: dict[tuple[NameKind, str], Named] = {}
    for named in chain.from_iterable(map(_names, texts)):
        known = found.setdefault((named.kind, named.name), named)
        if named.trust > known.trust:
            found[named.kind, named.name] = named
    return list(found.values())


def key_of(name: str) -> str:
    """A name as it is compared: its letters in one spelling, without spaces, titles and the rest of a company's name.

    >>> key_of("พล.อ. ประยุทธ์ จันทร์โอชา") == key_of("ประยุทธ์  จันทร์โอชา")
    True
    """
    return "".join(untitled(name).replace("(มหาชน)", "").split())


def untitled(name: str) -> str:
    """A name in one spelling, without the titles before it, if anything else is left."""
    plain = thai.normalise(name.strip()).text
    return _TITLES.sub("", plain) or plain


def _names(words: Words) -> Iterator[Named]:
    beginning = words.beginning()
    longer = [*_persons(words, beginning["person"]), *_organisations(words, beginning["organisation"])]
    yield from longer
    yield from _places(words, beginning["place"], sorted(named.span for named in longer))
    yield from _latin_persons(words)


@lru_cache(maxsize=1 << 16)
def _may_begin(word: str) -> tuple[NameKind, ...]:
    """The kinds of names that may begin with a word: a sieve that lets through all that do, and few others."""
    begins: dict[NameKind, bool] = {
        "person": word[:2] in naming.TITLE_BEGINS,
        "organisation": any(word.startswith(head) or head.startswith(word) for head in naming.HEAD_WORDS),
        "place": word in _known_places() or word in naming.PLACE_WORDS,
    }
    return tuple(kind for kind, may in begins.items() if may)


# Persons

_TITLE = "|".join(sorted(naming.TITLES, key=len, reverse=True))
#: Titles, often several. Subtle: some can be read in two ways, so that any number of them would take for ever.
_SOME_TITLES = rf"(?:(?:{_TITLE})(?:หญิง|พิเศษ)?{_GAP}{{0,2}}){{1,4}}"
_TITLES = re.compile(rf"^(?:{_SOME_TITLES}|(?:mr|mrs|ms|dr|gen|prof)\.? )(?=\S{{2}})")
_FAMILY = f"ณ {_LETTER}{{3,12}}|{_LETTER}{{1,40}}(?:-{_LETTER}{{1,40}})?"
_NAME = rf"{_BEGIN}(?P<given>{_LETTER}{{2,16}}){_GAP}{{1,3}}{_BEGIN}(?P<family>{_FAMILY})"
_PERSON = re.compile(rf"(?:(?P<office>{'|'.join(naming.OFFICES)}){_GAP}?|{_SOME_TITLES}){_NAME}")
_NO_GIVEN = re.compile("|".join(naming.NO_GIVEN))
_LONGEST_FAMILY = 20


def _persons(words: Words, beginning: Sequence[tuple[int, str]]) -> Iterator[Named]:
    at = 0
    for start, _ in beginning:
        match = _PERSON.match(words.copy.text, start) if start >= at else None
        if match and _is_given(match["given"], match["office"]):
            begin, end = match.span("family")
            last = _end_of_family(words, begin, end)
            if last:
                at = last
                name = f"{match['given']} {words.copy.text[begin:last]}"
                yield Named("person", name, (match.start("given"), last), SURE if last == end else LIKELY)


def _is_given(given: str, office: str | None) -> bool:
    """Whether that is a given name: after an office alone, which other words follow as well, a known one."""
    if office:
        return given in _given_names()
    return given not in naming.NO_FAMILY and not _NO_GIVEN.match(given)


def _end_of_family(words: Words, start: int, end: int) -> int | None:
    """Where the family name ends that begins a run of letters; None if it begins with none."""
    pieces = words.within(start, end)
    run = words.copy.text[start:end]
    if run in _family_names():
        return end
    if not pieces or pieces[0][1] in naming.NO_FAMILY or run in thai.places():
        return None
    last = next((at for at, word in pieces[1:] if word in naming.AFTER_FAMILY), end)
    return last if _SHORTEST <= last - start <= _LONGEST_FAMILY else None


@cache
def _given_names() -> frozenset[str]:
    from pythainlp.corpus import thai_female_names, thai_male_names

    return frozenset((*thai_female_names(), *thai_male_names()))


@cache
def _family_names() -> frozenset[str]:
    from pythainlp.corpus import thai_family_names

    return frozenset(thai_family_names()) - naming.NO_FAMILY - thai.places()


_LATIN_TITLES = ("Mr", "Mrs", "Ms", "Dr", "Gen", "Prof")
_CAPITALISED = r"(?:[A-Z][a-z'’]+(?:[A-Z][a-z]+)?(?:-[A-Za-z][a-z]*)*|[A-Z]{2,}|[A-Z]\.)"
_LATIN_PERSON = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(_LATIN_TITLES)})\.? "
    rf"(?P<name>{_CAPITALISED}(?: (?:bin |al |de |van |von )?{_CAPITALISED}){{1,3}})"
)
_LATIN_OFFICE = re.compile(rf" (?:{'|'.join(naming.LATIN_OFFICES)})\b.*")


def _latin_persons(words: Words) -> Iterator[Named]:
    """The persons in Latin letters of the text itself, where capitals tell names."""
    if not any(title in words.text for title in _LATIN_TITLES):
        return
    for match in _LATIN_PERSON.finditer(words.text):
        name = _LATIN_OFFICE.sub("", match["name"])
        if " " in name:
            start, end = match.span("name")
            yield Named("person", name, (words.copy.position(start), words.copy.position(end)))


# Organisations

_HEAD = re.compile("|".join(sorted(naming.HEADS, key=len, reverse=True)))
#: "บริษัท" up to "จำกัด": the one kind of name that says itself where it ends.
_COMPANY = re.compile(
    rf"(?P<head>บริษัท|ห้างหุ้นส่วน|ธนาคาร){_GAP}*(?P<own>(?:(?!บริษัท|ธนาคาร)[^\n,;:“”\"]){{2,60}}?){_GAP}*จำกัด"
    rf"(?P<public>{_GAP}?\(มหาชน\))?"
)
#: What is called by its letters right after it, such as "(ธปท.)", ends before these.
_LETTERED = re.compile(rf"{_GAP}?\((?:[ก-ฮ]{{1,5}}\.|[ก-ฮ]\.[ก-ฮ.]+|[a-z]{{2,8}})\)")

#: What tells that a name was not whole: it is cut short, or goes on with a number.
_GOES_ON = re.compile(rf"ฯ|-(?=[ก-ฮเ-ไ])|ที่{_GAP}?\d")


def _organisations(words: Words, beginning: Sequence[tuple[int, str]]) -> Iterator[Named]:
    at = 0
    for start, _ in beginning:
        is_free = start >= at and not words.copy.text.endswith("โครง", 0, start)  # "โครงการไฟฟ้า" is a project
        head = _HEAD.match(words.copy.text, start) if is_free else None
        named = _organisation(words, head) if head else None
        if named:
            at = named.span[1]
            yield named


def _organisation(words: Words, head: re.Match[str]) -> Named | None:
    """The organisation that begins with that head, told by the surest way that there is."""
    known = _known(words, head.start()) if head[0] in naming.KNOWN_HEADS else None
    company = _company(words, head.start()) if head[0] in naming.COMPANY_HEADS else None
    if known or company or head[0] in naming.NEVER_LOOSE:
        return known or company
    return _loose(words, head)


def _company(words: Words, start: int) -> Named | None:
    match = _COMPANY.match(words.copy.text, start)
    if not match or any(word in naming.STOPS for _, word in words.within(*match.span("own"))):
        return None
    between = " " if match["head"] == "บริษัท" else ""
    name = f"{match['head']}{between}{words.read(*match.span('own'))} จำกัด{' (มหาชน)' if match['public'] else ''}"
    return Named("organisation", name, match.span())


def _known(words: Words, start: int) -> Named | None:
    """An organisation that is known by its full name, or by the first letters of it alone."""
    for full, spelled in _known_whole():
        if match := spelled.match(words.copy.text, start):
            return None if _is_abroad(words, match.end()) else Named("organisation", full, match.span())
    run = _RUN.match(words.copy.text, start)
    if run is None or len(run[0]) < naming.LEAST_BEGUN:
        return None
    begun = [full for full in naming.KNOWN if full.startswith(run[0])]
    return Named("organisation", begun[0], run.span()) if len(begun) == 1 else None


@cache
def _known_whole() -> list[tuple[str, re.Pattern[str]]]:
    """Each known name with how it is spelled: with fewer spaces, or more of them."""
    return [(full, re.compile(full.replace(" ", f"{_GAP}*"))) for full in naming.KNOWN]


def _is_abroad(words: Words, at: int) -> bool:
    """Whether what ends there is that of another country."""
    return words.copy.text[at : at + 20].lstrip().startswith(_abroad())


@cache
def _abroad() -> tuple[str, ...]:
    return ("ของ", "แห่ง", "ประเทศ", *sorted(thai.places()))


def _loose(words: Words, head: re.Match[str]) -> Named | None:
    """An organisation from its head to the end of the run of letters, or to what cannot belong to its name."""
    copy = words.copy.text
    run = _RUN.match(copy, head.start())
    if run is None:
        return None
    pieces = words.within(head.end(), run.end())
    end = next((at for at, word in pieces if _ends_before(copy, at, word)), run.end())
    own = end - head.end()
    if not _SHORTEST <= own <= _LONGEST - len(head[0]) - 1 or _GOES_ON.match(copy, end):
        return None
    name = copy[head.start() : end]
    is_lettered = bool(_LETTERED.match(copy, end))
    if not _may_name(name, head[0], is_lettered):
        return None
    trust = SURE if is_lettered else LIKELY if end == run.end() else CUT
    return Named("organisation", name, (head.start(), end), trust)


def _ends_before(copy: str, at: int, word: str) -> bool:
    """Whether a name ends before a word."""
    if word == "ของ":
        return not copy.startswith("ของมนุษย์", at)
    if word == "และ":
        return bool(naming.OTHERS.match(copy, at + len(word)))
    return word.rstrip(" ๆ") in naming.STOPS or bool(naming.NEXT.match(copy, at))


def _may_name(name: str, head: str, is_lettered: bool) -> bool:
    """Whether what was cut out is whole, and names one and not any of a kind."""
    if naming.UNFINISHED.search(name) or naming.COMMON.fullmatch(name) or name.startswith("และ", len(head)):
        return False
    return head not in naming.NATIONAL_ONLY or is_lettered or name.endswith("แห่งชาติ")


# Places

_PROVINCE = re.compile(rf"(?:จังหวัด|จ\.){_GAP}?(?P<own>{'|'.join(naming.SHORT_PROVINCES)})(?!{_LETTER})")
#: "อำเภอ" and its name, up to what follows an address: the province, the next place.
_DISTRICT = re.compile(rf"(?:อำเภอ|อ\.){_GAP}?(?P<own>{_LETTER}{{3,16}}?)(?=จังหวัด|{_GAP}(?:และ|จังหวัด|จ\.)|[,)])")
#: Letters before a place that may tell that it is none, such as those of a street.
_BEFORE = 12


def _places(words: Words, beginning: Sequence[tuple[int, str]], taken: Sequence[Span]) -> Iterator[Named]:
    """The places outside of spans that are `taken`: "ธนาคารกรุงเทพ" is none."""
    known = _known_places()
    copy = words.copy.text
    for start, word in beginning:
        if name := known.get(word):
            before = copy[max(0, start - _BEFORE) : start]
            if not _lies_in(start, taken) and not naming.NO_PLACE_BEFORE.search(before):
                yield Named("place", name, (start, start + len(word)))
        elif match := _PROVINCE.match(copy, start):
            yield Named("place", match["own"], match.span("own"))
        elif (match := _DISTRICT.match(copy, start)) and not naming.NO_DISTRICT.match(match["own"]):
            yield Named("place", f"อำเภอ{match['own']}", match.span(), LIKELY)


def _lies_in(at: int, spans: Sequence[Span]) -> bool:
    """Whether a place lies in one of these spans, which are in order."""
    place = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return place >= 0 and at < spans[place][1]


@cache
def _known_places() -> dict[str, str]:
    """The places by the words that they are called by, each with the one name that they are listed under."""
    return {**{place: place for place in thai.places()}, **naming.PLACES_ALSO}
