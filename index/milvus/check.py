"""An index in Milvus -> what is wrong with it: every article is read, and compared with its passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from khamtop.index.milvus.address import Address
from khamtop.index.milvus.index import MilvusIndex
from khamtop.index.types import Encoder, KhamtopError


def problems(address: Address, encoder: Encoder | None = None) -> Iterator[KhamtopError]:
    """What is wrong with the index at an address, each as the error that it would be; nothing if it is whole.

    Raises:
        KhamtopError: `index.missing` if there is no index, `index.away` if its server is.
    """
    try:
        index = MilvusIndex.open(address, encoder)
        yield from _disagreements(index)
    except KhamtopError as error:
        if error.code in ("index.missing", "index.away", "milvus.missing", "milvus.key"):
            raise
        yield error


def _disagreements(index: MilvusIndex) -> Iterator[KhamtopError]:
    rows = index.passage_rows(["article", "stop"])
    articles = Counter(row["article"] for row in rows)
    ends: dict[int, int] = {}
    for row in rows:
        ends[row["article"]] = max(row["stop"], ends.get(row["article"], 0))
    numbers = index.article_numbers()
    if (len(numbers), len(rows)) != (index.manifest.articles, index.manifest.passages):
        yield KhamtopError("check.counts", articles=index.manifest.articles, passages=index.manifest.passages)
    for number in numbers:
        try:
            article = index.article_numbered(number)  # set against its digest
        except KhamtopError as error:
            yield error
            continue
        if ends.get(number, 0) > len(article.text):
            yield KhamtopError("check.spans", article=article.id)
    if orphans := articles.keys() - set(numbers):
        yield KhamtopError("check.orphans", count=len(orphans))
