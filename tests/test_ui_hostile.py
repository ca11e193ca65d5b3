"""Calls as nobody should send them: an answer, or a sentence that says why not; never a traceback.

`tests/benchmarks/hostile.py` sends thousands.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khamtop.ui.service
from khamtop.ui.service import Service
from tests.hostile_calls import Caller, hostile_call
from tests.hostile_files import STORY, good_file
from tests.toys import NEWS, ToyEncoder, ToyReader, write_files


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("calls")
    write_files(folder / "articles", {**NEWS, "zoo.txt": STORY, "zoo.pdf": good_file("a.pdf")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
        patch.setattr(khamtop.ui.service, "load_reader", lambda name: ToyReader({}, otherwise=2.0))
        service = Service(folder / "index", [folder / "articles"])
        service.rebuild()
        with Caller(service) as caller:
            yield caller


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_called_gets_an_answer_or_a_sentence(caller: Caller, random: Random) -> None:
    ids = [f"articles/{name}" for name in (*NEWS, "zoo.txt", "zoo.pdf")]
    c = hostile_call(random, ids)
    p = list(caller.problems_of(c))
    print(c.method, c.path[:30], p)
    assert p == []
