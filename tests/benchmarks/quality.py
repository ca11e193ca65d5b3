"""Measures retrieval, answers and abstention on several question sets in one run, and writes the table.

    python tests/benchmarks/quality.py --iapp path/to/iapp-wiki-qa/valid.json --newsqa path/to/newsqa/dev.json

`--iapp` is the validation file of iapp-wiki-qa in SQuAD JSON (github.com/iapp-technology/iapp-wiki-qa-dataset);
the news sets lie in `tests/data/`. The table replaces the one between the marks in `RESULTS.md`; what
stands around it, negative results among it, stays.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import results

from khamtop.index.building.build import build_articles
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.rankings import lexical
from khamtop.index.storage.store import Index
from khamtop.index.types import Encoder
from khamtop.qa.evaluate import evaluate, load
from khamtop.qa.question import read
from khamtop.qa.retrieve import lexical_ranking

DATA = Path(__file__).parent.parent / "data"
#: Passages ranked per question, so that ten different articles are among them.
RANKED = 100
COLUMNS = (
    "set", "row", "R@1", "R@5", "R@10", "MRR@10", "answer@1", "in 150", "exact", "F1", "AUROC", "answered", "refused",
    "unanswerable refused, AUROC, refused when 85 % are answered", "p50 ms", "p99 ms",
)  # fmt: skip
_NO_ANSWER = ("refused", "auroc", "refused_when_85_answered")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iapp", type=Path, help="valid.json of iapp-wiki-qa")
    parser.add_argument("--newsqa", type=Path, help="dev.json of newsqa")
    arguments = parser.parse_args()
    sets: dict[str, tuple[Path, Path | None]] = {
        "news, report half": (DATA / "news-report.json", None),
        "news, tuning half": (DATA / "news-tune.json", None),
    }
    if arguments.iapp:
        sets = {
            "iapp valid": (arguments.iapp, None),
            "iapp valid, 100 questions in English": (arguments.iapp, DATA / "iapp-valid-english.json"),
            **sets,
        }
    if arguments.newsqa:
        sets = {"newsqa dev": (arguments.newsqa, None), **sets}
    encoder = load_encoder()
    rows: list[list[object]] = []
    for name, (file, questions) in sets.items():
        print(name, file=sys.stderr)
        figures = evaluate(file, encoder, questions)
        abstain, latency, no_answer = figures["abstain"], figures["latency_ms"], figures.get("no_answer", {})
        judged = [
            *answered(figures), abstain["auroc"], abstain["answered_when_answerable"], abstain["abstained_when_not"],
            ", ".join(str(no_answer[name]) for name in _NO_ANSWER if no_answer),
            latency["p50"], latency["p99"],
        ]  # fmt: skip
        retrieval = figures["retrieval"]
        for row, found in {**retrieval, **fields_alone(file, questions, encoder)}.items():
            cells = judged if row == "hybrid" else [""] * len(judged)
            rows.append([f"{name} ({figures['questions']})", row, *ranked(found), *cells])
        for group, of_group in figures.get("groups", {}).items():
            cells = [*answered(of_group), *[""] * (len(judged) - 4)]
            found = of_group["retrieval"]["hybrid"]
            rows.append([f"{name}: {group} ({of_group['questions']})", "hybrid", *ranked(found), *cells])
    results.write("quality", COLUMNS, rows)


def ranked(found: dict[str, float]) -> list[object]:
    """The cells of a ranking."""
    return [found[name] for name in ("R@1", "R@5", "R@10", "MRR@10")]


def answered(figures: dict[str, Any]) -> list[object]:
    """The cells of what was answered."""
    answers = figures["answer"]
    return [answers[name] for name in ("answer@1", "answer@1_within_150", "exact_match", "f1")]


def fields_alone(file: Path, questions: Path | None, encoder: Encoder) -> dict[str, dict[str, float]]:
    """The figures of the lexical ranking by each of its fields alone: words, character n-grams, sound."""
    articles, asked = load(file, questions)
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        build_articles(articles, Path(folder), encoder)
        index = Index.open(Path(folder), encoder)
        asked = [question for question in asked if question.answers]
        queries = [read(question.text, question.history) for question in asked]
        for field in lexical.FIELD_WEIGHTS:
            only = {name: float(name == field) for name in lexical.FIELD_WEIGHTS}
            with patch.dict(lexical.FIELD_WEIGHTS, only):
                rankings = [lexical_ranking(query, index, RANKED) for query in queries]
            places = []
            for question, ranking in zip(asked, rankings, strict=True):
                found = dict.fromkeys(index.passage(item.passage)[0].id for item in ranking if item.score > 0)
                places.append([*found].index(question.article_id) + 1 if question.article_id in found else 0)
            figures[f"{field} alone"] = {
                **{f"R@{k}": 100 * statistics.fmean(0 < place <= k for place in places) for k in (1, 5, 10)},
                "MRR@10": 100 * statistics.fmean(1 / place if 0 < place <= 10 else 0.0 for place in places),
            }
    return figures


if __name__ == "__main__":
    main()
