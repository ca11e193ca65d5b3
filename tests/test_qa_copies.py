"""Wire copy is printed twice: it answers once, citing the earliest, with the others listed under it."""

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.filters import filter_of
from khamtop.index.storage.store import Index
from khamtop.index.types import Article
from khamtop.qa.answer import ask
from khamtop.qa.searching import search
from tests.toys import ToyEncoder

STORY = "นายฟูมิโอะ คิชิดะ นายกรัฐมนตรีญี่ปุ่น เข้าร่วมการประชุมสุดยอดนาโตที่กรุงมาดริด ประเทศสเปน เมื่อวันที่ 29 มิถุนายน 2565"
QUESTION = "นายกรัฐมนตรีญี่ปุ่นเข้าร่วมการประชุมสุดยอดนาโตที่ไหน"


def printed(name, published, text=STORY):
    return Article(name, f"ข่าว {name}", text, f"https://{name}.example/1", published)


@pytest.fixture
def index(tmp_path):
    """One story in four papers, two of them with other spaces around it, and another story."""
    articles = [
        printed("undated", None),
        printed("second", "1 ก.ค. 2565"),
        printed("first", "2022-06-30", STORY.replace(" ", "  ")),
        printed("retold", "2 ก.ค. 2565", f"รายงานพิเศษ {STORY} ตามข่าวที่เสนอไปแล้ว"),
        printed("other", "1 ม.ค. 2560", "ทุเรียนไทยส่งออกไปจีนมากขึ้น มูลค่าหลายพันล้านบาท"),
    ]
    build_articles(articles, tmp_path, ToyEncoder())
    return Index.open(tmp_path, ToyEncoder())


def test_a_story_printed_again_is_one_hit_of_its_earliest_article(index):
    hits = search(QUESTION, index)
    assert [hit.article.id for hit in hits][:2] in (["first", "retold"], ["retold", "first"])
    (story,) = (hit for hit in hits if hit.article.id == "first")
    assert [copy.id for copy in story.copies] == ["second", "undated"]
    assert len(hits) == 3


def test_the_quote_is_the_earliest_articles_and_all_others_that_print_it_are_listed(index):
    found = ask(QUESTION, index, threshold=0.0)
    (first,) = (citation for citation in found.citations if citation.article.id != "retold")
    assert first.article.id == "first"
    assert first.article.text[first.start : first.end] == first.quote
    assert {copy.id for copy in first.copies} >= {"second", "undated"}
    assert first.article.id not in {copy.id for copy in first.copies}
    assert found.short_answer in found.citations[0].quote


def test_of_copies_only_those_that_a_filter_lets_through_are_cited_or_listed(index):
    hits = search(QUESTION, index, bounds=filter_of(since="ก.ค. 2565"))
    assert {hit.article.id: [copy.id for copy in hit.copies] for hit in hits} == {"second": [], "retold": []}


@pytest.mark.parametrize(
    ("bounds", "left"),
    [
        ({"until": "2021"}, {"other"}),
        ({"since": "2022-07-01", "until": "2022-07-01"}, {"second"}),
        ({"source": "RETOLD"}, {"retold"}),
        ({"source": "nowhere"}, set()),
    ],
)
def test_a_narrow_filter_leaves_whatever_fits_to_be_found(index, bounds, left):
    bounds = filter_of(**bounds)
    question = f"{QUESTION} ทุเรียน"  # a word of the other story's
    assert {hit.article.id for hit in search(question, index, bounds=bounds)} == left
    assert {hit.article.id for hit in ask(question, index, bounds=bounds).hits} == left
