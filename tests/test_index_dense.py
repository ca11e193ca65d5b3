"""The dense ranking, against the same worked out with NumPy one passage at a time."""

from pathlib import Path

import numpy as np
import pytest

from khamtop.index.rankings.dense import Dense
from khamtop.index.rankings.ranking import RankingDamaged
from khamtop.index.types import Ranked


def unit_vectors(count, dimensions, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def brute_force(owners, vectors, question, k):
    """Every passage by its best vector, best first, then by number."""
    best = {}
    for owner, vector in zip(owners, vectors, strict=True):
        best[owner] = max(best.get(owner, -2.0), float(vector @ question))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]


#: The folder of a ranking that is never committed.
NOWHERE = Path("nowhere")


def filled(owners, vectors, folder=NOWHERE):
    dense = Dense(folder, vectors.shape[1])
    dense.add(owners, vectors)
    return dense


def reopened(dense, folder):
    dense.commit()
    return Dense(folder, dense.dimensions)


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
    dense = Dense(NOWHERE, 8)
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
    dense = filled(owners, vectors, tmp_path)
    loaded = reopened(dense, tmp_path)
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
    dense = Dense(tmp_path, 4)
    dense.add([], np.zeros((0, 4), dtype=np.float32))
    assert dense.search(np.ones(4, dtype=np.float32), 5) == []
    dense.commit()
    assert Dense(tmp_path, 4).search(np.ones(4, dtype=np.float32), 5) == []


def test_numbers_that_do_not_match_are_named():
    with pytest.raises(ValueError, match="3 passages != 2 vectors"):
        Dense(NOWHERE, 4).add([1, 2, 3], np.zeros((2, 4), dtype=np.float32))


def test_a_file_that_faiss_did_not_write_is_an_error(tmp_path):
    (tmp_path / "vectors.faiss").write_bytes(b"nothing of the kind")
    with pytest.raises(RankingDamaged):
        Dense(tmp_path, 16)


# The large kind: lists, and a byte for each dimension


@pytest.fixture
def in_lists(monkeypatch):
    """Vectors are sorted into eight lists from fifty on, of which a question looks through as many as are given."""

    def use(probes):
        monkeypatch.setattr("khamtop.index.rankings.dense.FLAT_MOST", 50)
        monkeypatch.setattr("khamtop.index.rankings.dense.LISTS", 8)
        monkeypatch.setattr("khamtop.index.rankings.dense.GROWTH", 100)
        monkeypatch.setattr("khamtop.index.rankings.lists.PROBES", probes)

    use(8)
    return use


#: A component of a unit vector is kept to about one part in 255 of what it ranges over, below 2/255; many such
#: errors of both signs cancel in an inner product of 16 dimensions.
PRECISION = 0.02


def assert_ranks_as(expected, ranked, precision=PRECISION):
    """The ranking is that of brute force, as far as a byte for each dimension tells."""
    scores = dict(expected)
    assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)
    for (_, best), item in zip(expected, ranked, strict=False):
        assert item.score == pytest.approx(scores[item.passage], abs=precision)
        assert item.score == pytest.approx(best, abs=precision)


@pytest.mark.parametrize("k", [1, 5, 24, 100])
def test_in_lists_that_are_all_probed_every_passage_is_found_by_its_best_vector(owners, in_lists, k):
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners, vectors)
    assert (dense.is_exact, len(dense), dense.dimensions) == (False, len(owners), 16)
    assert dense.passages() == set(owners)
    for question in unit_vectors(20, 16, seed=1):
        ranked = dense.search(question, k)
        assert len(ranked) == min(k, len(set(owners)))
        assert_ranks_as(brute_force(owners, vectors, question, 100), ranked)


def test_in_lists_well_separated_vectors_are_all_found(in_lists):
    turned, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(64, 64)))
    axes = np.concatenate([turned, -turned]).astype(np.float32)
    dense = filled(range(128), axes)
    assert [dense.search(axis, 1) for axis in axes] == [
        [Ranked(at, pytest.approx(1, abs=PRECISION))] for at in range(128)
    ]


def test_a_question_that_looks_through_few_lists_finds_what_is_nearest_there(owners, in_lists):
    in_lists(1)
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners, vectors)
    best = dict(brute_force(owners, vectors, vectors[7], 100))
    ranked = dense.search(vectors[7], 24)
    assert ranked[0] == Ranked(owners[7], pytest.approx(1, abs=PRECISION))
    assert len(ranked) <= 24
    assert all(item.score <= best[item.passage] + PRECISION for item in ranked)


def test_what_is_added_and_removed_after_sorting_counts(owners, in_lists, tmp_path):
    vectors = unit_vectors(len(owners), 16)
    middle = owners.index(45)
    dense = Dense(tmp_path, 16)
    dense.add(owners[:middle], vectors[:middle])
    assert not dense.is_exact
    dense.add(owners[middle:], vectors[middle:])
    dense.remove([3, 30, 72, 1000])
    loaded = reopened(dense, tmp_path)
    loaded.add([1000], vectors[:1])
    loaded.remove([6])
    loaded.commit()
    kept = [at for at, owner in enumerate(owners) if owner not in (3, 6, 30, 72)]
    left, remaining = [*(owners[at] for at in kept), 1000], np.concatenate([vectors[kept], vectors[:1]])
    for ranking in (loaded, Dense(tmp_path, 16)):
        assert (ranking.is_exact, len(ranking), ranking.passages()) == (False, len(left), set(left))
        for question in vectors[::30]:
            # a later vector is cut off at the range that the first hundred span in each dimension
            assert_ranks_as(brute_force(left, remaining, question, 100), ranking.search(question, 24), precision=0.06)


def test_an_index_grows_into_lists_after_it_was_loaded(owners, in_lists, tmp_path):
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners[:45], vectors[:45], tmp_path)
    assert dense.is_exact
    loaded = reopened(dense, tmp_path)
    loaded.add(owners[45:], vectors[45:])
    assert (loaded.is_exact, loaded.passages()) == (False, set(owners))
    assert_ranks_as(brute_force(owners, vectors, vectors[5], 100), loaded.search(vectors[5], 24))


def test_when_it_has_grown_fourfold_it_is_sorted_anew_into_twice_as_many_lists(in_lists, monkeypatch, tmp_path):
    monkeypatch.setattr("khamtop.index.rankings.dense.GROWTH", 4)
    monkeypatch.setattr("khamtop.index.rankings.lists.PROBES", 32)
    vectors = unit_vectors(900, 16)
    dense, lists = filled(range(100), vectors[:100], tmp_path), []
    for at in range(100, 900, 100):
        dense = reopened(dense, tmp_path)
        dense.add(range(at, at + 100), vectors[at : at + 100])
        lists.append(dense._lists.count)
    assert lists == [8, 16, 16, 16, 16, 16, 16, 32]  # past 200 and past 800
    dense.remove(range(850))
    dense.add(range(850), vectors[:850])
    assert (dense._lists.count, dense.passages()) == (32, set(range(900)))  # coming and going sorts nothing
    for question in vectors[::100]:
        assert_ranks_as(brute_force(range(900), vectors, question, 50), dense.search(question, 5), precision=0.06)


def test_lists_may_be_emptied_and_filled_again(owners, in_lists, tmp_path):
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners, vectors, tmp_path)
    dense.remove(owners)
    assert (len(dense), dense.passages(), dense.search(vectors[0], 3)) == (0, set(), [])
    dense = reopened(dense, tmp_path)
    assert (len(dense), dense.passages(), dense.search(vectors[0], 3)) == (0, set(), [])
    dense.add([1, 2], vectors[:2])
    assert [item.passage for item in dense.search(vectors[1], 1)] == [2]


def test_a_file_that_is_replaced_stays_whole_for_who_has_it_open(owners, in_lists, tmp_path):
    vectors = unit_vectors(len(owners), 16)
    filled(owners, vectors, tmp_path).commit()
    reader = Dense(tmp_path, 16)
    before = reader.search(vectors[9], 24)
    writer = Dense(tmp_path, 16)
    writer.remove(owners)
    writer.add([1], vectors[:1])
    writer.commit()
    (tmp_path / "vectors.faiss").unlink()
    assert reader.search(vectors[9], 24) == before
    assert reader.passages() == set(owners)


KINDS = pytest.mark.parametrize("large", [False, True], ids=["exact", "lists"])


@KINDS
@pytest.mark.parametrize(
    "among", [[3], [6, 9, 30], [3, 4, 5, 60, 72], list(range(0, 90, 2)), [1000], [], list(range(200))]
)
def test_a_search_among_some_is_that_of_brute_force_over_these(owners, in_lists, large, among, monkeypatch):
    if not large:
        monkeypatch.setattr("khamtop.index.rankings.dense.FLAT_MOST", 1000)
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners, vectors)
    assert dense.is_exact != large
    kept = [at for at, owner in enumerate(owners) if owner in among]
    inside = [owners[at] for at in kept]
    for question in unit_vectors(10, 16, seed=2):
        ranked = dense.search(question, 5, np.array(among, np.int64))
        expected = brute_force(inside, vectors[kept], question, 100)
        assert len(ranked) == min(5, len(expected))
        assert_ranks_as(expected, ranked)
        if not large:
            assert pairs(ranked) == expected[:5]


def test_a_narrow_search_looks_through_every_list(owners, in_lists):
    """However far what it is among lies from the question."""
    in_lists(1)
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners, vectors)
    for number in sorted(set(owners)):
        question = -vectors[owners.index(number)]
        ranked = dense.search(question, 5, np.array([number], np.int64))
        assert [item.passage for item in ranked] == [number]
        assert_ranks_as(brute_force([number] * owners.count(number),
                                    vectors[[at for at, owner in enumerate(owners) if owner == number]],
                                    question, 1), ranked)  # fmt: skip


@KINDS
def test_equal_vectors_go_by_passage_number_in_both_kinds(in_lists, large, monkeypatch):
    if not large:
        monkeypatch.setattr("khamtop.index.rankings.dense.FLAT_MOST", 1000)
    numbers = list(range(120, 0, -1))
    dense = filled(numbers, np.tile(np.array([[1, 0]], dtype=np.float32), (120, 1)))
    assert [item.passage for item in dense.search(np.array([1, 0], dtype=np.float32), 3)] == [1, 2, 3]
    assert [item.passage for item in dense.search(np.array([1, 0], dtype=np.float32), 3, np.arange(50, 90))] == [
        50,
        51,
        52,
    ]


# Lists that lie in a file, and what changed since beside them


@pytest.fixture
def beside(in_lists, monkeypatch):
    """However much changes, it is kept beside the lists; or up to the part of all that is given."""

    def use(part):
        monkeypatch.setattr("khamtop.index.rankings.dense.MOST_DELTA", part)
        monkeypatch.setattr("khamtop.index.rankings.dense.MOST_GONE", part)

    use(1e9)
    return use


def saved(owners, vectors, folder):
    return reopened(filled(owners, vectors, folder), folder)


def state(file):
    """What tells whether a file's lists were written again, or others took their place."""
    parts = [file.with_suffix(suffix) for suffix in (".faiss", ".owners", ".rows")]
    return [(part.stat().st_ino, part.stat().st_mtime_ns, part.read_bytes()) for part in parts]


def assert_holds(dense, owners, vectors, among=None, precision=0.06):
    """Has these vectors and no others, and finds what brute force finds."""
    assert (len(dense), dense.passages()) == (len(owners), set(owners))
    for question in unit_vectors(8, vectors.shape[1], seed=5):
        ranked = dense.search(question, 7, among)
        inside = [at for at, owner in enumerate(owners) if among is None or owner in among]
        expected = brute_force([owners[at] for at in inside], vectors[inside], question, 1000)
        assert len(ranked) == min(7, len(expected))
        assert_ranks_as(expected, ranked, precision)


def test_lists_that_lie_in_a_file_are_not_written_again(owners, beside, tmp_path):
    file = tmp_path / "vectors.faiss"
    vectors = unit_vectors(len(owners) + 5, 16)
    dense = saved(owners, vectors[:-5], tmp_path)
    before = state(file)
    dense.add([500] * 5, vectors[-5:])
    dense.remove([30, 72, 1000])
    kept = [at for at, owner in enumerate([*owners, *[500] * 5]) if owner not in (30, 72)]
    left = [[*owners, *[500] * 5][at] for at in kept]
    for ranking in (dense, reopened(dense, tmp_path), reopened(reopened(dense, tmp_path), tmp_path)):
        assert not ranking.is_exact
        assert_holds(ranking, left, vectors[kept])
        assert_holds(ranking, left, vectors[kept], np.array([6, 9, 30, 72, 500], np.int64))
        assert ranking.search(vectors[-1], 1) == [Ranked(500, pytest.approx(1.0, abs=1e-6))]  # as it was given
    assert state(file) == before


def test_lists_made_in_memory_are_written_with_all_that_came(owners, beside, tmp_path):
    vectors = unit_vectors(len(owners), 16)
    dense = filled(owners[:100], vectors[:100], tmp_path)
    dense.add(owners[100:], vectors[100:])
    dense.remove([6])
    loaded = reopened(dense, tmp_path)
    assert (len(loaded._lists), len(loaded._flat), len(loaded)) == (len(owners), 0, len(owners) - 2)


def test_a_number_given_again_has_its_new_vectors_alone(owners, beside, tmp_path):
    vectors = unit_vectors(len(owners), 16)
    dense = saved(owners, vectors, tmp_path)
    dense.remove([30])
    dense.add([30], -vectors[:1])
    dense.remove([33])  # another one, so that what is gone is counted anew
    for ranking in (dense, reopened(dense, tmp_path)):
        assert len(ranking) == len(owners) - 10 - 11 + 1
        assert ranking.passages() == set(owners) - {33}
        (found,) = ranking.search(vectors[owners.index(30)], 1, np.array([30], np.int64))
        assert found.score == pytest.approx(float(vectors[owners.index(30)] @ -vectors[0]), abs=1e-6)
        ranking.remove([30])
        assert len(ranking) == len(owners) - 10 - 11
        assert 30 not in ranking.passages()
        assert ranking.search(vectors[0], 1, np.array([30], np.int64)) == []


def test_equal_vectors_go_by_passage_number_wherever_they_are_kept(beside, tmp_path):
    same = np.tile(np.array([[1, 0]], dtype=np.float32), (120, 1))
    dense = saved(range(0, 120, 2), same[:60], tmp_path)
    dense.add(range(1, 120, 2), same[:60])
    dense.remove([0, 4])
    assert [item.passage for item in dense.search(same[0], 4, np.arange(50))] == [1, 2, 3, 5]
    assert [item.passage for item in dense.search(same[0], 4)] == [1, 2, 3, 5]


def test_a_passage_with_vectors_in_the_lists_and_beside_them_counts_by_its_best(owners, beside, tmp_path):
    vectors = unit_vectors(len(owners) + 24, 16)
    dense = saved(owners, vectors[: len(owners)], tmp_path)
    dense.add(range(3, 75, 3), vectors[len(owners) :])
    assert_holds(dense, [*owners, *range(3, 75, 3)], vectors)


@pytest.mark.parametrize("part", [0, 0.1, 0.4, 1e9])
def test_whatever_comes_and_goes_it_holds_what_brute_force_holds(beside, part, tmp_path):
    beside(part)
    pick = np.random.default_rng(3)
    vectors = unit_vectors(1200, 16, seed=4)
    has = {number: [number, 600 + number] for number in range(200)}  # the vectors of each passage
    owners = [number for number, own in has.items() for _ in own]
    dense = saved(owners, vectors[[at for own in has.values() for at in own]], tmp_path)
    for _ in range(12):
        gone = pick.choice(250, pick.integers(30), replace=False)  # some of which are not there
        dense.remove(gone.tolist())
        has = {number: own for number, own in has.items() if number not in gone}
        come = [number for number in pick.choice(250, 20, replace=False).tolist() if number not in has]
        own = pick.choice(1200, len(come))
        dense.add(come, vectors[own])
        has |= {number: [at] for number, at in zip(come, own.tolist(), strict=True)}
        if pick.random() < 0.6:
            dense = reopened(dense, tmp_path)
        owners = [number for number, own in has.items() for _ in own]
        held = vectors[[at for own in has.values() for at in own]]
        assert_holds(dense, owners, held)
        assert_holds(dense, owners, held, np.arange(0, 250, 3))


def test_when_much_is_kept_beside_the_lists_they_are_written_anew(owners, beside, tmp_path):
    beside(0.1)
    file = tmp_path / "vectors.faiss"
    vectors = unit_vectors(len(owners) + 34, 16)
    dense = saved(owners, vectors[: len(owners)], tmp_path)  # 300 of them
    before = state(file)
    dense.add(range(1000, 1029), vectors[len(owners) : -5])
    assert state(file) == before
    dense = reopened(dense, tmp_path)
    assert (state(file), len(dense._flat)) == (before, 29)
    dense.add(range(1029, 1034), vectors[len(owners) + 29 :])
    dense.remove([12])  # four vectors
    dense = reopened(dense, tmp_path)
    assert (len(dense._lists), len(dense._flat), dense._tombstones.tolist()) == (len(owners) + 34, 0, [12])
    kept = [at for at, owner in enumerate([*owners, *range(1000, 1034)]) if owner != 12]
    assert_holds(dense, [[*owners, *range(1000, 1034)][at] for at in kept], vectors[kept])


def test_when_much_no_longer_counts_all_is_sorted_anew(owners, beside, tmp_path):
    beside(0.1)
    vectors = unit_vectors(len(owners), 16)
    dense = saved(owners, vectors, tmp_path)
    dense.remove([66])
    assert (len(dense._lists), dense._tombstones.tolist()) == (300, [66])
    dense.remove([30])  # 22 vectors, and 10 more
    assert (len(dense._lists), dense._tombstones.tolist()) == (268, [])
    kept = [at for at, owner in enumerate(owners) if owner not in (30, 66)]
    assert_holds(reopened(dense, tmp_path), [owners[at] for at in kept], vectors[kept])


def test_an_index_of_which_little_stays_compares_all_again(owners, beside, tmp_path):
    beside(0.1)
    vectors = unit_vectors(len(owners), 16)
    dense = saved(owners, vectors, tmp_path)
    dense.remove(range(27, 100))  # 36 vectors stay, fewer than are sorted into lists
    dense = reopened(dense, tmp_path)
    assert (dense.is_exact, [path.name for path in tmp_path.iterdir()]) == (True, ["vectors.faiss"])
    assert_holds(dense, owners[:36], vectors[:36])
    dense.add(owners[36:], vectors[36:])
    assert not reopened(dense, tmp_path).is_exact
    assert_holds(dense, owners, vectors)


def test_growth_counts_what_is_kept_beside_the_lists(beside, monkeypatch, tmp_path):
    monkeypatch.setattr("khamtop.index.rankings.dense.GROWTH", 4)
    monkeypatch.setattr("khamtop.index.rankings.lists.PROBES", 16)
    vectors = unit_vectors(260, 16)
    dense = saved(range(150), vectors[:150], tmp_path)
    dense.add(range(150, 200), vectors[150:200])
    assert (dense._lists.count, len(dense._lists)) == (8, 150)
    dense.remove(range(10))
    dense.add(range(200, 260), vectors[200:])
    assert (dense._lists.count, len(dense._lists)) == (16, 250)
    assert_holds(reopened(dense, tmp_path), list(range(10, 260)), vectors[10:])


@pytest.mark.parametrize("name", ["vectors.beside", "vectors.gone", "vectors.rows", "vectors.owners"])
def test_a_file_beside_the_lists_that_is_gone_is_an_error(owners, in_lists, tmp_path, name):
    saved(owners, unit_vectors(len(owners), 16), tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(RankingDamaged):
        Dense(tmp_path, 16)
