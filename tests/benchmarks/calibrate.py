"""Fits the weights of `qa/confidence.py`: asks each question with and without its own article.

    python tests/benchmarks/calibrate.py --iapp path/to/iapp-wiki-qa/train.json

A logistic regression of "its article is there" on the reader's logit, the support and how much the question
tells, on the tenth of iapp-wiki-qa's training file that the reader never saw and on the tuning half of the
news, each set counting the same, so that neither kind of text decides alone. Prints the weights to put into
`qa/confidence.py`, and what they do on each set.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from index.build import build_articles
from index.encoder import load_encoder
from index.store import Index
from qa.answer import READ_PASSAGES
from qa.confidence import told_of
from qa.evaluate import auroc, load
from qa.question import read
from qa.reader import read_hits
from qa.retrieve import retrieve
from qa.train_spans import held_out

NEWS = Path(__file__).parent.parent / "data" / "news-tune.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iapp", type=Path, required=True, help="train.json of iapp-wiki-qa")
    arguments = parser.parse_args()
    sets = {name: evidence(file) for name, file in (("iapp", arguments.iapp), ("news", NEWS))}
    rows = np.concatenate([rows for rows, _ in sets.values()])
    there = np.concatenate([there for _, there in sets.values()])
    share = np.concatenate([np.full(len(there), 1 / len(there)) for _, there in sets.values()])
    weights = fit(rows, there, share)
    print("SCORE_WEIGHT, SUPPORT_WEIGHT, TOLD_WEIGHT, BIAS =", ", ".join(f"{weight:.2f}" for weight in weights))
    for name, (rows, there) in sets.items():
        sure = chances(rows, weights)
        answered, refused = (sure[there == 1] >= 0.5).mean(), (sure[there == 0] < 0.5).mean()
        ranked = auroc(sure[there == 1].tolist(), sure[there == 0].tolist())
        print(f"{name}: AUROC {ranked:.1f}, answered {100 * answered:.1f} %, refused {100 * refused:.1f} %")


def evidence(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """(questions * 2, 3) what `confidence` weighs of the best reading, and whether its article is there."""
    articles, questions = load(file)
    if file != NEWS:
        texts = {article.id: article.text for article in articles}
        questions = [question for question in questions if held_out(texts[question.article_id])]
    encoder = load_encoder()
    rows: list[tuple[float, float, float]] = []
    there: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        build_articles(articles, Path(folder), encoder)
        index = Index.open(Path(folder), encoder)
        for question in questions:
            query = read(question.text)
            for hidden in (None, question.article_id):
                readings = read_hits(query, retrieve(query, index, READ_PASSAGES, hidden), index)
                if readings:
                    best = readings[0]
                    rows.append((best.score, best.support, told_of(best.told)))
                    there.append(int(hidden is None))
    return np.array(rows), np.array(there)


def fit(rows: np.ndarray, there: np.ndarray, share: np.ndarray, steps: int = 50) -> np.ndarray:
    """The weights of a logistic regression with a constant, by Newton's method."""
    inputs = np.column_stack([rows, np.ones(len(rows))])
    weights = np.zeros(inputs.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (share * (there - chance))
        bend = (inputs * (share * chance * (1 - chance))[:, None]).T @ inputs + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def chances(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.column_stack([rows, np.ones(len(rows))]) @ weights))


if __name__ == "__main__":
    main()
