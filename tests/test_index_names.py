"""The names in an article: who and what is told, where each ends, and what is no name."""

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.filters import filter_of
from khamtop.index.storage.store import Index
from khamtop.index.text.names import SURE, Words, key_of, names_of
from khamtop.index.types import Article, KhamtopError
from tests.toys import ToyEncoder


def names(kind, *texts):
    return [named.name for named in names_of(*map(Words.of, texts)) if named.kind == kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("นายจิรายุ ห่วงทรัพย์ โฆษกประจำสำนักนายกรัฐมนตรี เปิดเผยว่า", "จิรายุ ห่วงทรัพย์"),
        ("โดยพล.อ. ประยุทธ์  จันทร์โอชา ระบุ", "ประยุทธ์ จันทร์โอชา"),
        ("พลเอกประยุทธ์ จันทร์โอชา", "ประยุทธ์ จันทร์โอชา"),
        ("นายกรัฐมนตรี ประยุทธ์ จันทร์โอชา", "ประยุทธ์ จันทร์โอชา"),
        ("ศาสตราจารย์เกียรติคุณ นายแพทย์เกษม วัฒนชัย องคมนตรี", "เกษม วัฒนชัย"),
        ("พันตำรวจเอกหญิง สมศรี ใจดี", "สมศรี ใจดี"),
        ("รศ. ดร.วรรณฤดี อิสรานุวัฒน์ชัย", "วรรณฤดี อิสรานุวัฒน์ชัย"),
        ("นายกิตติรัตน์ ณ ระนอง กล่าว", "กิตติรัตน์ ณ ระนอง"),
        ("โดยมีนายโมฮัมเหม็ด อัล-โอฮาลี ผู้จัดการ", "โมฮัมเหม็ด อัล-โอฮาลี"),
        ("นายอำนาจ บุตรบุรีได้เดินทาง", "อำนาจ บุตรบุรี"),
        ("(Mr. Mike Yeh) และ Dr. Tedros Ghebreyesus Director-General", "Mike Yeh"),
    ],
)
def test_a_person_stands_after_a_title_or_an_office_with_given_and_family_name(text, expected):
    assert names("person", text)[:1] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "นายวราวุธ กล่าวว่า",  # a given name alone may be anybody's
        "นายกรัฐมนตรี เปิดเผยว่า",
        "นายกรัฐมนตรีเน้นย้ำ ให้ทุกฝ่าย",
        "นายจ้าง ลูกจ้าง",
        "นายอำเภอวารินชำราบ และคณะ",
        "นางแบบ ชาวไทย",
        "จังหวัดคานางาวะ ประเทศญี่ปุ่น",
        "เศรษฐา ณ ทำเนียบรัฐบาล",
    ],
)
def test_what_only_looks_like_a_person_is_none(text):
    assert names("person", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("กระทรวงการคลังเน้นย้ำว่า", "กระทรวงการคลัง"),
        ("กระทรวงการพัฒนาสังคมและความมั่นคงของมนุษย์ (พม.)", "กระทรวงการพัฒนาสังคมและความมั่นคงของมนุษย์"),
        ("รัฐมนตรีว่าการกระทรวงเกษตรฯ กล่าว", "กระทรวงเกษตรและสหกรณ์"),
        ("กระทรวงการอุดมศึกษา วิทยาศาสตร์  วิจัยและนวัตกรรม", "กระทรวงการอุดมศึกษา วิทยาศาสตร์ วิจัยและนวัตกรรม"),
        ("อธิบดีกรมทางหลวงชนบท กระทรวงคมนาคม", "กรมทางหลวงชนบท"),
        ("กรมเจ้าท่าได้ดำเนินการ", "กรมเจ้าท่า"),
        ("กรมสรรพากรและสำนักงานตรวจคนเข้าเมือง", "กรมสรรพากร"),
        ("ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร (ธ.ก.ส.)", "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร"),
        ("กับบริษัทปตท. จำกัด(มหาชน) และ", "บริษัท ปตท. จำกัด (มหาชน)"),
        ("บริษัท AstraZeneca จำกัด", "บริษัท AstraZeneca จำกัด"),
        ("คณะกรรมการนโยบายการเงิน (กนง.) มีมติ", "คณะกรรมการนโยบายการเงิน"),
    ],
)
def test_an_organisation_ends_where_its_name_does(text, expected):
    assert names("organisation", text)[:1] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "กรมธรรม์ประกันภัย",
        "สภาพแวดล้อมที่ดี",
        "โรงพยาบาลทุกแห่ง",
        "สถาบันการเงินต่าง ๆ",
        "บริษัทที่ร่วมโครงการ",
        "คณะกรรมการชุดใหม่ ของจังหวัด",
        "กระทรวงศึกษาธิการของภูฏาน",
        "คณะกรรมการฯ",
    ],
)
def test_what_means_any_of_a_kind_is_no_organisation(text):
    assert names("organisation", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ที่จังหวัดเชียงใหม่ เชียงราย และพม่า", ["เชียงใหม่", "เชียงราย", "เมียนมา"]),
        ("จ.ตาก และจังหวัดเลย", ["ตาก", "เลย"]),
        ("ที่กรุงเทพฯ และสหรัฐฯ", ["กรุงเทพมหานคร", "สหรัฐอเมริกา"]),
        ("ผู้ปกครองไม่เห็นเลย ว่าแพร่ระบาด", []),
        ("ธนาคารกรุงเทพ จำกัด (มหาชน)", []),
        ("นายสมชาย สุรินทร์ทอง", []),
        ("ถนนเพชรบุรี", []),
        ("ทุกอำเภอ และอำเภอแม่สอด จังหวัดตาก", ["ตาก", "อำเภอแม่สอด"]),
    ],
)
def test_places_are_those_that_are_known_and_what_follows_district(text, expected):
    assert sorted(names("place", text)) == sorted(expected)


def test_a_name_stands_once_where_it_stands_first_and_is_sure_if_any_of_its_places_is():
    text = "กรมเจ้าท่า ประชุม กรมเจ้าท่า (จท.) ที่จังหวัดตรัง และตรัง"
    found = names_of(Words.of(text))
    assert [(named.name, named.trust) for named in found] == [("กรมเจ้าท่า", SURE), ("ตรัง", SURE)]
    assert names("place", "เชียงใหม่", "ข่าวเชียงใหม่และตรัง") == ["เชียงใหม่", "ตรัง"]
    copy = Words.of(text).copy.text
    assert all(copy[slice(*named.span)] == named.name for named in found)


@pytest.mark.parametrize(
    "text",
    [
        "นาย" + "ก" * 20_000 + " " + "ข" * 20_000,
        "นายสัตวแพทย์" * 3_000,
        "นายแพทย์หญิง " * 3_000,
        "ศาสตราจารย์พิเศษ" * 3_000,
        "กรม" * 1_000,
        "บริษัท " * 10_000,
        "Mr. A. " * 5_000,
    ],
)
def test_what_is_written_to_take_for_ever_is_done_with_and_names_next_to_nobody(text):
    assert len(names_of(Words.of(text))) <= 1


@pytest.mark.parametrize("written", ["ประยุทธ์ จันทร์โอชา", "พล.อ.ประยุทธ์  จันทร์โอชา", "พลเอก ประยุทธ์ จันทร์โอชา"])
def test_a_person_is_the_same_under_any_title(written):
    assert key_of(written) == "ประยุทธ์จันทร์โอชา"


# -- In an index


def article(identity, text):
    return Article(identity, "", text, f"{identity}.txt")


MANY = [
    article("one", "นายจิรายุ ห่วงทรัพย์ และกรมเจ้าท่า ที่จังหวัดตรัง"),
    article("two", "พล.ต. จิรายุ ห่วงทรัพย์ กับกรมเจ้าท่าได้ประชุม"),
    article("three", "นางสมศรี ใจดี ผู้จัดการบริษัท ใจดี จำกัด และมหาวิทยาลัยบ้านเรา ที่ตรัง"),
]


@pytest.fixture
def folder(tmp_path):
    build_articles(MANY, tmp_path, ToyEncoder())
    return tmp_path


def listed(folder, kind, words="", limit=10):
    total, found = Index.open(folder, ToyEncoder()).names.find(kind, words, limit)
    return total, [(named.name, named.articles) for named in found]


def naming(folder, name):
    index = Index.open(folder, ToyEncoder())
    return {index.passage(number)[0].id for number in index.passages_within(filter_of(name=name)).tolist()}


def test_the_commonest_names_come_first_and_what_one_article_tells_unsurely_is_not_believed(folder):
    assert listed(folder, "person") == (2, [("จิรายุ ห่วงทรัพย์", 2), ("สมศรี ใจดี", 1)])
    assert listed(folder, "organisation") == (2, [("กรมเจ้าท่า", 2), ("บริษัท ใจดี จำกัด", 1)])
    assert listed(folder, "place") == (1, [("ตรัง", 2)])
    assert listed(folder, "person", limit=1) == (2, [("จิรายุ ห่วงทรัพย์", 2)])
    assert listed(folder, "person", "ใจดี สม") == (1, [("สมศรี ใจดี", 1)])
    assert listed(folder, "person", "นางสมศรี") == (1, [("สมศรี ใจดี", 1)])
    assert listed(folder, "organisation", "ไม่มี") == (0, [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("จิรายุ ห่วงทรัพย์", {"one", "two"}),
        ("พล.ต.จิรายุ  ห่วงทรัพย์", {"one", "two"}),
        ("จิรายุ", {"one", "two"}),
        ("กรมเจ้าท่า", {"one", "two"}),
        ("ตรัง", {"one", "three"}),
        ("ใจดี", {"three"}),
        ("ไม่มีใคร", set()),
        ("%", set()),
    ],
)
def test_articles_are_narrowed_by_a_name_as_it_is_written_or_by_a_part_of_it(folder, name, expected):
    assert naming(folder, name) == expected


def test_a_name_goes_on_with_other_bounds(folder):
    index = Index.open(folder, ToyEncoder())
    bounds = filter_of(name="ตรัง", source="one")
    assert {index.passage(number)[0].id for number in index.passages_within(bounds).tolist()} == {"one"}
    total, rows = index.listing.find("", 0, 10, filter_of(name="ตรัง"))
    assert (total, {row.id for row in rows}) == (2, {"one", "three"})


def test_the_names_of_a_changed_article_go_and_those_of_others_stay(folder):
    changed = [MANY[0], article("two", "ฝนตกที่จังหวัดเชียงราย"), MANY[2]]
    build_articles(changed, folder, ToyEncoder())
    assert listed(folder, "person") == (2, [("จิรายุ ห่วงทรัพย์", 1), ("สมศรี ใจดี", 1)])
    assert listed(folder, "place") == (2, [("ตรัง", 2), ("เชียงราย", 1)])
    build_articles([changed[1]], folder, ToyEncoder())
    assert listed(folder, "person") == (0, [])
    assert listed(folder, "place") == (1, [("เชียงราย", 1)])
    assert naming(folder, "ตรัง") == set()


def test_a_moved_article_keeps_its_names(folder):
    build_articles([article("moved", MANY[0].text), *MANY[1:]], folder, ToyEncoder())
    assert naming(folder, "จิรายุ ห่วงทรัพย์") == {"moved", "two"}
    assert listed(folder, "person")[1][0] == ("จิรายุ ห่วงทรัพย์", 2)


def test_a_name_that_is_too_long_is_told():
    with pytest.raises(KhamtopError) as caught:
        filter_of(name="ก" * 2001)
    assert caught.value.code == "filter.too_long"
