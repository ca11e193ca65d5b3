"""Web pages -> what of them is the article: captions, tables and lists of it are kept, what stands around it is not."""

import pytest

from khamtop.index.sources.html import html_article
from khamtop.index.sources.htmltext import is_html, one_line, text_of_html
from khamtop.index.sources.source import File

STORY = [
    "สวนสัตว์เขาใหญ่น้อยได้ลูกยีราฟตัวใหม่ชื่อดาวเหนือ หนัก 62 กิโลกรัม",
    "ผู้เข้าชมวันเสาร์มี 2,310 คน และสวนสัตว์ลดค่าบัตรเด็กเหลือ 20 บาท",
]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in STORY)
#: A page long enough for its paragraphs to be told from the rest by statistics.
LONG = PARAGRAPHS + "".join(
    f"<p>ย่อหน้าที่ {number} ของข่าวเล่าว่าเจ้าหน้าที่ดูแลลูกยีราฟอย่างใกล้ชิดทุกวัน และให้นมวันละหลายครั้งตามที่สัตวแพทย์แนะนำ</p>"
    for number in range(1, 9)
)
CAPTION = "<figure><img src='a.jpg' alt=''><figcaption>ดาวเหนือยืนข้างแม่</figcaption></figure>"
FILES = "<ul><li><a href='a.pdf'>ตารางให้อาหาร</a></li><li><a href='b.pdf'>แผนที่สวนสัตว์</a></li></ul>"
PRICES = (
    "<table><tr><th>ผู้เข้าชม</th><th>ค่าบัตร</th></tr><tr><td>ผู้ใหญ่</td><td>80 บาท</td></tr>"
    "<tr><td><p>เด็ก</p></td><td>20 บาท</td></tr></table>"
)
MENU = "<ul><li><a href='/'>หน้าแรก</a></li><li><a href='/sport'>กีฬา</a></li><li><a href='/biz'>เศรษฐกิจ</a></li></ul>"
RELATED = (
    "<ul><li><a href='/1'>ช้างป่าบุกไร่อ้อย ชาวบ้านหนีกลางดึก</a></li><li><a href='/2'>ฝนตกหนักทั่วภาคเหนือถึงวันศุกร์</a></li></ul>"
)
HEADLINE = "<h1>ลูกยีราฟตัวใหม่</h1>"
INNER = (
    "{head}"
    + CAPTION
    + "{story}"
    + PRICES
    + "<p>เอกสารที่สวนสัตว์แจกในวันเสาร์มีดังนี้</p>"
    + FILES
    + "<p>สวนสัตว์เปิดทุกวันเวลา 8 ถึง 18 นาฬิกา</p>"
)


def article(page):
    return html_article(File("a.html", "a.html"), f"<!DOCTYPE html>{page}".encode())


@pytest.mark.parametrize("story", [PARAGRAPHS, LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    "page",
    [
        "<body><nav>{menu}</nav><article>{inner}</article><aside>{related}</aside><footer>© 2565</footer></body>",
        "<body><header>{menu}</header><main>{inner}<h3>ข่าวที่เกี่ยวข้อง</h3>{related}</main></body>",
        "<body><div class='menu'>{menu}</div><div>{inner}</div><div class='related-posts'>{related}</div></body>",
        "<body><div>{menu}</div><div>{inner}</div><h4>อ่านเพิ่มเติม</h4><div>{related}</div><p>© 2565 สวนสัตว์</p></body>",
        "<body>{menu}{inner}{related}</body>",
        "<body>{menu}<table width='100%'><tr><td>{menu}</td><td>{inner}</td></tr></table>{related}</body>",
        "<body><article>{inner}</article>"
        "<article><a href='/1'>ช้างป่าบุกไร่อ้อย ชาวบ้านหนีกลางดึก</a></article>"
        "<article><a href='/2'>ฝนตกหนักทั่วภาคเหนือถึงวันศุกร์</a></article></body>",
    ],
    ids=["article", "main", "classes", "headed", "bare", "layout", "teasers"],
)
def test_what_an_article_holds_is_kept_and_what_stands_around_it_is_not(page, story):
    found = article(page.format(menu=MENU, related=RELATED, inner=INNER.format(head=HEADLINE, story=story)))
    assert found.title == "ลูกยีราฟตัวใหม่"
    lines = found.text.split("\n")
    for line in (*STORY, "ดาวเหนือยืนข้างแม่", "ตารางให้อาหาร", "แผนที่สวนสัตว์", "ผู้ใหญ่ | 80 บาท", "เด็ก | 20 บาท"):
        assert line in lines
    for around in ("หน้าแรก", "กีฬา", "ช้างป่า", "ฝนตกหนัก"):
        assert around not in found.text


def test_a_page_of_links_alone_is_not_empty():
    assert "ช้างป่าบุกไร่อ้อย" in article(f"<body>{RELATED}</body>").text


@pytest.mark.parametrize("menu", ["<div class='has-sidebar menu'>{}</div>", "<form>{}</form>", "<aside>{}</aside>"])
def test_what_holds_most_of_a_page_is_its_article_whatever_it_is_called(menu):
    assert all(line in article(f"<body>{menu.format(PARAGRAPHS)}</body>").text for line in STORY)


def test_a_page_of_very_many_elements_is_given_whole():
    assert article(f"<body>{PARAGRAPHS}{'<b>1</b>' * 60_000}</body>").text.startswith(STORY[0])


# Titles


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (f"<head><title>ข่าว | สวนสัตว์</title></head><body>{HEADLINE}{PARAGRAPHS}</body>", "ลูกยีราฟตัวใหม่"),
        (
            f"<head><meta property='og:title' content='ยีราฟ &amp;#8220;ดาว&amp;#8221;'></head>{PARAGRAPHS}",
            "ยีราฟ “ดาว”",
        ),
        (f"<head><title>สวน\n สัตว์</title></head><body>{PARAGRAPHS}</body>", "สวน สัตว์"),
        (f"<body>{PARAGRAPHS}</body>", STORY[0]),
    ],
)
def test_the_title_is_the_headline_or_what_the_page_calls_itself(page, title):
    assert article(f"<html>{page}</html>").title == title


# Dates

LD = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ('<meta property="article:published_time" content="2022-06-05T09:15:00+07:00">', "2022-06-05"),
        ('<meta property="article:published_time" content="2565-06-05T09:15:00+07:00">', "2022-06-05"),
        ('<meta name="pubdate" content="5 มิถุนายน 2565">', "2022-06-05"),
        ('<meta itemprop="datePublished" content="20220605">', "2022-06-05"),
        ('<meta name="date" content="1654387200">', "2022-06-05"),
        ('<meta property="article:modified_time" content="2022-06-05">', None),
        (LD.format('{"@type": "NewsArticle", "datePublished": "2565-06-05"}'), "2022-06-05"),
        (LD.format('{"@graph": [{"@type": "WebPage"}, {"datePublished": "2022-06-05"}]}'), "2022-06-05"),
        (LD.format("{broken"), None),
        ('<link rel="canonical" href="https://ข่าว.example/2022/06/giraffe">', None),
        ('<link rel="canonical" href="https://ข่าว.example/2022/06/05/giraffe">', "2022-06-05"),
        ('<meta property="og:url" content="https://ข่าว.example/2565-06-05-giraffe">', "2022-06-05"),
        ('<meta property="og:url" content="https://ข่าว.example/2022/13/45/giraffe">', None),
    ],
)  # fmt: skip
def test_the_head_of_a_page_tells_its_day_and_never_one_that_it_has_not(head, day):
    assert article(f"<html><head>{head}</head><body>{PARAGRAPHS}</body></html>").published == day


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ('<time datetime="2565-06-05T09:15">5 มิ.ย. 65</time>', "2022-06-05"),
        ('<p>โดย กองบรรณาธิการ | <time datetime="2022-06-05">วันนี้</time></p>', "2022-06-05"),
        ("<p>โดย กองบรรณาธิการ | 5 มิถุนายน 2565</p>", "5 มิถุนายน 2565"),
        ("<p>เผยแพร่ 5 มิถุนายน 2565 เวลา 09:15 น.</p>", "5 มิถุนายน 2565"),
        (f'<p>{STORY[0]} และ {STORY[1]} <time datetime="2022-12-31">สิ้นปี</time></p>', None),
        ('<nav><time datetime="2022-12-31">ข่าวอื่น</time></nav>', None),
    ],
)
def test_the_byline_of_a_page_tells_its_day(body, day):
    assert article(f"<html><body><h1>ลูกยีราฟ</h1>{body}{PARAGRAPHS}</body></html>").published == day


# HTML as text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>ลูกยีราฟหนัก <strong>62</strong>&nbsp;กิโลกรัม</p>", "ลูกยีราฟหนัก 62 กิโลกรัม"),
        ("<p>ก<!-- ข -->ค</p>ง<br>จ<script>ฉ</script>ช", "กค\nง\nจช"),
        ("<div>ก<div>ข</div>ค</div><ul><li>ง</li><li>จ</li></ul>", "ก\nข\nค\nง\nจ"),
        ("<b>ก</b>\nข &lt;p&gt;\n\nค", "ก\nข <p>\nค"),  # as blog systems keep a text: its own lines are lines
        ("<p>ก\nข</p>", "ก ข"),
        ('ก\nข <div class="x"\nid="y">\nค', "ก\nข\nค"),
        ("<pre>ก\n  ข</pre>", "ก\nข"),
        ("<table><tr><td>ก</td><td></td><td>ข</td></tr></table>", "ก | | ข"),
        ("<table><tr><td>ก</td></tr></table>", "ก"),
        ("<table><tr><td>" + "ก" * 301 + "</td><td>ข</td></tr></table>", "ก" * 301 + "\nข"),
        ("<svg><body>ข่าว", "ข่าว"),
        ("<div>" * 1000 + "ลึก", "ลึก"),
    ],
)  # fmt: skip
def test_html_becomes_lines_and_a_row_stays_one(markup, text):
    assert text_of_html(markup) == text


def test_a_text_of_very_many_lines_with_a_stray_tag_is_read_in_one_go():
    """Looking for the end of a tag from each line's end would take hours."""
    assert text_of_html("<b>ลม</b>\n" + "ฝนตก\n" * 300_000).count("\n") == 300_000


def test_what_is_read_in_part_only_is_an_error():
    with pytest.raises(ValueError, match="not read"):
        text_of_html("<div>" * 5000 + "ลึก")


@pytest.mark.parametrize(
    "text", ["5 < 6", "รัก <3", "a<b และ b>c", "<ชื่อ> ไม่ใช่แท็ก", "1 <2> 3", "<http://ข่าว.example>", "if a <b: c"]
)
def test_what_merely_holds_a_sign_is_no_html(text):
    assert not is_html(text)
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("&#8220;ดาวเหนือ&#8221; &amp; แม่", "“ดาวเหนือ” & แม่"),
        ("ลูก<em>ยีราฟ</em>", "ลูกยีราฟ"),
        ("R&D; ถาม&ตอบ", "R&D; ถาม&ตอบ"),
    ],
)
def test_a_title_has_neither_tags_nor_entities(title, said):
    assert one_line(title) == said
