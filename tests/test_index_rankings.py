"""What every ranking must do, each held to the same: the dense one, the lexical one, and a toy that anyone can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from khamtop.index.rankings.dense import Dense
from khamtop.index.rankings.lexical import Lexical, Terms
from khamtop.index.rankings.ranking import Ranking
from khamtop.index.types import Ranked, best_first
from tests.toys import each


class ToyRanking:
    """Passages by how many of the wanted letters they hold; one JSON file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "letters.json"
        self._texts: dict[int, str] = {}
        if self._file.exists():
            self._texts = {int(number): text for number, text in json.loads(self._file.read_text()).items()}

    def add(self, passages: Sequence[int], entries: Sequence[str]) -> None:
        self._texts.update(zip(passages, entries, strict=True))

    def remove(self, passages: Iterable[int]) -> None:
        for passage in passages:
            self._texts.pop(passage, None)

    def search(self, wanted: str, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        scores = {
            number: float(sum(text.count(letter) for letter in wanted))
            for number, text in self._texts.items()
            if among is None or number in among
        }
        return best_first({number: score for number, score in scores.items() if score}, k)

    def passages(self) -> set[int]:
        return set(self._texts)

    def commit(self) -> None:
        self._file.write_text(json.dumps(self._texts))

    def close(self) -> None:
        pass

    @staticmethod
    def is_immutable(file: Path) -> bool:
        return False

    @staticmethod
    def is_temporary(file: Path) -> bool:
        return False


#: For each: what opens it, three entries, and what finds the first of them before the second, and never the third.
Kind = tuple[Callable[[Path], Ranking[Any, Any]], Sequence[Any], Any]
KINDS: dict[str, Kind] = {
    "dense": (lambda folder: Dense(folder, 2), np.eye(3, 2, dtype=np.float32), np.array([0.9, 0.4], np.float32)),
    "lexical": (
        lambda folder: Lexical(folder / "words"),
        [Terms.of(text.split(), text) for text in ("นาโต นาโต", "นาโต รถไฟ", "ฝน")],
        {"words": each(["นาโต"])},
    ),
    "toy": (ToyRanking, ["aab", "abc", "xyz"], "a"),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def found(ranking: Ranking[Any, Any], wanted: Any, among: Sequence[int] | None = None) -> list[int]:
    chosen = None if among is None else np.array(among, np.int64)
    return [item.passage for item in ranking.search(wanted, 2, chosen)]


def test_what_was_committed_is_found_by_whoever_opens_the_folder(kind: Kind, tmp_path: Path) -> None:
    opened, entries, wanted = kind
    ranking = opened(tmp_path)
    assert (found(ranking, wanted), ranking.passages()) == ([], set())
    ranking.add([7, 9, 11], entries)
    ranking.commit()
    ranking.close()
    for again in (ranking, opened(tmp_path)):
        assert (found(again, wanted), again.passages()) == ([7, 9], {7, 9, 11})


def test_a_removed_passage_is_gone_and_an_unknown_one_is_passed_over(kind: Kind, tmp_path: Path) -> None:
    opened, entries, wanted = kind
    ranking = opened(tmp_path)
    ranking.add([7, 9, 11], entries)
    ranking.commit()
    ranking.remove([7, 1000])
    ranking.commit()
    assert found(opened(tmp_path), wanted)[0] == 9
    assert opened(tmp_path).passages() == {9, 11}


def test_a_search_may_be_kept_to_some_passages(kind: Kind, tmp_path: Path) -> None:
    opened, entries, wanted = kind
    ranking = opened(tmp_path)
    ranking.add([7, 9, 11], entries)
    ranking.commit()
    assert found(ranking, wanted, [9])[0] == 9
    assert 7 not in found(ranking, wanted, [9, 11])


def test_what_was_not_committed_is_in_no_file(kind: Kind, tmp_path: Path) -> None:
    opened, entries, _ = kind
    ranking = opened(tmp_path)
    ranking.add([7], entries[:1])
    ranking.commit()
    ranking.add([9], entries[1:2])
    ranking.close()
    assert opened(tmp_path).passages() == {7}
