"""A web page's tree -> what of it is the article: its text, title and date.

A page that says where its article is (`<article>`, `<main>`) is believed. Of another one the article is what stands
from the first paragraph to the last. Menus, related news and other blocks of links around it are left out; lists of
links, captions and tables within it are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from khamtop.index.sources.htmltext import one_line, text_of
from khamtop.index.text.dates import day_of, instant_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Never part of what an article says.
_AROUND = frozenset("nav aside footer form button dialog menu".split())
_ROLES = frozenset("navigation banner complementary contentinfo search menu menubar dialog".split())
_AROUND_NAME = re.compile(
    r"(?:^|[-_ ])(?:related\w*|recommend\w*|read-?more|more-?news|also-?read|share\w*|sharing|social\w*|breadcrumbs?"
    r"|(?:main|top|side|site)?-?menu|nav\w*|side-?bar|site-?footer|site-?header|footer|comments?|advert\w*|ads?|cookies?|popular\w*|trending|newsletter"
    r"|subscribe|paginat\w*|pager|tags?|tag-?cloud|promo\w*|hidden|sr-only|screen-reader-text)(?:$|[-_ ])", re.I
)  # fmt: skip
_AROUND_HEADING = re.compile(
    r"\W*(?:(?:ข่าว|บทความ|เรื่อง|เนื้อหา|ประเด็น)?\s*(?:ที่)?(?:เกี่ยวข้อง|แนะนำ|ยอดนิยม|ล่าสุด|น่าสนใจ|น่าอ่าน|อื่น\s?ๆ)"
    r"|อ่าน(?:ข่าว|บทความ)?(?:เพิ่มเติม|ต่อ|ที่เกี่ยวข้อง|อื่น\s?ๆ)|แท็ก|แชร์|ติดตาม|related|read more|more (?:from|news)|recommended"
    r"|latest|popular|most read|you (?:may|might) (?:also )?like|see also|tags?|share).{0,30}", re.I
)  # fmt: skip
_COPYRIGHT = re.compile(r"©|\(c\)|สงวนลิขสิทธิ์|copyright|all rights reserved", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXT_BLOCKS = "p li td th dt dd figcaption caption blockquote pre div section span font center".split()
_LEAF_BLOCKS = frozenset((*_HEADINGS, *_TEXT_BLOCKS))
#: A paragraph has so many characters outside of links; a line that only heads links has fewer.
_FEWEST_CHARS, _LONGEST_HEADING = 25, 60
#: So much of the text of a block of links is in them.
_LINKED = 0.75
#: A smaller part of a page is not believed to be its article.
_FEWEST_ARTICLE, _LEAST_ARTICLE_CHARS = 0.2, 200
#: Blocks with more of a page's text than this are what it is about, whatever they are called.
_MOST_AROUND = 0.5
#: No page that people read has more elements; what has is given whole, as looking into it would take minutes.
_MOST_ELEMENTS = 50_000

_PUBLISHED_NAMES = tuple(
    "article:published_time og:published_time article:published datepublished published_time published pubdate"
    " publishdate publish-date publish_date publication_date date dc.date dc.date.issued dc.date.created dcterms.date"
    " dcterms.issued dcterms.created parsely-pub-date sailthru.date cxenseparse:recs:publishtime".split()
)
_LD_DATES = ("datePublished", "dateCreated", "uploadDate")
_ADDRESS_DAY = re.compile(r"/(?P<year>(?:19|20|24|25)\d\d)[/-](?P<month>\d\d?)[/-](?P<day>\d\d?)(?!\d)")
#: The text around a time that is a byline and not a sentence.
_LONGEST_BYLINE = 100


def article_text(page: HtmlElement, prose: Container[str] = frozenset()) -> str:
    """The text of a page's article, with a line for each block.

    `prose` are lines of which something else knows that they are the article's, if anything does.
    """
    body = _body(page)
    if sum(1 for _ in islice(body.iter(), _MOST_ELEMENTS + 1)) > _MOST_ELEMENTS:
        return text_of(body)
    root = hinted(page)
    if root is not None:
        return text_of(root, _Around(root)) or text_of(body)
    return text_of(body, _Around(body, _Bounds(body, prose))) or text_of(body)


def hinted(page: HtmlElement) -> HtmlElement | None:
    """The element that a page itself says is its article; None if it says nothing, or nothing to be believed."""
    body = _body(page)
    for xpath in ("//article", "//main|//*[@role='main']", "//*[@itemprop='articleBody']"):
        found = [element for element in page.xpath(xpath) if not element.xpath("ancestor::article")]
        sizes = [_size(element) for element in found]
        if not found:
            continue
        largest = max(sizes)
        is_one = largest > sum(sizes) / 2
        if is_one and (largest >= _FEWEST_ARTICLE * _size(body) or largest >= _LEAST_ARTICLE_CHARS):
            return found[sizes.index(largest)]
    return None


def title_of_page(page: HtmlElement) -> str | None:
    """The headline of the article, or what the page calls itself."""
    root = hinted(page)
    headlines = (_body(page) if root is None else root).xpath(".//h1")
    headline = " ".join(text_of(headlines[0]).split()) if len(headlines) == 1 else ""
    given = (content for name, content in _metas(page) if name in ("og:title", "twitter:title"))
    named = page.findtext(".//head/title")
    return headline or next(filter(None, map(one_line, given)), None) or (named and " ".join(named.split()))


def day_of_page(page: HtmlElement) -> date | None:
    """The day on which a page says that it was published: in its head, its linked data, or the byline's `<time>`."""
    metas: dict[str, str] = {}
    for name, content in _metas(page):
        metas.setdefault(name, content)
    said = [metas[name] for name in _PUBLISHED_NAMES if name in metas]
    return next(filter(None, map(_day, [*said, *_linked_dates(page), *_times(page)])), None)


def day_in_address(page: HtmlElement) -> date | None:
    """The day in the address that a page gives itself; a month alone is none."""
    addresses = [link.get("href") or "" for link in page.xpath("//head/link[@rel='canonical']")]
    addresses += [content for name, content in _metas(page) if name == "og:url"]
    for address in addresses:
        if found := _ADDRESS_DAY.search(address):
            return day_of("{year}-{month}-{day}".format(**found.groupdict()))
    return None


def _day(written: str) -> date | None:
    return instant_of(written) or day_of(written)


def _body(page: HtmlElement) -> HtmlElement:
    body = page.find("body")
    return page if body is None else body


def _metas(page: HtmlElement) -> Iterator[tuple[str, str]]:
    """What the `<meta>` of a page say, under names in small letters."""
    for meta in page.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = meta.get("content")
        if name and content and content.strip():
            yield name.strip().lower(), content.strip()


def _linked_dates(page: HtmlElement) -> Iterator[str]:
    """The dates of publishing in a page's JSON-LD, the first object's first."""
    for script in page.xpath("//script[@type='application/ld+json']"):
        try:
            waiting: list[object] = [json.loads(script.text or "")]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting += item
            elif isinstance(item, dict):
                yield from (str(item[name]) for name in _LD_DATES if name in item)
                waiting += [item[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in item]


def _times(page: HtmlElement) -> Iterator[str]:
    """What the bylines of an article say in `<time datetime>`; a time within a sentence is what the story tells of."""
    root = hinted(page)
    scope = _body(page) if root is None else root
    is_around = _Around(scope)
    for time in scope.iter("time"):
        written = time.get("datetime")
        around = (element for element in time.iterancestors() if element is not scope)
        if written and len(_own_text(time.getparent())) <= _LONGEST_BYLINE and not any(map(is_around, around)):
            yield written


def _size(element: HtmlElement) -> int:
    """How many characters an element holds, but for white space."""
    texts = element.xpath(".//text()[not(ancestor::script or ancestor::style)]")
    return sum(len("".join(text.split())) for text in texts)


def _linked_size(element: HtmlElement) -> int:
    return sum(map(_size, element.iter("a")))


def _is_links(element: HtmlElement) -> bool:
    """Whether an element holds links and hardly anything else."""
    linked = _linked_size(element)
    return linked > 0 and linked >= _LINKED * _size(element)


class _Bounds:
    """From where to where the running text of a page goes that does not say so itself."""

    def __init__(self, body: HtmlElement, prose: Container[str]) -> None:
        self._begins = {element: at for at, element in enumerate(body.iter())}
        self._ends: dict[HtmlElement, int] = {}
        for element in reversed(self._begins):
            last = element[-1] if len(element) else None
            self._ends[element] = self._begins[element] if last is None else self._ends[last]
        blocks = [element for element in self._begins if element.tag in _LEAF_BLOCKS]
        known = [element for element in blocks if " ".join(element.text_content().split()) in prose]
        #: Whether the running text was known, so that all that stands around it may be left out.
        self.is_sure = bool(known)
        places = [self._begins[element] for element in known or filter(_is_prose, blocks)]
        headline = [self._begins[element] for element in body.iter("h1")] if known else []
        self._first = min([*headline[:1], *places], default=0)
        self._last = max(places, default=len(self._begins))

    def is_outside(self, element: HtmlElement) -> bool:
        """Whether all of an element stands before or after the running text."""
        return self._ends[element] < self._first or self._begins[element] > self._last


def _own_text(element: HtmlElement) -> str:
    """What an element says outside of the elements in it."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _is_prose(block: HtmlElement) -> bool:
    """Whether a block holds a sentence of its own, outside of links."""
    own = _own_text(block)
    if len(own) < _FEWEST_CHARS or block.tag in _HEADINGS or _COPYRIGHT.search(own):
        return False
    ancestors = [block, *block.iterancestors()]
    return not any(element.tag in _AROUND or element.get("role") in _ROLES for element in ancestors)


class _Around:
    """Tells of an element whether it only stands around the article."""

    def __init__(self, root: HtmlElement, bounds: _Bounds | None = None) -> None:
        self._root = root
        self._bounds = bounds
        self._size = _size(root)

    def __call__(self, element: HtmlElement) -> bool:
        if element.tag in _AROUND or element.get("role") in _ROLES or element.get("hidden") is not None:
            return self._is_small(element)
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if names != " " and element.tag not in ("html", "body", "article", "main") and _AROUND_NAME.search(names):
            return self._is_small(element)
        if self._heads_links(element) or self._follows_heading(element):
            return True
        return self._bounds is not None and self._is_beyond(element, self._bounds)

    def _is_small(self, element: HtmlElement) -> bool:
        return _size(element) <= _MOST_AROUND * self._size

    def _is_beyond(self, element: HtmlElement, bounds: _Bounds) -> bool:
        if element.tag not in _LEAF_BLOCKS and element.tag not in ("ul", "ol", "table", "header"):
            return False
        return bounds.is_outside(element) and (bounds.is_sure or _is_links(element))

    def _heads_links(self, element: HtmlElement) -> bool:
        following = element.getnext()
        return following is not None and _is_heading(element) and _is_links(following)

    def _follows_heading(self, element: HtmlElement) -> bool:
        before = element.getprevious()
        return before is not None and _is_heading(before) and _is_links(element)


def _is_heading(element: HtmlElement) -> bool:
    """Whether an element says that what follows are other articles."""
    if element.tag not in (*_HEADINGS, "p", "div", "strong", "b", "span"):
        return False
    said = ""
    for text in element.itertext():
        said += text
        if len(said) > 2 * _LONGEST_HEADING:  # a long one is not read to its end
            return False
    said = " ".join(said.split())
    return 0 < len(said) <= _LONGEST_HEADING and bool(_AROUND_HEADING.fullmatch(said))
