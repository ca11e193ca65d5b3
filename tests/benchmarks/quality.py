"""Measures retrieval, answers and abstention on several question sets in one run, and writes the table.

    python tests/benchmarks/quality.py --iapp path/to/iapp-wiki-qa/valid.json

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
from unittest.mock import patch

import results

from index import lexical
from index.build import build_articles
from index.encoder import load_encoder
from index.store import Index
from index.types import Encoder
from qa.evaluate import evaluate, load
from qa.question import read
from qa.retrieve import lexical_ranking

DATA = Path(__file__).parent.parent / "data"
#: Passages ranked per question, so that ten different articles are among them.
RANKED = 100
COLUMNS = (
    "set", "row", "R@1", "R@5", "MRR@10", "answer@1", "exact", "F1", "AUROC", "answered", "refused", "p50 ms", "p99 ms",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iapp", type=Path, help="valid.json of iapp-wiki-qa")
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
    encoder = load_encoder()
    rows: list[list[object]] = []
    for name, (file, questions) in sets.items():
        print(name, file=sys.stderr)
        figures = evaluate(file, encoder, questions)
        answers, abstain, latency = figures["answer"], figures["abstain"], figures["latency_ms"]
        judged = [
            answers["answer@1"], answers["exact_match"], answers["f1"], abstain["auroc"],
            abstain["answered_when_answerable"], abstain["abstained_when_not"], latency["p50"], latency["p99"],
        ]  # fmt: skip
        retrieval = figures["retrieval"]
        for row, found in {**retrieval, **fields_alone(file, questions, encoder)}.items():
            cells = judged if row == "hybrid" else [""] * len(judged)
            rows.append([f"{name} ({figures['questions']})", row, found["R@1"], found["R@5"], found["MRR@10"], *cells])
    results.write("quality", COLUMNS, rows)


def fields_alone(file: Path, questions: Path | None, encoder: Encoder) -> dict[str, dict[str, float]]:
    """The figures of the lexical ranking by each of its fields alone: words, character n-grams, sound."""
    articles, asked = load(file, questions)
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        build_articles(articles, Path(folder), encoder)
        index = Index.open(Path(folder), encoder)
        queries = [read(question.text) for question in asked]
        for field in lexical.FIELD_WEIGHTS:
            only = {name: float(name == field) for name in lexical.FIELD_WEIGHTS}
            with patch.dict(lexical.FIELD_WEIGHTS, only):
                rankings = [lexical_ranking(query, index, RANKED) for query in queries]
            places = []
            for question, ranking in zip(asked, rankings, strict=True):
                found = dict.fromkeys(index.passage(item.passage)[0].id for item in ranking if item.score > 0)
                places.append([*found].index(question.article_id) + 1 if question.article_id in found else 0)
            figures[f"{field} alone"] = {
                **{f"R@{k}": 100 * statistics.fmean(0 < place <= k for place in places) for k in (1, 5)},
                "MRR@10": 100 * statistics.fmean(1 / place if 0 < place <= 10 else 0.0 for place in places),
            }
    return figures


if __name__ == "__main__":
    main()
