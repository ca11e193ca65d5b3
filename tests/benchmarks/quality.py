"""Measures retrieval, answers and abstention on several question sets in one run, and writes the table.

    python tests/benchmarks/quality.py --iapp path/to/iapp-wiki-qa/valid.json

`--iapp` is the validation file of iapp-wiki-qa in SQuAD JSON (github.com/iapp-technology/iapp-wiki-qa-dataset);
the news sets lie in `tests/data/`. The table replaces the one between the marks in `RESULTS.md`; what
stands around it, negative results among it, stays.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from index.encoder import load_encoder
from qa.evaluate import evaluate

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
RESULTS = HERE / "RESULTS.md"
BEGIN, END = "<!-- quality: begin -->", "<!-- quality: end -->"


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
    lines = [
        f"Commit {_commit()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()};"
        f" `python {' '.join(_public(word) for word in sys.argv)}`",
        "",
        "| set | row | R@1 | R@5 | MRR@10 | answer@1 | exact | F1 | AUROC | answered | refused | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (file, questions) in sets.items():
        print(name, file=sys.stderr)
        figures = evaluate(file, encoder, questions)
        for row, retrieval in figures["retrieval"].items():
            cells = [f"{name} ({figures['questions']})", row, *(retrieval[key] for key in ("R@1", "R@5", "MRR@10"))]
            if row == "hybrid":
                answers, abstain, latency = figures["answer"], figures["abstain"], figures["latency_ms"]
                cells += [answers["answer@1"], answers["exact_match"], answers["f1"], abstain["auroc"]]
                cells += [abstain["answered_when_answerable"], abstain["abstained_when_not"]]
                cells += [latency["p50"], latency["p99"]]
            else:
                cells += [""] * 8
            lines.append(
                "| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"
            )
    table = "\n".join(lines)
    print(table)
    _write(table)


def _write(table: str) -> None:
    before, _, rest = RESULTS.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    RESULTS.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")


def _commit() -> str:
    described = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"


def _public(word: str) -> str:
    """A word of the command line without the folders of this machine."""
    return Path(word).name if word.startswith(("/", "..")) else word


if __name__ == "__main__":
    main()
