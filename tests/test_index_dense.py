"""The dense ranking, against the same worked out with NumPy one passage at a time."""

import numpy as np
import pytest

from index.dense import Dense
from index.types import Ranked


def unit_vectors(count, dimensions, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def brute_force(owners, vectors, question, k):
    """Every passage by its best vector, best first, then by number."""
    best = {}
    for owner, vector in zip(owners, vectors, strict=True):
        best[owner] = max(best.get(owner, -2.0), float(vector @ question))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]


def filled(owners, vectors):
    dense = Dense(vectors.shape[1])
    dense.add(owners, vectors)
    return dense


def pairs(ranked):
    return [(item.passage, pytest.approx(item.score, abs=1e-6)) for item in ranked]


@pytest.fixture
def owners():
    """Three hundred vectors: passage 1 has one, passage 2 two, ... in runs, with numbers left out."""
    return [number * 3 for number in range(1, 25) for _ in range(number)]


@pytest.mark.parametrize("k", [1, 5, 24, 100])
def test_the_ranking_is_that_of_each_passages_best_vector(owners, k):
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners, vectors)
    for question in unit_vectors(20, 16, seed=1):
        assert brute_force(owners, vectors, question, k) == pairs(dense.search(question, k))


def test_many_near_vectors_of_one_passage_do_not_crowd_out_the_others():
    near = np.tile(np.array([[1, 0]], dtype=np.float32), (200, 1))
    far = np.array([[0, 1], [-1, 0]], dtype=np.float32)
    dense = filled([1] * 200 + [2, 3], np.concatenate([near, far]))
    assert dense.search(near[0], 3) == [Ranked(1, 1.0), Ranked(2, 0.0), Ranked(3, -1.0)]


def test_the_score_is_the_cosine():
    dense = filled([7], np.array([[0.6, 0.8]], dtype=np.float32))
    (found,) = dense.search(np.array([1, 0], dtype=np.float32), 1)
    assert found == Ranked(7, pytest.approx(0.6))


def test_passages_may_be_added_in_several_goes(owners):
    vectors = unit_vectors(len(owners), 8)
    dense = Dense(8)
    middle = owners.index(30)
    dense.add(owners[:middle], vectors[:middle])
    dense.add(owners[middle:], vectors[middle:])
    assert len(dense) == len(owners)
    assert brute_force(owners, vectors, vectors[5], 9) == pairs(dense.search(vectors[5], 9))


def test_a_removed_passage_is_never_found_again(owners):
    vectors = unit_vectors(len(owners), 8)
    dense = filled(owners, vectors)
    dense.remove([3, 30, 72, 1000])  # the last was never there
    kept = [at for at, owner in enumerate(owners) if owner not in (3, 30, 72)]
    left = [owners[at] for at in kept]
    assert len(dense) == len(left)
    for question in vectors[::30]:
        assert brute_force(left, vectors[kept], question, 24) == pairs(dense.search(question, 24))


def test_saved_and_loaded_it_ranks_the_same_and_can_still_be_changed(owners, tmp_path):
    vectors = unit_vectors(len(owners), 8)
    dense = filled(owners, vectors)
    dense.save(tmp_path / "vectors")
    loaded = Dense.load(tmp_path / "vectors")
    assert (len(loaded), loaded.dimensions) == (len(owners), 8)
    assert loaded.search(vectors[9], 24) == dense.search(vectors[9], 24)
    loaded.remove([30])
    assert 30 not in {item.passage for item in loaded.search(vectors[9], 24)}
    assert 30 in {item.passage for item in dense.search(vectors[9], 24)}


def test_equal_scores_go_by_passage_number():
    dense = filled([9, 4, 6, 2], np.tile(np.array([[1, 0]], dtype=np.float32), (4, 1)))
    assert [item.passage for item in dense.search(np.array([1, 0], dtype=np.float32), 3)] == [2, 4, 6]


def test_equal_scores_go_by_passage_number_among_many():
    numbers = list(range(100, 0, -1))
    dense = filled(numbers, np.tile(np.array([[1, 0]], dtype=np.float32), (100, 1)))
    assert [item.passage for item in dense.search(np.array([1, 0], dtype=np.float32), 2)] == [1, 2]


def test_an_empty_ranking_finds_nothing(tmp_path):
    dense = Dense(4)
    dense.add([], np.zeros((0, 4), dtype=np.float32))
    assert dense.search(np.ones(4, dtype=np.float32), 5) == []
    dense.save(tmp_path / "vectors")
    assert Dense.load(tmp_path / "vectors").search(np.ones(4, dtype=np.float32), 5) == []


def test_numbers_that_do_not_match_are_named():
    with pytest.raises(ValueError, match="3 passages != 2 vectors"):
        Dense(4).add([1, 2, 3], np.zeros((2, 4), dtype=np.float32))


def test_a_file_that_faiss_did_not_write_is_an_error(tmp_path):
    (tmp_path / "vectors").write_bytes(b"nothing of the kind")
    with pytest.raises(RuntimeError):
        Dense.load(tmp_path / "vectors")
