"""The lexical ranking: BM25 as anyone can work it out, of words that thai.py cut."""

import math

import numpy as np
import pytest

from khamtop.index.rankings.lexical import GRAM_CHARS, Lexical, Terms
from khamtop.index.rankings.ranking import RankingDamaged
from khamtop.index.text import thai
from tests.toys import each

PASSAGES = {
    11: ("", "นาโต ประชุม มาดริด"),
    12: ("", "นาโต นาโต รถไฟ น้ำท่วม ฝนตก"),
    13: ("", "รถไฟ รถไฟ รถไฟ"),
    14: ("", "น้ำท่วม รถไฟ ประชุม ประชุม ประชุม ประชุม ประชุม"),
}


def bm25(documents, terms):
    """Scores by Okapi BM25 with k1 = 1.2 and b = 0.75; documents without any of the terms left out."""
    mean = sum(map(len, documents.values())) / len(documents)
    scores = {}
    for number, document in documents.items():
        for term, weight in terms.items():
            holding = sum(term in other for other in documents.values())
            if count := document.count(term):
                rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
                damped = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(document) / mean))
                scores[number] = scores.get(number, 0.0) + weight * rarity * damped
    return scores


def best_first(scores):
    """By score, then by number, and the best is 1."""
    order = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [(number, pytest.approx(score, rel=1e-5)) for number, score in order]


def relative(scores):
    return {number: score / max(scores.values()) for number, score in scores.items()}


def pairs(ranked):
    return [(item.passage, item.score) for item in ranked]


def add(lexical, number, title, text):
    lexical.add([number], [Terms.of(thai.words(title) + thai.words(text), text)])


def weighted(terms):
    return [way for term, weight in terms.items() for way in each([term], weight)]


def found(lexical, *words, k=10):
    return [item.passage for item in lexical.search({"words": each(words)}, k)]


@pytest.fixture
def lexical(tmp_path):
    lexical = Lexical(tmp_path / "words")
    for number, (title, text) in PASSAGES.items():
        add(lexical, number, title, text)
    lexical.commit()
    return lexical


@pytest.mark.parametrize(
    "terms",
    [
        {"นาโต": 1.0},
        {"รถไฟ": 1.0},
        {"ประชุม": 1.0, "รถไฟ": 1.0},
        {"นาโต": 1.0, "ประชุม": 1.0, "มาดริด": 1.0, "ไม่มี": 1.0},
        {"ประชุม": 0.1, "รถไฟ": 3.0},  # weights turn the order
    ],
)
def test_words_are_ranked_by_bm25_and_the_best_scores_one(lexical, terms):
    documents = {number: text.split() for number, (_, text) in PASSAGES.items()}
    assert pairs(lexical.search({"words": weighted(terms)}, 10)) == best_first(relative(bm25(documents, terms)))


def test_the_scores_of_words_and_of_ngrams_are_added_each_as_its_weighted_share_of_the_best(lexical, monkeypatch):
    monkeypatch.setattr("khamtop.index.rankings.lexical.FIELD_WEIGHTS", {"words": 1.0, "grams": 0.5})
    words = {number: text.split() for number, (_, text) in PASSAGES.items()}
    grams = {number: [text[at : at + GRAM_CHARS] for at in range(len(text) - GRAM_CHARS + 1)]  # over spaces too
             for number, (_, text) in PASSAGES.items()}  # fmt: skip
    word_terms, gram_terms = {"นาโต": 1.0, "รถไฟ": 1.0}, {"ประช": 1.0, "มาดร": 1.0}
    total = relative(bm25(words, word_terms))
    for number, score in relative(bm25(grams, gram_terms)).items():
        total[number] = total.get(number, 0.0) + 0.5 * score
    wanted = {"words": weighted(word_terms), "grams": weighted(gram_terms)}
    assert pairs(lexical.search(wanted, 10)) == best_first(total)


def test_of_the_ways_to_write_one_thing_the_best_counts_and_the_terms_of_a_way_are_added(lexical):
    documents = {number: text.split() for number, (_, text) in PASSAGES.items()}
    scores = dict.fromkeys(documents, 0.0)
    for ways in ([{"นาโต": 1.0, "มาดริด": 1.0}, {"รถไฟ": 2.0}], [{"ประชุม": 0.5}]):
        for number in documents:
            scores[number] += max(bm25(documents, way).get(number, 0.0) for way in ways)
    wanted = [[(["นาโต", "มาดริด"], 1.0), (["รถไฟ"], 2.0)], [(["ประชุม"], 0.5)]]
    assert pairs(lexical.search({"words": wanted}, 10)) == best_first(relative(scores))


def test_a_slip_of_a_letter_is_still_found_by_the_ngrams_around_it(tmp_path):
    lexical = Lexical(tmp_path / "words")
    add(lexical, 1, "", "นายกรัฐมนตรีฟูมิโอะ คิชิดะ เดินทางถึง")
    add(lexical, 2, "", "รถไฟขบวนใหม่มาถึงแล้ว")
    lexical.commit()
    grams = each(thai.ngrams("ฟุมิโอะ", GRAM_CHARS))
    assert [item.passage for item in lexical.search({"grams": grams}, 5)] == [1]


def test_a_name_in_the_other_script_is_found_by_its_sound(tmp_path):
    lexical = Lexical(tmp_path / "words")
    add(lexical, 1, "", "นายฟูมิโอะ คิชิดะ เดินทางถึง")
    add(lexical, 2, "", "รถไฟขบวนใหม่มาถึงแล้ว")
    lexical.commit()
    assert [item.passage for item in lexical.search({"sounds": each(thai.sounds("kishida"))}, 5)] == [1]


def test_the_title_counts_as_words_of_its_passage(tmp_path):
    lexical = Lexical(tmp_path / "words")
    add(lexical, 1, "ประชุมนาโต", "ฝนตกหนัก")
    add(lexical, 2, "รถไฟ", "ฝนตกหนัก")
    lexical.commit()
    assert found(lexical, "นาโต") == [1]


@pytest.mark.parametrize(
    ("field", "cut"), [("grams", lambda text: thai.ngrams(text, GRAM_CHARS)), ("sounds", thai.sounds)]
)
def test_a_passage_is_found_by_each_ngram_that_a_question_of_its_text_has(tmp_path, seed_text, field, cut):
    text = thai.normalise(seed_text[:600]).text
    lexical = Lexical(tmp_path / "words")
    add(lexical, 1, "", text)
    lexical.commit()
    assert cut(text)
    assert [gram for gram in cut(text) if not lexical.search({field: each([gram])}, 1)] == []


@pytest.mark.parametrize("few", [0, 100])  # looked for down the ranking of all, or asked for by number
def test_a_search_among_some_passages_ranks_them_as_a_search_among_all_does(lexical, monkeypatch, few):
    monkeypatch.setattr("khamtop.index.rankings.lexical.FEW", few)
    wanted = {"words": each(["รถไฟ", "ประชุม", "นาโต"])}
    everything = lexical.search(wanted, 10)
    for among in ([11], [12, 13], [11, 13, 14, 99], []):
        best = max((item.score for item in everything if item.passage in among), default=1.0)
        expected = [(item.passage, pytest.approx(item.score / best)) for item in everything if item.passage in among]
        assert pairs(lexical.search(wanted, 10, np.array(among, np.int64))) == expected
        assert pairs(lexical.search(wanted, 1, np.array(among, np.int64))) == expected[:1]


def test_the_passages_that_meet_every_condition_are_told_in_any_of_its_ways(lexical, tmp_path):
    assert lexical.holding([[("words", ["รถไฟ"])]]).tolist() == [12, 13, 14]
    assert lexical.holding([[("words", ["รถไฟ", "ฝนตก"]), ("words", ["มาดริด"])]]).tolist() == [11, 12]
    assert lexical.holding([[("words", ["รถไฟ"])], [("grams", ["น้ำท", "ท่วม"])]]).tolist() == [12, 14]
    assert lexical.holding([[("words", ["รถไฟ"])], [("words", ["ไม่มี"])]]).tolist() == []
    assert lexical.holding([]).tolist() == [11, 12, 13, 14]
    assert Lexical(tmp_path / "empty").holding([]).tolist() == []


def test_it_knows_the_numbers_of_its_passages(lexical, tmp_path):
    assert lexical.passages() == set(PASSAGES)
    lexical.remove([12])
    lexical.commit()
    assert lexical.passages() == set(PASSAGES) - {12}
    assert Lexical(tmp_path / "empty").passages() == set()


def test_equal_scores_go_by_passage_number(tmp_path):
    lexical = Lexical(tmp_path / "words")
    for number in (9, 3, 7, 5):
        add(lexical, number, "", "น้ำท่วม รถไฟ")
    lexical.commit()
    assert found(lexical, "รถไฟ") == [3, 5, 7, 9]


def test_no_more_than_k_are_given_and_they_are_the_best(lexical):
    assert found(lexical, "รถไฟ", k=2) == found(lexical, "รถไฟ")[:2]


def test_nothing_is_found_without_a_term_or_in_an_empty_index(lexical, tmp_path):
    assert lexical.search({}, 5) == []
    assert lexical.search({"words": []}, 5) == []
    assert found(lexical, "ไม่มี") == []
    assert found(Lexical(tmp_path / "empty"), "รถไฟ") == []
    assert len(Lexical(tmp_path / "empty")) == 0


def test_what_was_added_is_found_from_the_commit_on(lexical):
    add(lexical, 15, "", "รถไฟ ลาว")
    assert found(lexical, "ลาว") == []
    lexical.commit()
    assert found(lexical, "ลาว") == [15]
    assert len(lexical) == 5


# tantivy 0.27 deletes nothing by a term of an unsigned field, and says so to nobody
@pytest.mark.parametrize("reopened", [False, True])
def test_a_removed_passage_is_gone(lexical, tmp_path, reopened):
    if reopened:
        del lexical
        lexical = Lexical(tmp_path / "words")
    lexical.remove([13, 99])
    lexical.commit()
    assert len(lexical) == 3
    assert sorted(found(lexical, "รถไฟ")) == [12, 14]
    assert sorted(found(Lexical(tmp_path / "words"), "รถไฟ")) == [12, 14]


def test_a_passage_added_and_removed_before_the_commit_is_gone(lexical):
    add(lexical, 15, "", "ลาว")
    lexical.remove([15])
    add(lexical, 16, "", "ลาว")
    lexical.commit()
    assert found(lexical, "ลาว") == [16]


def test_cleared_and_added_anew_it_counts_no_removed_passage(lexical, tmp_path):
    assert lexical.document_frequency("นาโต") == 2
    assert not lexical.is_worn
    lexical.remove([12])
    assert lexical.is_worn
    lexical.commit()
    lexical = Lexical(tmp_path / "words")
    assert lexical.is_worn
    lexical.clear()
    for number in (11, 13, 14):
        add(lexical, number, *PASSAGES[number])
    lexical.commit()
    assert lexical.document_frequency("นาโต") == 1
    assert not lexical.is_worn
    assert lexical.passages() == {11, 13, 14}
    terms = b"".join(file.read_bytes() for file in (tmp_path / "words").iterdir())
    assert "ฝนตก".encode() not in terms


def test_opened_again_it_ranks_the_same(lexical, tmp_path):
    terms = {"words": weighted({"รถไฟ": 1.0, "ประชุม": 2.0}), "grams": each(["รถไฟ"])}
    again = Lexical(tmp_path / "words")
    assert len(again) == 4
    assert again.search(terms, 10) == lexical.search(terms, 10)


def test_a_word_is_in_so_many_passages(lexical):
    assert [lexical.document_frequency(word) for word in ("รถไฟ", "มาดริด", "ไม่มี")] == [3, 1, 0]


def test_a_folder_that_holds_something_else_is_an_error(tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "meta.json").write_text("{}")
    with pytest.raises(RankingDamaged, match="meta"):
        Lexical(tmp_path / "words")
