"""Measures retrieval, answers and abstention on several question sets in one run, and writes the table.

    python tests/benchmarks/quality.py --iapp path/to/iapp-wiki-qa/valid.json

`--iapp` is the validation file of iapp-wiki-qa in SQuAD JSON (github.com/iapp-technology/iapp-wiki-qa-dataset);
the news sets lie in `tests/data/`. The table replaces the one between the marks in `RESULTS.md`; what
stands around it, negative results among it, stays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import results

from index.encoder import load_encoder
from qa.evaluate import evaluate

DATA = Path(__file__).parent.parent / "data"
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
        for row, retrieval in figures["retrieval"].items():
            cells: list[object] = [
                f"{name} ({figures['questions']})",
                row,
                *(retrieval[key] for key in ("R@1", "R@5", "MRR@10")),
            ]
            if row == "hybrid":
                answers, abstain, latency = figures["answer"], figures["abstain"], figures["latency_ms"]
                cells += [answers["answer@1"], answers["exact_match"], answers["f1"], abstain["auroc"]]
                cells += [abstain["answered_when_answerable"], abstain["abstained_when_not"]]
                cells += [latency["p50"], latency["p99"]]
            else:
                cells += [""] * 8
            rows.append(cells)
    results.write("quality", COLUMNS, rows)


if __name__ == "__main__":
    main()
