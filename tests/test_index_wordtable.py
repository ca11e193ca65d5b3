"""Each word's row is worked out once, whoever asks for it, and as often as it is forgotten."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from khamtop.index.encoders.wordtable import WordTable


@pytest.fixture
def computed():
    """The words whose rows were worked out."""
    return []


@pytest.fixture
def table(computed):
    """A word's row is its length and the number of its first letter; four words are remembered."""

    def compute(words):
        computed.extend(words)
        return np.array([[len(word), ord(word[0])] for word in words], np.float32)

    return WordTable(2, compute, 4)


def rows(*words):
    return [[len(word), ord(word[0])] for word in words]


def test_rows_come_in_the_order_of_the_words_and_each_is_worked_out_once(table, computed):
    assert table(["น้ำ", "ฝน", "น้ำ"]).tolist() == rows("น้ำ", "ฝน", "น้ำ")
    assert table(["ลม", "ฝน"]).tolist() == rows("ลม", "ฝน")
    assert computed == ["น้ำ", "ฝน", "ลม"]


def test_no_words_have_no_rows(table):
    assert table([]).shape == (0, 2)


def test_when_it_is_full_it_begins_anew(table, computed):
    table(["a", "b", "c"])
    assert table(["b", "dd", "e"]).tolist() == rows("b", "dd", "e")
    assert computed == ["a", "b", "c", "b", "dd", "e"]
    assert table(["a", "b"]).tolist() == rows("a", "b")


def test_more_words_at_once_than_are_remembered_all_have_their_rows(table):
    many = [chr(ord("a") + at) * (at + 1) for at in range(9)]
    assert table(many).tolist() == rows(*many)
    assert table(["zz", *many]).tolist() == rows("zz", *many)


def test_what_was_given_stays_when_the_table_begins_anew(table):
    given = table(["a", "bb"])
    table(["c", "d", "e", "f"])
    assert given.tolist() == rows("a", "bb")


def test_several_threads_get_the_rows_of_their_own_words(table):
    words = [[chr(ord("a") + (at + thread) % 26) for at in range(3)] for thread in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert [found.tolist() for found in threads.map(table, words)] == [rows(*some) for some in words]
