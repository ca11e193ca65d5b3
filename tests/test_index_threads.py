"""Parts of one question, done side by side."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from khamtop.index.threads import side_by_side


def test_results_come_in_the_order_of_the_parts() -> None:
    assert side_by_side([partial(pow, number, 2) for number in range(50)]) == [number**2 for number in range(50)]
    assert side_by_side([]) == []


def test_two_parts_are_done_at_the_same_time() -> None:
    met = threading.Barrier(2)
    side_by_side([partial(met.wait, 10), partial(met.wait, 10)])  # either alone would wait until the barrier breaks


def test_parts_of_parts_of_many_askers_never_wait_for_one_another() -> None:
    def nested(depth: int) -> int:
        return sum(side_by_side([partial(nested, depth - 1)] * 3)) if depth else 1

    found: list[int] = []
    askers = [threading.Thread(target=lambda: found.append(nested(4)), daemon=True) for _ in range(16)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(30)
    assert found == [81] * 16


def test_what_a_part_raises_reaches_the_asker() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: 1, lambda: 1 // 0])
