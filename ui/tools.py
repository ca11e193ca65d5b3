"""What programs and agents can do, by `v1.py` and `mcp.py`: from the fields that are sent to the JSON that is given.

A tool's docstring tells people and models what it is for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from khamtop.index.filters import filter_of
from khamtop.index.types import Filter, KhamtopError
from khamtop.qa.types import Answer
from khamtop.ui import shapes
from khamtop.ui.render import article_to_json, findings_to_json, listed_to_page, names_to_json, report_to_json, to_json
from khamtop.ui.service import MOST_LISTED, Service


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that does one thing, with the `TypedDict`s of what it takes and gives."""

    takes: type
    work: Callable[[Any], Mapping[str, Any]]
    changes: bool = False

    @property
    def gives(self) -> type:
        """What it gives."""
        gives: type = inspect.get_annotations(self.work, eval_str=True)["return"]
        return gives

    @property
    def about(self) -> str:
        """What it does."""
        return inspect.getdoc(self.work) or ""


def tools_of(service: Service) -> dict[str, Tool]:
    """All tools, by name."""

    def ask(sent: shapes.AskSent) -> shapes.AnswerJson:
        """Answers a question with verbatim quotes of the articles, or says that they do not answer it."""
        return to_json(answer_to(service, sent))

    def search(sent: shapes.SearchSent) -> shapes.FindingsJson:
        """Finds the passages that fit a question best.

        What stands in quotation marks must be there word for word; -word leaves out the articles that say it.
        """
        history, k, order = sent.get("history", ()), sent.get("k", 5), sent.get("order", "relevance")
        found = service.search(sent["question"], history, k, _bounds(sent), order)
        return findings_to_json(sent["question"], found)

    def article(sent: shapes.ArticleSent) -> shapes.ArticleText:
        """Gives a whole article."""
        return article_to_json(service.article(sent["article_id"]))

    def articles(sent: shapes.ArticlesSent) -> shapes.ArticleRows:
        """Lists the articles."""
        offset, limit = sent.get("offset", 0), sent.get("limit", MOST_LISTED)
        order = sent.get("order", "newest")
        total, rows = service.list_articles(sent.get("find", ""), offset, limit, _bounds(sent), order)
        return {"total": total, "articles": [listed_to_page(row) for row in rows]}

    def names(sent: shapes.NamesSent) -> shapes.NamesJson:
        """Lists the persons, organisations and places that the articles name, the commonest first."""
        limit = sent.get("limit", MOST_LISTED)
        return names_to_json(service.list_names(sent.get("kind", ""), sent.get("find", ""), limit))

    def rebuild(sent: shapes.RebuildSent) -> shapes.ReportJson:
        """Indexes what changed among the articles, waits until it is done, and tells what was found."""
        if service.read_only:
            raise KhamtopError("read_only")
        return report_to_json(service.rebuild())

    return {
        "ask": Tool(shapes.AskSent, ask),
        "search": Tool(shapes.SearchSent, search),
        "article": Tool(shapes.ArticleSent, article),
        "articles": Tool(shapes.ArticlesSent, articles),
        "names": Tool(shapes.NamesSent, names),
        "rebuild": Tool(shapes.RebuildSent, rebuild, changes=True),
    }


def answer_to(service: Service, sent: Mapping[str, Any]) -> Answer:
    """The answer to a question as it was sent."""
    history, k = sent.get("history", ()), sent.get("k", 5)
    return service.ask(sent["question"], history, k, _bounds(sent), sent.get("any_time", False))


def _bounds(sent: Mapping[str, Any]) -> Filter | None:
    """What narrows the articles."""
    return filter_of(sent.get("since", ""), sent.get("until", ""), sent.get("source", ""), sent.get("name", ""))
