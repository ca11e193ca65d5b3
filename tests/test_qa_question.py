"""Reading a question: what it names in every spelling, what it asks for, and what it leans on."""

import pytest

from khamtop.index.text import thai
from khamtop.index.types import KhamtopError
from khamtop.qa import concepts, question
from khamtop.qa.question import EARLIER_WEIGHT, MOST_EARLIER, kind_of, language_of, read


def spellings(text: str, history: tuple[str, ...] = ()) -> list[set[tuple[str, ...]]]:
    return [set(concept.spellings) for concept in read(text, history).concepts]


def words_of(text: str) -> list[str]:
    return [word for word in thai.words(text) if word not in concepts.EMPTY_WORDS]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "who"),
        ("ประชุมที่ไหน", "where"),
        ("นาโตร่วมมือกับเกาหลีใต้ตั้งแต่ปีใด", "when"),
        ("ขบวนรถไฟมีกี่ตู้", "how_many"),
        ("เพราะเหตุใดญี่ปุ่นจึงเข้าร่วม", "why"),
        ("องค์กรใดออกข่าวประชาสัมพันธ์", "which"),
        ("เรือฝึกร่วมกัน", "other"),
        ("who leads japan", "who"),
        ("how many trains were delivered", "how_many"),
        ("what year did they begin", "when"),
    ],
)
def test_the_kind_of_a_question_is_told_by_the_words_it_asks_with(text, kind):
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("NATO คืออะไร", "th"),
        ("Who is คิชิดะ?", "en"),
        ("Where was the summit held?", "en"),
        ("๒๕๖๕", "th"),
    ],
)
def test_one_foreign_name_does_not_change_the_language(text, language):
    assert language_of(text) == language


def test_question_words_and_politeness_are_not_searched_for():
    assert spellings("ใครเป็นประธานาธิบดีครับ") == spellings("ประธานาธิบดี")


def test_a_question_of_nothing_but_question_words_still_searches_for_something():
    assert read("คืออะไร").concepts


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("NATO", ("นาโต",)),
        ("นายกฯ ญี่ปุ่น", ("นายกรัฐมนตรี",)),
        ("เดือน มิ.ย.", ("มิถุนายน",)),
        ("ปธน. เกาหลีใต้", ("ประธานาธิบดี",)),
        ("prime minister", ("นายกรัฐมนตรี",)),
        ("กทม.", ("กรุงเทพมหานคร",)),
        ("ก่อนประชุม ๓ สัปดาห์", ("สาม",)),
        ("สามสัปดาห์", ("3",)),
        ("ผู้ว่าฯ เชียงใหม่", ("ผู้ว่าราชการจังหวัด",)),
    ],
)
def test_a_name_is_looked_for_in_its_other_spellings(asked, written):
    assert any(written in found for found in spellings(asked))


def test_the_longest_alias_is_meant():
    """A prime minister is not any minister."""
    assert not any(("รมว.",) in found for found in spellings("who is the prime minister"))


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("เกิดอะไรขึ้นในปี 2022", {("2565",)}),
        ("เกิดอะไรขึ้นใน พ.ศ. ๒๕๖๕", {("2022",)}),
        ("เกิดอะไรขึ้นในปี 65", {("2565",), ("2022",)}),
        ("เกิดอะไรขึ้นใน พ.ศ.2565", {("2022",)}),
        ("ตอน ก.ค. 64", {("2564",), ("2021",)}),
        ("ปลายกันยายน 66", {("2566",), ("2023",)}),
        ("what happened in 2022", {("2565",)}),
    ],
)
def test_a_year_is_looked_for_in_both_eras(asked, others):
    assert any(others <= found for found in spellings(asked))


@pytest.mark.parametrize("asked", ["มี 65 คน", "ปีละ 2000 บาท", "บ้านเลขที่ 1234", "ปี 25651", "2,022 ราย", "ส่งออก 2022 ตัน"])
def test_a_number_that_is_no_year_stays_as_it_is(asked):
    numbers = [found for found in spellings(asked) if any(word[0].isdigit() for way in found for word in way)]
    assert [len(found) for found in numbers] == [1]


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("ผู้สูงอายุยี่สิบห้าคน", {("25",)}),
        ("หนึ่งพันสามร้อยสี่สิบสองอัตรา", {("1342",)}),
        ("งบห้าสิบล้าน", {("50000000",)}),
        ("สามคนกับสามตัว", {("3",)}),
    ],
)
def test_a_number_in_words_is_looked_for_in_digits(asked, others):
    assert any(others <= found for found in spellings(asked))


@pytest.mark.parametrize("asked", ["สี่แยกราชประสงค์", "เก้าอี้ตัวใหม่", "ร้อยเอ็ดอยู่ภาคใด"])
def test_a_numeral_within_a_name_is_no_number(asked):
    assert not any({("4",), ("9",), ("101",)} & found for found in spellings(asked))


@pytest.mark.parametrize("digits", ["๒๕๖๕", "2565"])
def test_thai_digits_are_digits(digits):
    assert read(f"น้ำท่วมปี {digits}").concepts == read("น้ำท่วมปี 2565").concepts


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("รมว.คลัง", "รัฐมนตรีว่าการกระทรวง"),
        ("พล.ร.อ. บาวเออร์", "พลเรือเอก"),
        ("อบต. คืออะไร", "องค์การบริหารส่วนตำบล"),
        ("ธปท. ขึ้นดอกเบี้ย", "ธนาคารแห่งประเทศไทย"),
        ("ปปง. ยึดทรัพย์", "สำนักงานป้องกันและปราบปรามการฟอกเงิน"),
        ("มี.ค. 65", "มีนาคม"),
        ("ปลายเดือนมีนา", "มีนาคม"),
    ],
)
def test_an_abbreviation_is_looked_for_in_full(asked, written):
    assert any(tuple(words_of(written)) in found for found in spellings(asked))


@pytest.mark.parametrize(("asked", "other"), [("มี ค่าใช้จ่ายเท่าไร", "มีนาคม"), ("กทมหานคร", "กรุงเทพมหานคร")])
def test_what_only_looks_like_an_abbreviation_is_none(asked, other):
    assert not any((other,) in found for found in spellings(asked))


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("ขอถามหน่อยนะคะ รัฐมนตรีกลาโหมชื่ออะไรคะ", "รัฐมนตรีกลาโหมชื่ออะไร"),
        ("อยากทราบว่าใครเป็นผู้นำเกาหลีใต้หรอคะ", "ใครเป็นผู้นำเกาหลีใต้"),
        ("ใครรู้บ้างว่านาโตคืออะไร ขอบคุณค่ะ", "นาโตคืออะไร"),
        ("พอจะทราบไหมครับว่าประชุมวันไหน", "ประชุมวันไหน"),
    ],
)
def test_politeness_around_a_question_is_no_part_of_it(asked, meant):
    query = read(asked)
    assert query.text == meant
    assert query.kind == read(meant).kind


@pytest.mark.parametrize("asked", ["ใครเป็นผู้ชนะ", "ใครรู้จักคิชิดะ", "ครับ", "มีกี่ %"])
def test_what_only_looks_polite_stays(asked):
    assert read(asked).text == asked


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("ประธานาธิปดีเกาหลีไต้", "ประธานาธิบดีเกาหลีใต้"),  # another letter, twice
        ("นายกรัฐมนตีรญี่ปุ่น", "นายกรัฐมนตรีญี่ปุ่น"),  # two letters swapped
        ("รัสเซียรุกรานยูเครณ", "รัสเซียรุกรานยูเครน"),
        ("สร้างเสรร็จ", "สร้างเสร็จ"),  # typed twice
        ("โรงพยาบลสนาม", "โรงพยาบาลสนาม"),  # left out
    ],
)
def test_a_slip_of_typing_is_mended_and_still_looked_for_as_typed(asked, meant):
    query = read(asked)
    assert query.text == meant
    assert len(query.concepts) == len(read(meant).concepts)
    assert any(len(concept.spellings) > 1 for concept in query.concepts)


@pytest.mark.parametrize("asked", ["ฟูมิโอะ คิชิดะ", "เมาโร ปาเนเบียนโค", "ประชุมกันที่เมืองไหน", "ซอกยอล", "NATO 2030", "มาสด้า"])
def test_names_and_words_that_are_right_are_left_alone(asked):
    assert read(asked).text == asked.lower()


def test_a_follow_up_brings_what_the_question_before_it_named_at_less_weight():
    query = read("แล้วเกาหลีใต้ล่ะ", ["ใครเป็นนายกรัฐมนตรีญี่ปุ่น"])
    weight = {concept.spellings[0][0]: concept.weight for concept in query.concepts}
    assert weight["เกาหลีใต้"] == 1.0
    assert weight["นายกรัฐมนตรี"] == EARLIER_WEIGHT
    assert query.kind == "who"


def test_a_follow_up_is_asked_after_the_question_that_it_goes_back_to_as_both_were_typed():
    query = read("แล้ว NATO ล่ะ", ["UN ตั้งอยู่ที่ไหน"])
    assert query.asked == "UN ตั้งอยู่ที่ไหน แล้ว NATO ล่ะ"
    assert read("NATO ตั้งอยู่ที่ไหน", ["UN ตั้งอยู่ที่ไหน"]).asked == "NATO ตั้งอยู่ที่ไหน"


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stood_alone():
    query = read("แล้วจีนล่ะ", ["ใครเป็นนายกรัฐมนตรีญี่ปุ่น", "แล้วเกาหลีใต้ล่ะ"])
    assert {"นายกรัฐมนตรี", "เกาหลีใต้", "จีน"} <= {concept.spellings[0][0] for concept in query.concepts}


@pytest.mark.parametrize(
    "asked",
    ["เขาอายุเท่าไร", "แล้วจัดเมื่อไร", "เธอเป็นใคร", "ท่านพูดว่าอะไร", "who lives there?", "and who did he meet?", "เมื่อไร"],
)
def test_a_follow_up_leans_on_the_question_before_it(asked):
    assert EARLIER_WEIGHT in {concept.weight for concept in read(asked, ["การประชุมนาโตจัดที่ไหน"]).concepts}


@pytest.mark.parametrize(
    "asked",
    ["เขาใหญ่ อยู่ที่ไหน", "เขาสลักเพชรสูงเท่าไร", "มันสำปะหลังราคาเท่าไร", "ส่วนประกอบของน้ำมันพริก", "ละครวันนี้ชื่ออะไร",
     "is there a summit in madrid?", "how many ships are there?"],
)  # fmt: skip
def test_what_only_looks_like_a_follow_up_stands_alone(asked):
    assert read(asked, ["การประชุมนาโตจัดที่ไหน"]).concepts == read(asked).concepts


def test_a_follow_up_is_read_with_what_the_earlier_question_was_about_but_not_with_what_it_asked():
    query = read("แล้วจัดเมื่อไร", ["การประชุมนาโตจัดที่ไหน"])
    assert "นาโต" in query.text
    assert "ที่ไหน" not in query.text
    assert query.kind == "when"


def test_a_question_that_stands_alone_ignores_the_conversation():
    alone = read("เรือของนาโตฝึกที่ทะเลใด")
    assert read("เรือของนาโตฝึกที่ทะเลใด", ["ใครเป็นนายกรัฐมนตรีญี่ปุ่น"]).concepts == alone.concepts


@pytest.mark.parametrize("empty", ["", "   ", "?!…", "่้", "\u200b"])
def test_a_question_without_letters_is_empty(empty):
    with pytest.raises(KhamtopError) as raised:
        read(empty)
    assert raised.value.code == "question.empty"


def test_a_question_too_long_is_refused_with_the_limit():
    read("ก" * question.LONGEST_QUESTION)
    with pytest.raises(KhamtopError) as raised:
        read("ก" * (question.LONGEST_QUESTION + 1))
    assert raised.value.code == "question.too_long"
    assert raised.value.facts["limit"] == question.LONGEST_QUESTION


@pytest.mark.parametrize("control", ["ใคร\x00", "\x1b[31mใคร", "ใคร\x9b", "ใคร\ud800"])
def test_control_characters_are_refused(control):
    with pytest.raises(KhamtopError) as raised:
        read(control)
    assert raised.value.code == "question.control"


def test_a_line_break_in_a_question_is_fine():
    assert read("ใครเป็น\nนายกรัฐมนตรี").concepts


def test_every_line_of_the_alias_table_gives_at_least_two_ways_to_write_one_thing():
    for number, line in enumerate(concepts._ALIASES.read_text("utf-8").splitlines(), start=1):
        ways = line.split("\t")
        assert len(ways) >= 2, number
        assert all(way == way.strip() and way for way in ways), number


@pytest.mark.parametrize("earlier", ["", "ก" * 2001, "น้ำ\x00ท่วม", "\ud83c"])
def test_earlier_questions_are_held_to_the_same_bounds(earlier):
    with pytest.raises(KhamtopError):
        read("แล้วที่ไหน", [earlier])


def test_only_the_latest_earlier_questions_count():
    many = ["น้ำท่วมเชียงใหม่เมื่อไร", *["แล้วเมื่อไร"] * MOST_EARLIER]
    assert "เชียงใหม่" not in read("แล้วที่ไหน", many).asked
    assert "เชียงใหม่" in read("แล้วที่ไหน", many[:MOST_EARLIER]).asked
