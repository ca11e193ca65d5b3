"""Thai text: every spelling that looks the same is one, and the way back leads to the very characters."""

import doctest
import random
from itertools import pairwise

import pytest

from khamtop.index.text import thai
from khamtop.index.text.thai import (
    is_boundary,
    ngrams,
    normalise,
    paragraphs,
    phrases,
    sounds,
    starts_sentence,
    word_spans,
    words,
)

ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def slices(text, spans):
    return [text[start:end] for start, end in spans]


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(thai).attempted > 0
    assert doctest.testmod(thai).failed == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ทํางาน", "ทำงาน"),  # nikhahit and sara aa for sara am
        ("นํ้าท่วม", "น้ำท่วม"),  # nikhahit before the tone
        ("น้ําท่วม", "น้ำท่วม"),  # nikhahit after the tone
        ("ประชุุม", "ประชุม"),  # a vowel twice
        ("ที่่", "ที่"),  # a tone twice
        ("ที่่่่", "ที่"),  # and again
        ("ท่ี", "ที่"),  # tone before vowel
        ("ผู้", "ผู้"),
        ("เป็็น", "เป็น"),
        ("เเม่", "แม่"),  # two sara e for sara ae
        ("กรุง\u200bเทพ", "กรุงเทพ"),
        ("\ufeffกรุงเทพ\u200b", "กรุงเทพ"),
        ("น\u200b้ำ", "น้ำ"),
        ("นํ\u200bา", "นำ"),  # several slips in one cluster
        ("น้\u200bํา", "น้ำ"),
        ("๒๕๖๕", "2565"),
        ("ปี๒๕65", "ปี2565"),
        ("NATO", "nato"),
        ("กก.\u00a05", "กก. 5"),  # a space that does not break
        ("สวัสดี ครับ", "สวัสดี ครับ"),  # nothing astray
        ("", ""),
    ],
)
def test_spellings_that_look_the_same_become_one(typed, meant):
    assert normalise(typed).text == meant


@pytest.mark.parametrize(("typed", "meant"), [("นำ้ท่วม", "น้ำท่วม"), ("คำ่คืน", "ค่ำคืน")])
def test_a_tone_typed_after_sara_am_is_put_before_it(typed, meant):
    assert normalise(typed).text == meant


def test_two_sara_e_around_an_invisible_letter_are_sara_ae():
    assert normalise("เ\u200bเม่").text == "แม่"


@pytest.mark.parametrize("text", ["ABC İSTANBUL NATO", "İ", "ΟΔΟΣ İ", "ẞß ŒUVRE"])
def test_a_letter_that_grows_when_lowered_shifts_no_offset(text):
    copy = normalise(text)
    assert len(copy.text) == len(text)
    at = text.find("NATO")
    if at >= 0:
        assert copy.text[at : at + 4] == "nato"


def test_normalising_twice_changes_nothing_more(seed_text):
    once = normalise(seed_text).text
    assert normalise(once).text == once


def test_a_text_with_nothing_astray_maps_to_itself(seed_text):
    copy = normalise("กรุงเทพ 123")
    assert [copy.original(at, at + 1) for at in range(11)] == [(at, at + 1) for at in range(11)]


def test_a_rewritten_cluster_leads_back_whole():
    copy = normalise("ดื่มนํ้าเย็น")
    start = copy.text.index("น้ำ")
    assert copy.original(start, start + 3) == (4, 8)  # three letters were four
    assert copy.original(start + 1, start + 2) == copy.original(start + 2, start + 3) == (5, 8)
    assert copy.original(start + 3, start + 7) == (8, 12)
    assert copy.original(start + 2, start + 2) == (5, 5)


def test_invisible_letters_around_a_word_are_not_part_of_it():
    text = "\u200bกรุง\u200bเทพ\u200b ดี"
    start, end = normalise(text).original(0, 7)
    assert text[start:end] == "กรุง\u200bเทพ"


def test_a_place_in_the_text_leads_to_its_place_in_the_copy():
    text = "เเม่นํ้า ๕"
    copy = normalise(text)
    assert copy.text == "แม่น้ำ 5"
    assert [copy.position(at) for at in range(len(text) + 1)] == [0, 0, 1, 2, 3, 4, 4, 4, 6, 7, 8]


def misspelt(clean, rng):
    """`clean` with slips that look the same, and where each of its characters went."""
    pieces, offsets, length, skip = [], [0], 0, False
    for at, letter in enumerate(clean):
        following = clean[at + 1 : at + 2]
        if skip:  # the tone that was swapped with this letter's vowel stands here
            piece, skip = clean[at - 1], False
        elif rng.random() < 0.5:
            piece = letter
        elif letter in "ิีึืุู" and following in tuple("่้๊๋"):
            piece, skip = following, True
        elif letter == "ำ":
            piece = "ํา"
        elif letter == "แ":
            piece = "เเ"
        elif letter in "ิีึืุู่้๊๋์":
            piece = letter * rng.randrange(1, 4)
        elif letter in "0123456789":
            piece = "๐๑๒๓๔๕๖๗๘๙"[int(letter)]
        else:
            piece = letter.upper() if letter.isascii() else letter
        if not skip and rng.random() < 0.1:
            piece += rng.choice(ZERO_WIDTH)
        pieces.append(piece)
        length += len(piece)
        offsets.append(length)
    return "".join(pieces), offsets


@pytest.mark.parametrize("seed", range(8))
def test_a_misspelt_text_has_the_words_of_the_right_one_and_each_leads_back_to_its_letters(seed, seed_text):
    clean = normalise(seed_text).text
    text, offsets = misspelt(clean, random.Random(seed))
    copy = normalise(text)
    assert copy.text == clean
    assert text != seed_text
    for start, end in word_spans(copy.text):
        begin, finish = copy.original(start, end)
        found, written = text[begin:finish], text[offsets[start] : offsets[end]]
        assert found.strip(ZERO_WIDTH) == written.strip(ZERO_WIDTH)


@pytest.mark.parametrize("seed", range(8))
def test_any_mutation_keeps_spans_in_order_and_inside_the_text(seed, seed_text):
    rng = random.Random(seed)
    letters = list(seed_text[:600])
    for _ in range(120):
        letters.insert(rng.randrange(len(letters)), rng.choice("ัิี่้์ําเแำๆ๑İA " + ZERO_WIDTH))
    text = "".join(letters)
    copy = normalise(text)
    last = 0
    for start, end in word_spans(copy.text):
        begin, finish = copy.original(start, end)
        assert 0 <= begin < finish <= len(text)
        assert copy.text[start:end] in normalise(text[begin:finish]).text or begin < last  # shares a rewritten cluster
        last = finish
    positions = [copy.position(at) for at in range(len(text) + 1)]
    assert positions == sorted(positions)
    assert positions[-1] == len(copy.text)


def test_words_are_cut_where_thai_words_end():
    assert words("ญี่ปุ่นและเกาหลีใต้เข้าร่วมประชุม") == ["ญี่ปุ่น", "และ", "เกาหลีใต้", "เข้าร่วม", "ประชุม"]


def test_words_leave_punctuation_out_and_keep_numbers():
    assert words('"นาโต" (nato) covid-19, 2565 – จบ') == ["นาโต", "nato", "covid", "19", "2565", "จบ"]
    assert words("... !!! -- ( )") == []
    assert words("") == []


def test_words_stand_where_they_say(seed_text):
    text = normalise(seed_text).text
    spans = word_spans(text)
    assert slices(text, spans) == words(text)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(text[start:end].strip() == text[start:end] for start, end in spans)
    # nothing that can be read stands between words
    between = text
    for start, end in reversed(spans):
        between = between[:start] + between[end:]
    assert not any(letter.isalnum() for letter in between)


def test_a_long_stretch_without_spaces_is_cut_into_the_same_words():
    assert words("น้ำท่วมกรุงเทพ" * 40) == words("น้ำท่วมกรุงเทพ") * 40
    # Each word once: nlpo3's safe mode repeats a long text's beginning in the place of the rest.
    different = (
        "ชาวบ้าน ริมแม่น้ำ ร้องเรียน ผู้ว่าราชการจังหวัด เรื่อง โรงงาน ปล่อย น้ำเสีย ส่งกลิ่น เหม็น กระทบ สุขภาพ เด็กนักเรียน หลาย ครอบครัว "
        "ต้อง อพยพ ไป อาศัย วัด ชั่วคราว ขณะ เจ้าหน้าที่ กรมควบคุมมลพิษ เก็บ ตัวอย่าง ดิน ตรวจสอบ พบ สารตะกั่ว เกิน มาตรฐาน สิบ เท่า จึง สั่ง "
        "ระงับ ใบอนุญาต ทันที พร้อม เรียกค่าเสียหาย จาก บริษัทแม่ ซึ่ง จดทะเบียน ในประเทศ สิงคโปร์"
    ).split()
    text = "".join(different)
    assert len(text) > 300
    assert words(text) == different
    assert words("นาย" + text * 8)[1:] == different * 8


def test_ngrams_slide_within_a_stretch_and_never_over_a_space():
    assert ngrams("นาโต abc-defgh", 4) == ["นาโต", "defg", "efgh"]
    assert ngrams("ที่", 4) == []
    assert ngrams("กรุงเทพ", 4) == ["กรุง", "รุงเ", "ุงเท", "งเทพ"]
    assert ngrams("  ", 4) == []


@pytest.mark.parametrize(
    ("latin", "thai_name"),
    [("kishida", "คิชิดะ"), ("madrid", "มาดริด"), ("wannasirikul", "วรรณศิริกุล"), ("stoltenberg", "สโตลเทนเบิร์ก")],
)
def test_a_name_sounds_the_same_in_both_scripts_and_unlike_another(latin, thai_name):
    assert set(sounds(latin)) & set(sounds(f"นาย{thai_name}"))
    assert not set(sounds(latin)) & set(sounds("ปาปัวนิวกินี"))


def test_what_has_no_three_consonants_has_no_sound_to_match():
    assert sounds("นา 2565 to ...") == []


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("ที่", {1, 2}),
        ("เกม", {1}),  # a vowel written before its consonant
        ("ไทย", {1}),
        ("น้ำ", {1, 2}),
        ("กะ", {1}),
        ("กา", {1}),
        ("ก\u200b้า", {1, 2, 3}),
        ("กข", set()),
        ("สิทธิ์", {1, 4, 5}),
    ],
)
def test_a_boundary_lies_between_clusters_only(text, inside):
    assert {at for at in range(len(text) + 1) if not is_boundary(text, at)} == inside


def test_the_ends_of_a_text_are_boundaries_even_of_a_broken_one():
    assert is_boundary("่", 0)
    assert is_boundary("เ", 1)


def test_phrases_are_what_stands_between_spaces():
    text = "ญี่ปุ่น และ\nเกาหลีใต้\u00a0ประชุม"
    assert slices(text, phrases(text)) == ["ญี่ปุ่น", "และ", "เกาหลีใต้", "ประชุม"]
    assert slices(text, phrases(text, 8, 21)) == ["และ", "เกาหลีใต้"]


def test_the_repetition_mark_after_a_space_belongs_to_its_word():
    text = "เด็ก ๆ เล่นน้ำ ต่าง ๆ นานา ๆ"
    assert slices(text, phrases(text)) == ["เด็ก ๆ", "เล่นน้ำ", "ต่าง ๆ", "นานา ๆ"]


@pytest.mark.parametrize("stray", ["้", "ี", "ำ", "ะ", "า", "\u200b", "่\u200b์"])
def test_a_phrase_never_starts_on_a_mark(stray):
    text = f"(กรุงเทพ) {stray}เมือง! {stray}"
    assert slices(text, phrases(text)) == ["(กรุงเทพ)", "เมือง!"]


def test_paragraphs_are_the_lines_that_hold_anything():
    text = "  หัวข้อ \r\n\r\nย่อหน้าแรก\n \n\tย่อหน้าสอง"
    assert slices(text, paragraphs(text)) == ["หัวข้อ", "ย่อหน้าแรก", "ย่อหน้าสอง"]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("|นาโตประชุม", True),
        ("หัวข้อ\n|นาโตประชุม", True),
        ("จบข่าว. |นาโตประชุม", True),
        ("“จริงหรือ?” |เขาถาม", True),
        ("ฝนตกหนัก |อย่างไรก็ตาม รถยังวิ่ง", True),
        ("ฝนตกหนัก |ถนนลื่น", False),
        ("พล.อ. |ประยุทธ์", False),
        ("เมื่อ พ.ศ. |2565", False),
        ("said Mr. |Smith", False),
        ("วันที่ 5 |มกราคม", False),
    ],
)
def test_a_thought_begins_after_a_full_stop_or_with_a_word_that_opens_one(text, begins):
    assert starts_sentence(text.replace("|", ""), text.index("|")) is begins
