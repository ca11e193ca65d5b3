"""How sure an answer is: rare words weigh most, and what is only like the thing asked for counts in part."""

import math
from itertools import pairwise

import numpy as np
import pytest

from index import thai
from index.build import build_articles
from index.store import Index
from index.types import Article
from qa.confidence import EVERYDAY_PASSAGES, Evidence, Named, confidence, rarity_in
from qa.question import read
from qa.types import Concept, Query
from tests.toys import ToyEncoder


class MeaningEncoder(ToyEncoder):
    """Knows one thing: how alike the words of a passage are to any that is asked for, in the plane."""

    def __init__(self, cosines):
        self.cosines = cosines

    def word_vectors(self, words):
        cosines = np.array([self.cosines[word] for word in words])
        return np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)


def asking(*concepts):
    """A query for things, each given by its spellings."""
    made = tuple(item if isinstance(item, Concept) else Concept(tuple((word,) for word in item)) for item in concepts)
    return Query("", "th", "", made, "other", False)


def rarity(word):
    """Longer words are rarer: one more for every letter."""
    return float(len(word))


def supported(query, text, title="", encoder=None):
    vectors = (encoder or ToyEncoder()).word_vectors
    return Evidence(Named(query, rarity, vectors), title, text, vectors).support


# Rarity


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Words that everyday Thai has not: "qalpha" in three articles, "qbeta" in two, "qgamma" in one."""
    texts = ["qalpha qbeta qgamma", "qalpha qbeta", "qalpha"]
    folder = tmp_path_factory.mktemp("rarity")
    build_articles([Article(str(at), f"t{at}", text, "x") for at, text in enumerate(texts)], folder, ToyEncoder())
    return Index.open(folder, ToyEncoder())


def test_rarity_is_the_inverse_document_frequency_in_the_index_and_everyday_thai(index):
    total = 3 + EVERYDAY_PASSAGES
    holding = {"qalpha": 3, "qbeta": 2, "qgamma": 1, "qnowhere": 0}
    assert {word: rarity_in(index)(word) for word in holding} == pytest.approx(
        {word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in holding.items()}
    )


def test_the_more_passages_hold_a_word_the_less_it_tells(index):
    rarities = [rarity_in(index)(word) for word in ("qalpha", "qbeta", "qgamma", "qnowhere")]
    assert all(common < rare for common, rare in pairwise(rarities))


def test_of_words_that_the_index_has_not_the_everyday_ones_tell_less(index):
    words = ["ที่", "ประเทศ", "รถไฟ", "qnowhere"]
    assert all(thai.commonness(common) > thai.commonness(rare) for common, rare in pairwise(words))
    assert all(rarity_in(index)(common) < rarity_in(index)(rare) for common, rare in pairwise(words))
    assert rarity_in(index)("ที่") >= 0


# Support


def test_support_is_whole_where_everything_stands_and_nothing_where_nothing_does():
    query = asking(["นาโต"], ["มาดริด"])
    assert supported(query, "นาโตประชุมที่กรุงมาดริด") == 1.0
    assert supported(query, "ราคาข้าวสูงขึ้น") == 0.0
    assert supported(query, "") == 0.0
    assert supported(asking(), "นาโต") == 0.0


def test_between_the_two_it_goes_by_rarity():
    query = asking(["ข้าว"], ["ภูเก็ต"])  # 4 and 6
    assert supported(query, "ราคาข้าว") == pytest.approx(0.4)
    assert supported(query, "ฝนตกที่ภูเก็ต") == pytest.approx(0.6)


def test_what_only_an_earlier_question_named_counts_for_less():
    query = asking(Concept((("ข้าว",),), weight=0.5), ["ภูเก็ต"])  # 2 and 6
    assert supported(query, "ราคาข้าว") == pytest.approx(0.25)


def test_a_thing_is_as_rare_as_the_commonest_way_to_write_it():
    query = asking(["นายกรัฐมนตรี", "นายก"], ["ภูเก็ต"])  # 4, not 12, and 6
    assert supported(query, "ฝนตกที่ภูเก็ต") == pytest.approx(0.6)


def test_a_spelling_of_several_words_is_as_rare_as_its_rarest_and_wants_them_all():
    query = asking(Concept((("กรุง", "มาดริด"),)), ["ข้าว"])  # 6 and 4
    assert supported(query, "กรุงมาดริด") == pytest.approx(0.6)
    assert supported(query, "กรุงโซล") == 0.0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("NATO", "ผู้นำนาโตประชุมกัน"),
        ("นายกฯ", "นายกรัฐมนตรีลงพื้นที่"),
        ("พ.ศ. 2565", "พ.ศ. 2565"),
        ("2022", "น้ำท่วมเมื่อ พ.ศ. ๒๕๖๕"),
        ("ปี 65", "เหตุเกิดในปี ค.ศ. 2022"),
        ("durian", "ส่งออกทุเรียน"),
    ],
)
def test_another_spelling_era_or_language_counts_whole(question, text):
    assert supported(read(question), text) == 1.0


def test_another_year_is_not_that_year():
    assert supported(read("2022"), "น้ำท่วมเมื่อ พ.ศ. ๒๕๖๖") < 1.0


def test_a_slip_of_one_letter_counts_in_part():
    slip = supported(asking(["ทุเรียม"]), "ส่งออกทุเรียน")
    assert 0.5 <= slip < 1.0
    assert supported(asking(["ทุเรียม"]), "ส่งออกมังคุด") == 0.0


@pytest.mark.parametrize(
    ("name", "text", "heard"),
    [
        ("kishida", "นายฟูมิโอะ คิชิดะ กล่าว", 1.0),
        ("wannasirikul", "นางสาวอรวรรณ วรรณศิริกุล กล่าว", 1.0),
        ("kishida", "นายยุน ซอกยอล กล่าว", 0.0),
        ("kishida", "นายโนบุโอะ คิชิ กล่าว", 0.0),  # in part is not heard
    ],
)
def test_a_latin_name_is_heard_in_thai(name, text, heard):
    assert supported(asking([name]), text) == heard


@pytest.mark.parametrize(("cosine", "part"), [(0.95, 1.0), (0.6, 0.5), (0.2, 0.0)])  # it counts from 0.3 to 0.9
def test_what_means_the_same_counts_from_a_likeness_on_and_in_part(cosine, part):
    query = asking(["อุทกภัย"])
    alike = MeaningEncoder({"อุทกภัย": 1.0, "น้ำท่วม": cosine})
    assert supported(query, "น้ำท่วม", encoder=alike) == pytest.approx(part)
    assert supported(query, "น้ำท่วม", encoder=ToyEncoder()) == 0.0  # has no vectors of words


# Confidence


def test_confidence_grows_with_the_score_with_the_support_and_with_what_the_question_tells():
    scores, supports, told = np.linspace(-20, 20, 9), np.linspace(0, 1, 6), np.linspace(20, 60, 5)
    table = np.array([[[confidence(score, part, tells) for tells in told] for part in supports] for score in scores])
    for axis in range(3):
        assert (np.diff(table, axis=axis) > 0).all()
    assert ((table > 0) & (table < 1)).all()


def test_without_support_a_plain_reading_does_not_answer_and_with_all_of_it_it_does():
    assert confidence(0.0, 0.0, told=25.0) < 0.5 < confidence(0.0, 1.0, told=25.0)


def test_half_of_a_long_question_tells_more_than_half_of_a_short_one():
    assert confidence(0.0, 0.6, told=20.0) < 0.5 < confidence(0.0, 0.6, told=60.0)


def test_a_short_question_that_is_borne_out_whole_is_answered():
    assert confidence(0.0, 1.0, told=4.0) > 0.5


@pytest.mark.parametrize("score", [-500.0, 500.0])
def test_a_score_beyond_all_measure_is_still_a_chance(score):
    assert 0.0 <= confidence(score, 0.5, told=25.0) <= 1.0


def test_what_a_question_tells_is_the_rarity_of_all_that_it_names():
    query = asking(["ข้าว"], ["ภูเก็ต"])  # 4 and 6
    assert Named(query, rarity, ToyEncoder().word_vectors).told == pytest.approx(10.0)
