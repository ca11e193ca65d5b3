"""Whose turn it is to be answered."""

from __future__ import annotations

import threading

from khamtop.ui.turns import Turns


def order_of(turns: Turns, askers: list[tuple[str, bool]]) -> list[str]:
    """The order in which they get their turn, all having come, one after the other, while somebody else had it."""
    order: list[str] = []

    def ask(name: str, yields: bool) -> None:
        with turns.turn(yields):
            order.append(name)

    threads = [threading.Thread(target=ask, args=asker) for asker in askers]
    with turns.turn():
        for number, thread in enumerate(threads, start=1):
            thread.start()
            with turns._changed:
                turns._changed.wait_for(lambda number=number: len(turns._waiting) == number, 10)
    for thread in threads:
        thread.join(10)
    return order


def test_who_asked_first_is_answered_first_and_suggestions_wait_for_all() -> None:
    askers = [("suggest", True), ("first", False), ("suggest too", True), ("second", False)]
    assert order_of(Turns(1), askers) == ["first", "second", "suggest", "suggest too"]


def test_two_have_a_turn_at_once_and_no_more() -> None:
    turns, met, inside, most = Turns(2), threading.Barrier(2), set(), []

    def ask(name: int) -> None:
        with turns.turn():
            inside.add(name)
            most.append(len(inside))
            met.wait(10)  # breaks unless there are two
            inside.remove(name)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (len(most), max(most), met.broken) == (8, 2, False)


def test_whoever_leaves_before_their_turn_gives_the_place_up() -> None:
    turns = Turns(1)
    with turns.turn():
        with turns.place() as comes:
            assert not comes(0)
        with turns.place() as left, turns.place() as comes:
            assert not left(0)
            assert not comes(0)
        assert not turns._waiting
    with turns.place() as comes:
        assert comes(0)


def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns(1)
    try:
        with turns.turn():
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with turns.turn():
        pass
