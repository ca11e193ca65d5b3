"""Questions as nobody asks them: a sentence that says why not, or quotes of the articles.

`tests/benchmarks/hostile.py` asks thousands.
"""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from khamtop.index.storage.store import Index
from tests.hostile_questions import problems_of
from tests.toys import ToyReader


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_asked_gets_quotes_or_a_reason(small_index: Index, random: Random) -> None:
    assert list(problems_of(small_index, random, ToyReader({}, otherwise=2.0))) == []
