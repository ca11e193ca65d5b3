"""Khamtop from Python: open an index, ask it, search it.

    from pathlib import Path
    from khamtop import Index, ask, search

    index = Index.open(Path(".khamtop"))
    for citation in ask("ใครเป็นนายกรัฐมนตรีญี่ปุ่น", index).citations:
        print(citation.article.title, citation.quote)

What stands here keeps its meaning from one minor version to the next; what lies below it may move.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khamtop.index.building.build import Report, build
    from khamtop.index.encoders.wiring import load_encoder
    from khamtop.index.filters import filter_of
    from khamtop.index.storage.store import Index
    from khamtop.index.storage.wiring import open_index
    from khamtop.index.types import Article, Encoder, Filter, KhamtopError, Passage, Rejected
    from khamtop.qa.answer import ask
    from khamtop.qa.llm import LlmWriter
    from khamtop.qa.reader import Reader, load_reader
    from khamtop.qa.reranker import Reranker, load_reranker
    from khamtop.qa.searching import search
    from khamtop.qa.types import Answer, Citation, Hit, Sentence
    from khamtop.qa.writer import Writer

__version__ = "0.3.0"

#: Where each name comes from. It is imported when it is first used: `khamtop --help` needs neither FAISS nor tantivy.
_HOME = {
    "Answer": "qa.types", "Article": "index.types", "Citation": "qa.types", "Encoder": "index.types",
    "Filter": "index.types", "Hit": "qa.types", "Index": "index.storage.store", "KhamtopError": "index.types",
    "LlmWriter": "qa.llm", "Passage": "index.types", "Reader": "qa.reader", "Rejected": "index.types",
    "Report": "index.building.build", "Reranker": "qa.reranker", "Sentence": "qa.types", "Writer": "qa.writer",
    "ask": "qa.answer", "build": "index.building.build", "filter_of": "index.filters",
    "load_encoder": "index.encoders.wiring", "load_reader": "qa.reader", "load_reranker": "qa.reranker",
    "open_index": "index.storage.wiring", "search": "qa.searching",
}  # fmt: skip

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"khamtop.{_HOME[name]}"), name)
