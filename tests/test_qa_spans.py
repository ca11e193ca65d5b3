"""The learned reader: what may be a quote, what the words of a question are matched with, plain questions; and
what its training asks."""

import math
import random
import unicodedata
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch

from index import thai
from qa import train_spans
from qa.spans import DEFAULT, FAR, NEAR, QUOTE_CHARS, SHAPES, SpanReader, entry, match, nearness, shares, split

SUMMIT = (
    "นายฟูมิโอะ คิชิดะ นายกรัฐมนตรีญี่ปุ่น กลายเป็นผู้นำคนแรกของประเทศที่เข้าร่วมการประชุมสุดยอดนาโต "
    "เมื่อวันที่ 29 มิถุนายน พ.ศ. 2565 ที่กรุงมาดริด ประเทศสเปน"
)
TRAIN = "รถไฟฟ้าสายสีเหลืองมีทั้งหมด 30 ขบวน ให้บริการจากลาดพร้าวถึงสำโรง"
DURIAN = "กระทรวงพาณิชย์เผยว่า ราคาทุเรียนลดลง เนื่องจากผลผลิตออกสู่ตลาดมาก คาดว่าราคาจะดีขึ้นในเดือนหน้า"
COOPERATION = "นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ พ.ศ. 2548"
#: Without a space it is longer than a quote.
ENDLESS = "กระทรวงพาณิชย์" + "ประกาศราคาสินค้าเกษตรของจังหวัดเชียงใหม่และจังหวัดลำพูนในเดือนตุลาคม" * 6
#: Invisible spaces between letters, a decomposed sara am, digits of ours.
ASTRAY = "รถไฟฟ้าสาย\u200bสีเหลืองมีทั้งหมด ๓๐ ขบวน นํ้าท่วมที่ส\u200bถานีลาดพร้าว"

QUESTIONS = ["ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "ราคาสินค้าเกษตรของจังหวัดใดลดลง", "มีกี่ขบวน", "why", "x"]


def weight(word):
    """How much a word tells, by everyday Thai alone."""
    return -math.log(thai.commonness(word) + 0.001)


@pytest.fixture(scope="module")
def reader():
    return SpanReader.load()


@pytest.fixture(scope="module")
def impartial():
    """A reader that has learned nothing: every answer is as likely as every other."""
    with np.load(DEFAULT) as arrays:
        return SpanReader([], {name: arrays[name] * 0.0 for name in arrays.files if name != "vocabulary"})


@pytest.fixture(scope="module")
def passages(seed_text):
    """Real Thai in stretches that begin and end anywhere but inside a cluster, and what else may come."""
    cuts = [at for at in range(0, len(seed_text), 61) if thai.is_boundary(seed_text, at)]
    stretches = [seed_text[start:end] for start, end in zip(cuts, cuts[9:], strict=False)][::6]
    return [*stretches, SUMMIT, TRAIN, DURIAN, ENDLESS, ASTRAY, "A" * 400, "A" * 180, "คำ", "“นาโต” (2565)."]


# What may be a quote


@pytest.mark.parametrize("which", ["reader", "impartial"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_quote_is_a_short_stretch_that_cuts_no_cluster_and_holds_its_short_answer(request, passages, which, question):
    readings = request.getfixturevalue(which).read(question, passages, weight)
    assert {found.passage for found in readings} == set(range(len(passages)))
    for found in readings:
        text, (start, end) = passages[found.passage], found.quote
        assert 0 <= start < end <= len(text)
        assert end - start <= QUOTE_CHARS
        assert text[start:end] == text[start:end].strip()
        assert start <= found.short[0] < found.short[1] <= end
        for at in (*found.quote, *found.short):
            assert at == len(text) or text[at] == "\u200b" or thai.is_boundary(text, at)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_quote_is_made_of_whole_phrases_where_they_are_short_enough(reader, passages, question):
    texts = [text for text in passages if max(map(len, text.split())) < QUOTE_CHARS // 2]
    assert len(texts) > 5
    for found in reader.read(question, texts, weight):
        text, (start, end) = texts[found.passage], found.quote
        assert start == 0 or text[start - 1].isspace()
        assert end == len(text) or text[end].isspace()


@pytest.mark.parametrize("times", [4, 9])  # three such phrases fit in a quote, or one
def test_a_shorter_quote_of_whole_phrases_comes_before_a_longer_one_that_cuts_them(impartial, times):
    phrase = "ราคาข้าว" * times + "ลดลง"
    text = " ".join([phrase] * 8)
    readings = impartial.read("ราคา", [text], weight)
    assert len(readings) == 3
    for start, end in (found.quote for found in readings):
        assert set(text[start:end].split()) == {phrase}


def test_of_an_endless_phrase_a_quote_is_as_long_as_it_may_be(impartial):
    readings = impartial.read("ราคา", [ENDLESS], weight)
    assert [found.quote[0] for found in readings].count(0) == 1
    longest_word = max(map(len, split(ENDLESS).words))
    for start, end in (found.quote for found in readings):
        assert end == len(ENDLESS) or end - start > QUOTE_CHARS - longest_word - 5  # and room for marks


@pytest.mark.parametrize("question", QUESTIONS)
def test_readings_come_best_first_and_those_of_a_passage_do_not_overlap(reader, passages, question):
    readings = reader.read(question, passages, weight)
    assert all(one.score >= other.score for one, other in pairwise(readings))
    for one, other in combinations(readings, 2):
        if one.passage == other.passage:
            assert one.quote[1] <= other.quote[0] or other.quote[1] <= one.quote[0]


def test_a_mark_between_two_quotes_belongs_to_one_of_them(impartial):
    readings = impartial.read("ราคา", ['ราคา"' * 80], weight)
    quotes = sorted(found.quote for found in readings)
    assert len(quotes) > 1
    assert all(one[1] <= other[0] for one, other in pairwise(quotes))


def test_marks_that_stand_at_its_ends_belong_to_a_quote(reader):
    text = "“นาโตประชุม” (2565)."
    assert [text[slice(*found.quote)] for found in reader.read("นาโต", [text], weight)] == [text]


def test_of_a_short_passage_the_whole_is_quoted_and_nothing_twice(reader):
    assert [found.quote for found in reader.read("นาโตร่วมมือกับใคร", [COOPERATION], weight)] == [(0, len(COOPERATION))]


@pytest.mark.parametrize("empty", ["", "  ", "…", "\u200b"])
def test_where_there_are_no_words_there_are_no_readings(reader, empty):
    assert reader.read("นาโต", [empty], weight) == []
    assert reader.read(empty, [SUMMIT], weight) == []
    assert [found.passage for found in reader.read("นาโต", [empty, COOPERATION], weight)] == [1]


def test_no_passages_are_no_readings(reader):
    assert reader.read("นาโต", [], weight) == []
    assert reader.read("นาโต", [], weight, prior=[]) == []


def test_the_same_question_is_read_the_same_each_time(passages):
    for question in QUESTIONS:
        first = SpanReader.load().read(question, passages, weight)
        split.cache_clear()
        assert SpanReader.load().read(question, passages, weight) == first


def test_a_passage_is_read_the_same_whatever_stands_beside_it(reader):
    alone = reader.read(QUESTIONS[0], [SUMMIT], weight)
    beside = [found for found in reader.read(QUESTIONS[0], [SUMMIT, TRAIN, DURIAN], weight) if found.passage == 0]
    assert beside == alone


# Plain questions


@pytest.mark.parametrize(
    ("question", "passage", "short"),
    [
        ("ใครเป็นนายกรัฐมนตรีญี่ปุ่น", SUMMIT, "คิชิดะ"),
        ("ผู้นำญี่ปุ่นเข้าร่วมการประชุมสุดยอดนาโตเมื่อใด", SUMMIT, "29 มิถุนายน พ.ศ. 2565"),
        ("การประชุมสุดยอดนาโตจัดขึ้นที่ไหน", SUMMIT, "กรุงมาดริด"),
        ("นาโตและเกาหลีใต้ได้ร่วมมือกันตั้งแต่ปีใด", COOPERATION, "2548"),
        ("รถไฟฟ้าสายสีเหลืองมีกี่ขบวน", TRAIN, "30 ขบวน"),
        ("ทำไมราคาทุเรียนลดลง", DURIAN, "ผลผลิต"),
    ],
)
def test_a_plain_question_gets_its_short_answer_from_the_passage_that_has_it(reader, question, passage, short):
    passages = [DURIAN, TRAIN, COOPERATION, SUMMIT]
    best = reader.read(question, passages, weight)[0]
    assert passages[best.passage] == passage
    answer = passage[slice(*best.short)]
    assert short in answer
    assert len(answer) < len(passage) * 2 / 3


def test_another_way_to_write_a_word_helps(reader):
    question, others = "นายกฯญี่ปุ่นชื่ออะไร", {"นายกฯ": ("นายกรัฐมนตรี",)}
    without = reader.read(question, [SUMMIT], weight)[0]
    best = reader.read(question, [SUMMIT], weight, alternatives=others)[0]
    assert best.score > without.score


def test_what_is_typed_astray_is_quoted_as_it_stands(reader):
    (best, *_) = reader.read("รถไฟฟ้าสายสีเหลืองมีกี่ขบวน", [ASTRAY], weight)
    assert ASTRAY[slice(*best.short)] == "๓๐ ขบวน"
    (best, *_) = reader.read("น้ำท่วมที่สถานีไหน", [ASTRAY], weight)
    assert "นํ้าท่วมที่ส\u200bถานีลาดพร้าว" in ASTRAY[slice(*best.quote)]


def test_the_same_text_typed_in_another_way_has_the_same_readings(reader):
    loose = DURIAN.replace("ำ", "ํา").replace("ที่", "ที่\u200b").replace("เผย", "เผ\u200bย")
    assert loose != DURIAN
    plain, other = (reader.read("ทำไมราคาทุเรียนลดลง", [text], weight) for text in (DURIAN, loose))
    assert [found.score for found in plain] == pytest.approx([found.score for found in other])
    bare = [thai.normalise(loose[slice(*found.short)]).text for found in other]
    assert bare == [DURIAN[slice(*found.short)] for found in plain]


# What a passage's words are given, by hand


def test_words_stand_where_they_are_in_the_text_as_it_is():
    known = split(ASTRAY)
    assert [ASTRAY[start:end] for start, end in known.spans][-3:] == ["ที่", "ส\u200bถานี", "ลาดพร้าว"]
    for word, (start, end) in zip(known.words, known.spans, strict=True):
        assert thai.normalise(ASTRAY[start:end]).text == word


def test_the_vocabulary_takes_numbers_of_as_many_digits_for_one():
    assert entry("2565") == entry("2022") != entry("40")
    assert entry("โควิด19") == "โควิด00"


def test_a_word_that_the_vocabulary_has_not_takes_the_row_of_its_first_other_that_it_has():
    known = SpanReader(["นาโต", "0000"], {})
    assert known.rows(["2565", "นาโต", "x"]).tolist() == [2, 1, 0]
    assert known.rows(["x", "y"], {"x": ("z", "นาโต", "2565")}).tolist() == [1, 0]


def channels(passage, question, alternatives=None, similarity=None):
    matched = match(split(passage), split(question), alternatives or {}, similarity)
    assert matched.dtype == np.float32
    names = ("exact", "row", "spelling", "meaning", "left near", "left far", "right near", "right far")
    return dict(zip(names, matched, strict=True))


def test_the_exact_match_knows_other_ways_to_write_a_word():
    exact = channels("นาโต ประชุม มาดริด", "ใคร ประชุม NATO", {"nato": ("นาโต", "องค์การ")})["exact"]
    assert exact.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_words_in_a_row_are_told_from_words_in_another_order():
    in_order = channels("นาโต ประชุม มาดริด", "นาโต ประชุม")["row"]
    assert in_order.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert not channels("นาโต ประชุม มาดริด", "ประชุม นาโต")["row"].any()
    assert not channels("นาโต มาดริด ประชุม", "นาโต ประชุม")["row"].any()


def test_spelling_is_the_cosine_of_the_trigrams():
    # <ab and ab> against <ab, abc and bc>: one in common
    spelling = channels("ab abc นาโต", "abc")["spelling"]
    np.testing.assert_allclose(spelling, [[1 / math.sqrt(2 * 3)], [1], [0]], atol=1e-6)


def test_meaning_is_told_in_deviations_above_the_mean_of_the_passage():
    given = np.array([[0.9], [0.0], [0.0]])  # mean 0.3, deviation √0.18: √2 deviations above, a quarter of them
    meaning = channels("นาโต ประชุม มาดริด", "สเปน", similarity=lambda words, others: given)["meaning"]
    np.testing.assert_allclose(meaning, [[math.sqrt(2) / 4], [0], [0]], atol=1e-5)
    assert not channels("นาโต ประชุม มาดริด", "สเปน")["meaning"].any()


def test_nearness_falls_with_the_words_to_the_closest_match_on_either_side():
    near, far = math.exp(-1 / NEAR), math.exp(-1 / FAR)
    middle = [array.ravel() for array in nearness(np.array([[False], [True], [False]]))]
    np.testing.assert_allclose(middle, [[0, 1, near], [0, 1, far], [near, 1, 0], [far, 1, 0]], atol=1e-12)
    ends = [array.ravel() for array in nearness(np.array([[True], [False], [True]]))]
    np.testing.assert_allclose(ends, [[1, near, 1], [1, far, 1], [1, near, 1], [1, far, 1]], atol=1e-12)
    assert all((array < 1e-20).all() for array in nearness(np.zeros((3, 1), bool)))


def test_shares_are_parts_of_the_questions_weight():
    weights = {"นาโต": 3.0, "ประชุม": 1.0, "ใคร": -2.0}
    question = split("ใคร ประชุม นาโต")
    assert shares(question, weights.__getitem__).tolist() == [0.0, 0.25, 0.75]
    assert shares(question, lambda word: 0.0).tolist() == [0.0, 0.0, 0.0]


def test_an_accent_or_a_capital_does_not_change_what_matches():
    assert channels("NATO", "nato")["exact"].all()
    assert unicodedata.normalize("NFD", "น้ำ") == "น้ำ"  # so the decomposed one is ours to mend
    assert channels("นํ้า", "น้ำ")["exact"].all()


# What the training asks


NEWS = {
    "title": "สสว. อบรมผู้ค้ารายย่อยในตลาดเก่า 361 คน",
    "text": (
        "สำนักงานส่งเสริมวิสาหกิจขนาดกลางและขนาดย่อมเดินหน้าช่วยเศรษฐกิจชุมชน\n"
        "วันนี้ (5 ม.ค. 65) เวลา 10.00 น. มีผู้ค้ารายย่อยของตลาดเก่าเข้าอบรมการขายสินค้าออนไลน์ 361 คน จากที่ตั้งไว้ 300 คน"
    ),
}


def test_news_that_says_a_thing_twice_is_asked_in_its_titles_words_and_answers_in_its_texts():
    made = train_spans.question_from(NEWS, random.Random(1))
    assert made.context[made.at :].startswith(made.answer)
    assert made.answer == "361 คน"
    assert made.question.startswith("สสว. อบรมผู้ค้ารายย่อยในตลาดเก่า ")
    assert "361" not in made.question


def test_news_that_says_everything_once_or_nothing_is_asked_nothing():
    for text in ("มีผู้ค้ารายย่อยของตลาดเก่าเข้าอบรม 300 คน", "", " \n"):
        assert train_spans.question_from(NEWS | {"text": text}, random.Random(1)) is None


def test_a_cause_is_asked_for_with_what_it_causes():
    text = "กระทรวงพาณิชย์ชี้แจง ราคาทุเรียนในภาคตะวันออกลดลง เนื่องจากผลผลิตออกสู่ตลาดพร้อมกัน"
    made = train_spans.question_from({"title": "", "text": text}, random.Random(1))
    assert "ราคาทุเรียนในภาคตะวันออกลดลง" in made.question
    assert made.answer == text[made.at :] == "ผลผลิตออกสู่ตลาดพร้อมกัน"


def test_what_is_left_of_a_passage_does_not_hold_the_answer_in_any_place():
    text = "ราคา 30 บาท ต่อกิโลกรัม\nลดลง (30 บาท) จากเดือนก่อน"
    assert train_spans.cut_out(text, "30 บาท") == "ราคา ต่อกิโลกรัม\nลดลง จากเดือนก่อน"
    assert train_spans.cut_out(text, "บาท ต่อ") == "ราคา 30 ลดลง (30 บาท) จากเดือนก่อน"
    assert train_spans.cut_out(text, "40 บาท") == text


def test_the_network_that_learns_and_the_reader_that_ships_do_the_same_sums():
    torch.manual_seed(1)
    vectors = np.random.default_rng(1).normal(size=(6, train_spans.DIMENSIONS)).astype(np.float32)
    network = train_spans.Network(vectors).eval()
    reader = SpanReader(["นาโต", "ที่", "เมื่อ", "ใคร", "0000"], network.arrays())
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.half())  # the file's floats have 16 bits
    passage, question = split(SUMMIT), split("ใครเข้าร่วมประชุมนาโต")
    rows, asked, share = reader.rows(passage.words), reader.rows(question.words), shares(question, weight)
    matched, known = match(passage, question, {}, None), (0.5, 0.0)
    looks = passage.shapes.copy()
    looks[:, len(SHAPES)] = rows == 0
    batch = {"rows": rows, "mask": np.ones(len(rows)), "shapes": looks, "matched": matched, "known": known}
    batch = {name: torch.tensor(array).float()[None, None] for name, array in batch.items()}
    batch["rows"] = batch["rows"].long()
    batch |= {
        "asked": torch.tensor(asked)[None],
        "share": torch.tensor(share)[None],
        "asked_mask": torch.ones(1, len(asked)),
    }
    with torch.no_grad():
        learned = network(batch)[0, 0].numpy()
    read = reader._span_scores(passage, matched, *reader._read_question(asked, share), known)
    for begin, end in ((0, 0), (3, 7), (len(rows) - 1, len(rows) - 1)):
        assert read[begin, end] == pytest.approx(learned[begin, end - begin], abs=1e-3)


def test_a_tenth_of_the_contexts_is_never_learned_from_and_always_the_same_one():
    kept = [number for number in range(1000) if train_spans.held_out(f"บทความที่ {number}")]
    assert 70 < len(kept) < 130
    assert kept[:3] == [30, 44, 66]
