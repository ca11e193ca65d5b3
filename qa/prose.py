"""What a model wrote -> sentences with the markers of the quotes that they rest on, as plain text.

Thai has no full stop, so that a sentence ends at its markers or at the end of its line; an English one at a full stop,
too. Nothing of a model's is ever markup or a link: the signs of Markdown around words go, and a sentence with a link,
an address or a tag has none of its markers left, so that it fails every check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from khamtop.qa.types import Sentence

#: Characters of a sentence at most; what is longer is no sentence.
MOST_CHARS = 600

#: What some models think before they write, in the same breath.
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_MARKERS = re.compile(r"(?:\s*\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\])+")
_NUMBER = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
#: An English sentence ends here; not after a shortened word such as "Mr.", and not before its markers.
_END = re.compile(
    r"(?<=[a-z0-9)\"”%])[.!?]\s+(?=[A-Z\u0e01-\u0e4e“\"])(?<!Mr\. )(?<!Mrs\. )(?<!Ms\. )(?<!Dr\. )(?<!No\. )"
)
_LIST_SIGN = re.compile(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_ACTIVE = re.compile(
    r"<\s*/?\s*[a-z!?]|\]\s*\(|!\[|https?:|www\.|\w+://|javascript:|data:\S|&#?\w+;|\b\w[\w.-]*@\w", re.IGNORECASE
)
#: What a terminal or a browser would act on, and what no eye sees.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def sentences_of(text: str) -> Iterator[Sentence]:
    """The sentences of a text, each with the numbers of its markers, in their order.

    >>> list(sentences_of("น้ำลดแล้ว [1] The road is open [1][2]."))
    [Sentence(text='น้ำลดแล้ว', markers=(1,)), Sentence(text='The road is open', markers=(1, 2))]
    """
    for line in _THOUGHT.sub("\n", text).splitlines():
        at = 0
        for match in _MARKERS.finditer(line):
            *unmarked, marked = _END.split(line[at : match.start()])
            yield from _plain(unmarked, ())
            yield from _plain([marked], _numbers(match[0]))
            at = match.end()
        yield from _plain(_END.split(line[at:]), ())


def _plain(texts: list[str], markers: tuple[int, ...]) -> Iterator[Sentence]:
    """What says something of these texts, with the markers if it may be shown at all."""
    for text in texts:
        bare = _EMPHASIS.sub("", _LIST_SIGN.sub("", _UNSEEN.sub("", text)))
        said = " ".join(bare.split()).strip(" .;,")
        if any(map(str.isalpha, said)):
            may_be_shown = not _ACTIVE.search(text) and len(said) <= MOST_CHARS
            yield Sentence(said[:MOST_CHARS], markers if may_be_shown else ())


def _numbers(markers: str) -> tuple[int, ...]:
    """The numbers of markers such as "[1][3]", "[1, 3]" and "[1-3]", each once."""
    found: dict[int, None] = {}
    for first, last in _NUMBER.findall(markers):
        numbers = range(int(first), int(last or first) + 1)
        found.update(dict.fromkeys(numbers if len(numbers) <= 10 else (int(first), int(last))))
    return tuple(found)
