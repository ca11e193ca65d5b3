"""What newsrooms ask beyond one fact, of a small invented archive over several years."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.index.types import Article
from khamtop.qa.answer import ask
from khamtop.qa.summary import summary_of
from khamtop.ui.render import answer_text

ARTICLES = [
    Article("flood22", "น้ำท่วมเมืองดอกแก้วปี 2565", "ฝนตกหนักทำให้น้ำท่วมเมืองดอกแก้ว บ้านเรือนเสียหาย 120 หลัง "
            "เทศบาลเมืองดอกแก้วเปิดศูนย์พักพิงที่โรงเรียนวัดกลาง", "a", "5 ตุลาคม 2565"),
    Article("flood24", "น้ำท่วมเมืองดอกแก้วหนักกว่าทุกปี", "น้ำท่วมเมืองดอกแก้วสูง 2 เมตร บ้านเรือนเสียหาย 480 หลัง "
            "นายกเทศมนตรีสั่งตั้งศูนย์พักพิงสามแห่ง", "b", "12 กันยายน 2567"),
    Article("flood25", "เมืองดอกแก้วสร้างเขื่อนกันน้ำท่วม", "เทศบาลเมืองดอกแก้วเริ่มสร้างเขื่อนกันน้ำท่วมริมแม่น้ำแสง งบ 90 ล้านบาท "
            "หลังน้ำท่วมเมืองดอกแก้วติดต่อกันหลายปี", "c", "3 มีนาคม 2568"),
    Article("mayor21", "นายกเทศมนตรีคนใหม่ของริมธาร", "นายสมชาย ใจเย็น นายกเทศมนตรีเมืองริมธาร รับตำแหน่งวันแรก "
            "ประกาศจะปรับปรุงตลาดสด", "d", "1 มีนาคม 2564"),
    Article("mayor25", "นางสาวมะลิ แสงทอง รับตำแหน่ง", "นางสาวมะลิ แสงทอง นายกเทศมนตรีเมืองริมธาร รับตำแหน่งวันแรก "
            "สัญญาว่าจะแก้น้ำเสียในคลอง", "e", "1 เมษายน 2568"),
    Article("bus", "รถเมล์ไฟฟ้าสายแรก", "บริษัทขนส่งดอกแก้วเปิดเดินรถเมล์ไฟฟ้าสายแรก 12 คัน ค่าโดยสาร 15 บาท "
            "วิ่งจากสถานีรถไฟถึงมหาวิทยาลัย", "f", "20 มิถุนายน 2566"),
    Article("giraffe", "ลูกยีราฟชื่อดาวเหนือ", "สวนสัตว์เขาใหญ่น้อยได้ลูกยีราฟตัวใหม่ชื่อดาวเหนือ หนัก 62 กิโลกรัม "
            "เกิดเมื่อวันที่ 2 กุมภาพันธ์ 2567", "g", "4 กุมภาพันธ์ 2567"),
]  # fmt: skip
TODAY = date(2025, 5, 10)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The archive, with the embedded encoder."""
    folder: Path = tmp_path_factory.mktemp("town")
    encoder = load_encoder()
    build_articles(ARTICLES, folder, encoder)
    return Index.open(folder, encoder)


def ids(answer) -> list[str]:
    return [citation.article.id for citation in answer.citations]


@pytest.mark.parametrize(
    "question", ["มีข่าวอะไรเกี่ยวกับน้ำท่วมเมืองดอกแก้วบ้าง", "น้ำท่วม เมืองดอกแก้ว", "any news about floods ดอกแก้ว"]
)
def test_an_overview_lists_each_article_on_the_subject_once_the_newest_first(town, question):
    answer = ask(question, town, today=TODAY)
    assert answer.kind == "overview"
    assert ids(answer) == ["flood25", "flood24", "flood22"]
    assert answer.overview is not None
    assert answer.overview.total == 3
    assert answer.short is None
    assert list(answer.overview.days) == sorted(answer.overview.days)
    for citation in answer.citations:
        assert "น้ำท่วม" in citation.quote


def test_an_overview_of_a_time_has_only_its_articles(town):
    answer = ask("ข่าวน้ำท่วมเมืองดอกแก้วปี 2567", town, today=TODAY)
    assert ids(answer) == ["flood24"]
    assert answer.understood.time == "ปี 2567"


def test_the_quote_of_an_overview_tells_more_than_the_title(tmp_path):
    title = "ประกาศห้ามขายเยลลี่ผสมกัญชา"
    text = f"14/07/2568\n{title}\n{title}\nองค์การอาหารสั่งเก็บเยลลี่ผสมกัญชาจากร้านค้า 40 แห่งในเมืองดอกแก้ว"
    encoder = load_encoder("static")
    build_articles([Article("a", title, text, "a", "14 กรกฎาคม 2568")], tmp_path, encoder)
    answer = ask("มีข่าวอะไรเกี่ยวกับเยลลี่ผสมกัญชาบ้าง", Index.open(tmp_path, encoder), today=TODAY)
    assert answer.kind == "overview"
    assert "40 แห่ง" in answer.citations[0].quote
    assert title not in answer.citations[0].quote


def test_an_overview_stands_in_the_order_that_is_asked_for(town):
    best = ask("มีข่าวอะไรเกี่ยวกับน้ำท่วมเมืองดอกแก้วบ้าง", town, today=TODAY, order="relevance")
    newest = ask("มีข่าวอะไรเกี่ยวกับน้ำท่วมเมืองดอกแก้วบ้าง", town, today=TODAY, order="newest")
    assert ids(newest) == ["flood25", "flood24", "flood22"]
    assert sorted(ids(best)) == sorted(ids(newest))
    assert [hit.score for hit in best.hits] == sorted((hit.score for hit in best.hits), reverse=True)
    assert answer_text(best).startswith("พบ 3 บทความเรื่องนี้ แสดง 3 บทความ ตรงที่สุดอยู่บนสุด")


def test_an_overview_without_a_subject_is_of_the_newest(town):
    answer = ask("มีข่าวอะไรบ้าง", town, today=TODAY)
    assert answer.kind == "overview"
    assert ids(answer)[:2] == ["mayor25", "flood25"]
    assert len(ids(answer)) == len(ARTICLES)
    assert ids(ask("ข่าวเดือนที่แล้ว", town, today=TODAY)) == ["mayor25"]


def test_a_time_without_articles_shows_the_newest_instead(town):
    answer = ask("ข่าววันนี้", town, today=TODAY)
    assert ids(answer)[:1] == ["mayor25"]
    assert answer.overview is not None
    assert not answer.overview.is_of_time
    assert answer_text(answer).startswith("ไม่มีบทความของช่วง วันนี้ บทความล่าสุด 7 จากทั้งหมด 7 บทความ")


def test_nothing_is_listed_on_a_subject_that_no_article_has(town):
    answer = ask("มีข่าวเกี่ยวกับฟุตบอลโลกไหม", town, today=TODAY)
    assert answer.abstained
    assert not answer.citations


def test_the_latest_holder_of_an_office_stands_first(town):
    answer = ask("ตอนนี้ใครเป็นนายกเทศมนตรีเมืองริมธาร", town, today=TODAY)
    assert ids(answer)[0] == "mayor25"
    assert answer.short_answer is None or "มะลิ" in answer.short_answer
    assert answer.understood.newest


def test_who_holds_an_office_is_told_by_the_latest_article_without_being_asked_for_it(town):
    answer = ask("ใครเป็นนายกเทศมนตรีเมืองริมธาร", town, today=TODAY)
    assert ids(answer)[:2] == ["mayor25", "mayor21"]
    assert answer.understood.newest
    any_time = ask("ใครเป็นนายกเทศมนตรีเมืองริมธาร", town, today=TODAY, any_time=True)
    assert not any_time.understood.newest


def test_who_held_an_office_in_a_year_is_told_by_an_article_of_that_year(town):
    answer = ask("ใครเป็นนายกเทศมนตรีเมืองริมธารปี 2564", town, today=TODAY)
    assert ids(answer)[0] == "mayor21"
    assert not answer.understood.newest


def test_an_article_of_the_time_that_is_named_answers(town):
    answer = ask("น้ำท่วมเมืองดอกแก้วปี 2565 บ้านเสียหายกี่หลัง", town, today=TODAY)
    assert ids(answer)[0] == "flood22"
    assert "120 หลัง" in answer.citations[0].quote


def test_a_question_that_names_nothing_goes_on_from_the_one_before(town):
    answer = ask("ค่าโดยสารเท่าไร", town, ["รถเมล์ไฟฟ้าสายแรกเปิดเมื่อไร"], today=TODAY)
    assert ids(answer)[0] == "bus"
    assert "15 บาท" in answer.citations[0].quote


def test_what_stands_alone_does_not_go_on(town):
    answer = ask("ลูกยีราฟดาวเหนือหนักกี่กิโลกรัม", town, ["รถเมล์ไฟฟ้าสายแรกเปิดเมื่อไร"], today=TODAY)
    assert ids(answer)[0] == "giraffe"
    assert answer.understood.earlier is None


def test_two_years_are_compared_in_a_column_each(town):
    answer = ask("น้ำท่วมเมืองดอกแก้วปี 2565 กับ 2567 บ้านเสียหายกี่หลัง", town, today=TODAY)
    quotes = answer.citations or answer.nearest
    assert [citation.column for citation in quotes] == ["ปี 2565", "ปี 2567"]
    assert "120 หลัง" in quotes[0].quote
    assert "480 หลัง" in quotes[1].quote
    assert answer.short is None


@pytest.mark.parametrize("said", ["สวัสดีครับ", "ขอบคุณค่ะ", "เธอเป็นใคร", "ใช้งานยังไง", "thanks!"])
def test_small_talk_quotes_nothing(town, said):
    answer = ask(said, town)
    assert answer.kind == "smalltalk"
    assert answer.talk
    assert (answer.citations, answer.nearest, answer.hits) == ((), (), ())


def test_the_article_that_was_talked_of_is_summed_up(town):
    answer = ask("สรุปข่าวนี้", town, ["ลูกยีราฟดาวเหนือหนักกี่กิโลกรัม"], today=TODAY)
    assert answer.kind == "summary"
    assert set(ids(answer)) == {"giraffe"}


def test_a_summary_is_of_sentences_of_the_article_in_its_order(seed_index):
    (article,) = seed_index.articles()
    spans = summary_of(article)
    assert len(spans) == 5
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert spans[0][0] < len(article.text) // 4  # the lead is among them
    assert all(article.text[start:end].strip() == article.text[start:end] for start, end in spans)


def test_a_wish_for_an_overview_is_answered_the_same_each_time(town):
    assert ask("ข่าวน้ำท่วม", town, today=TODAY) == ask("ข่าวน้ำท่วม", town, today=TODAY)
