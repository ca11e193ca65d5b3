"""An answer as Markdown, which chat programs show: our own links, and text of articles that is nothing but text.

In the articles' words whatever Markdown or HTML would act on is escaped, so that they are read as they stand and no
article can put a link, a picture or a tag before a reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from khamtop.qa.types import Answer, Citation
from khamtop.ui.addresses import address_of
from khamtop.ui.render import marks, said, unwritten
from khamtop.ui.texts import text

#: What has a meaning anywhere in a line. An opening bracket has none without the closing one, and "\\[" has one in some
#: programs: there begins a formula.
_ACTING = re.compile(r"([\\`*_\]<>&~|$#@])")
#: What some programs make a link of by itself.
_LINKS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
#: What a program would act on instead of showing: control characters, and what turns the direction of writing.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: What has a meaning where a line begins: a list, a line under a heading.
_BEGINS = re.compile(r"^(\d*)(?=[-+=.)])")


@dataclass(frozen=True, slots=True)
class Cited:
    """A quote in the text, from its marks on to its number, or a sentence that rests on one; and the address of its
    place."""

    start: int
    end: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Written:
    """An answer in Markdown: the pieces that it consists of, in their order, and what cites in all of it."""

    pieces: tuple[str, ...]
    cited: tuple[Cited, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


def to_markdown(answer: Answer, page: str) -> Written:
    """An answer with a list of its sources; `page` is the address of the page, which opens each quote.

    What a model wrote stands first, and is told to be a model's.
    """
    opening, led = said(answer)
    pieces, cited = _of_model(answer, page)
    if opening:
        pieces.append(plain(opening) + "\n\n")
    elif answer.short_answer:
        pieces.append(f"**{plain(answer.short_answer)}** [{answer.citations[0].number}]\n\n")
    for lead, citation in led:
        quote = f"“{plain(citation.quote)}” [{citation.number}]"
        start = sum(map(len, pieces)) + len(plain(lead)) + 1
        cited.append(Cited(start, start + len(quote), citation.article.title, _address(citation, page)))
        pieces.append(f"{plain(lead)} {quote}\n\n")
    sources = [_source(citation, page) for _, citation in led]
    if sources:
        pieces.append("\n".join([f"{plain(text('answer.sources', answer.language))}\n", *sources]))
    return Written(_without_end(pieces), tuple(cited))


def _of_model(answer: Answer, page: str) -> tuple[list[str], list[Cited]]:
    """What a model wrote, each of its sentences citing the quotes that it rests on; nothing where none did."""
    if answer.writing is None:
        return [], []
    pieces: list[str] = []
    cited: list[Cited] = []
    if answer.sentences:
        pieces.append(f"*{plain(text('answer.written', answer.language, writer=answer.writing.writer))}*\n\n")
    for sentence in answer.sentences:
        words = f"{plain(sentence.text)} {marks(sentence)}"
        start = sum(map(len, pieces))
        rests_on = [citation for citation in answer.citations if citation.number in sentence.markers]
        cited += [Cited(start, start + len(words), one.article.title, _address(one, page)) for one in rests_on]
        pieces.append(f"{words}\n\n")
    told = [f"*{plain(line)}*\n\n" for line in unwritten(answer.writing, answer.language)]
    return [*pieces, *told, *(["---\n\n"] if pieces or told else [])], cited


def plain(words: str) -> str:
    """Words on one line that Markdown shows as they are.

    >>> plain("[a](http://b) 5*3")
    '[a\\\\](http:\\\\//b) 5\\\\*3'
    """
    line = _HIDDEN.sub("", " ".join(words.split()))
    return _BEGINS.sub(r"\1\\", _LINKS.sub(r"\\", _ACTING.sub(r"\\\1", line)))


def _source(citation: Citation, page: str) -> str:
    """A line of the list of sources."""
    article = citation.article
    date = f" · {plain(article.published)}" if article.published else ""
    title = plain(article.title) or plain(article.source)
    return f"- [{citation.number}] [{title}]({_address(citation, page)}){date}"


def _address(citation: Citation, page: str) -> str:
    return address_of(page, citation.article.id, citation.start, citation.end, citation.quote)


def _without_end(pieces: list[str]) -> tuple[str, ...]:
    """The pieces without what is empty at the end of the last."""
    return (*pieces[:-1], pieces[-1].rstrip()) if pieces else ()
