"""Feeds and exports of WordPress, made here as the programs that write them do."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from khamtop.index.building.build import build
from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, Rejected
from tests.toys import ToyEncoder, write_files

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
)


def rss(*items: str) -> str:
    told = "\n".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>\n<rss version="2.0" {NAMESPACES}><channel><title>ข่าว</title>\n{told}</channel></rss>'


def found(tmp_path: Path, raw: str | bytes, name: str = "feed.xml") -> list[Article | Rejected]:
    return list(read_articles([write_files(tmp_path / "news", {name: raw})]))


def article(tmp_path: Path, raw: str | bytes) -> Article:
    (item,) = found(tmp_path, raw)
    assert isinstance(item, Article), item
    return item


def test_the_full_text_of_an_entry_goes_before_its_summary(tmp_path: Path) -> None:
    entry = (
        "<title>&amp;#8220;ดาวเหนือ&amp;#8221; ลูกยีราฟ</title><link>https://x.th/1</link><guid>https://x.th/?p=1</guid>"
        "<pubDate>Sun, 05 Jun 2022 09:15:00 +0700</pubDate><description>ย่อ […]</description>"
        "<content:encoded><![CDATA[<p>หนัก <b>62</b>&nbsp;กิโลกรัม</p>\n<table><tr><td>เด็ก</td><td>20 บาท</td></tr>"
        "</table><script>x()</script>]]></content:encoded>"
    )
    item = article(tmp_path, rss(entry))
    assert (item.id, item.source) == ("https://x.th/?p=1", "https://x.th/1")
    assert (item.title, item.published) == ("“ดาวเหนือ” ลูกยีราฟ", "Sun, 05 Jun 2022 09:15:00 +0700")
    assert item.text == "หนัก 62 กิโลกรัม\nเด็ก | 20 บาท"


def test_a_summary_stands_in_where_there_is_no_more(tmp_path: Path) -> None:
    item = article(
        tmp_path, rss("<guid isPermaLink='false'>17</guid><description>&lt;p&gt;ฝนตก&lt;/p&gt;</description>")
    )
    assert (item.id, item.text, item.published) == ("news/feed.xml/17", "ฝนตก", None)
    assert item.source.endswith("news/feed.xml:1")


def test_an_ampersand_that_begins_no_entity_stays(tmp_path: Path) -> None:
    summary = "AT&amp;T &amp;amp; ค่า 5 &amp;lt; 7 https://x.th/?a=1&amp;copy=2"
    assert article(tmp_path, rss(f"<description>{summary}</description>")).text == (
        "AT&T & ค่า 5 < 7 https://x.th/?a=1&copy=2"
    )


def test_entries_without_a_name_on_one_line_are_as_many_articles(tmp_path: Path) -> None:
    raw = rss("<description>ฝนตก</description>", "<description>ลมแรง</description>").replace("\n", "")
    assert [(item.id, item.text) for item in found(tmp_path, raw) if isinstance(item, Article)] == [
        ("news/feed.xml:1", "ฝนตก"),
        ("news/feed.xml:2", "ลมแรง"),
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<content type="html">&lt;p&gt;ฝน &amp;amp; ลม&lt;/p&gt;&lt;p&gt;แดด&lt;/p&gt;</content>', "ฝน & ลม\nแดด"),
        (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>ฝน<br/>ลม</p><p>แดด</p></div></content>',
            "ฝน\nลม\nแดด",
        ),
        ('<content type="text">อุณหภูมิ &lt;p&gt; 3</content>', "อุณหภูมิ <p> 3"),
        ('<content src="https://x.th/far"/><summary>ย่อ</summary>', "ย่อ"),
    ],
)
def test_every_way_in_which_atom_says_a_text(tmp_path: Path, content: str, text: str) -> None:
    feed = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:x.th,2022:1</id><title>ก</title>{content}'
        '<link rel="self" href="https://x.th/self"/><link href="https://x.th/1"/><updated>2023-01-01</updated>'
        "<published>2022-06-05T09:15:00+07:00</published></entry></feed>"
    )
    item = article(tmp_path, feed)
    assert (item.text, item.source, item.published) == (text, "https://x.th/1", "2022-06-05T09:15:00+07:00")


def test_rdf_and_the_dates_of_dublin_core(tmp_path: Path) -> None:
    feed = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><item><title>ก</title><link>https://x.th/1</link>'
        "<description>ฝนตก</description><dc:date>2022-06-05</dc:date></item></rdf:RDF>"
    )
    item = article(tmp_path, feed)
    assert (item.id, item.text, item.published) == ("https://x.th/1", "ฝนตก", "2022-06-05")


def post(number: int, kind: str, status: str, text: str, more: str = "") -> str:
    return (
        f"<title>เรื่องที่ {number}</title><link>https://x.th/{number}</link><guid>https://x.th/?p={number}</guid>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>"
        f"<wp:post_date>2022-06-0{number} 09:15:00</wp:post_date><wp:status>{status}</wp:status>"
        f"<wp:post_type>{kind}</wp:post_type>{more}<wp:comment><wp:comment_content>ด่า</wp:comment_content></wp:comment>"
    )


def test_of_an_export_only_what_is_published_is_an_article(tmp_path: Path) -> None:
    classic = "ย่อหน้าแรก <em>เอียง</em>\n\n[caption id='1']<img src='x'/>ใต้ภาพ[/caption]\n<ul>\n<li>ข้อหนึ่ง</li></ul>"
    blocks = "<!-- wp:paragraph -->\n<p>ย่อหน้า\nเดียว</p>\n<!-- /wp:paragraph -->"
    items = found(
        tmp_path,
        rss(
            post(1, "post", "publish", classic),
            post(2, "page", "publish", blocks),
            post(3, "news", "publish", "<p>ข่าวชนิดของเว็บเอง</p>"),
            post(4, "post", "draft", "ร่าง"),
            post(5, "post", "publish", "ลับ", "<wp:post_password>x</wp:post_password>"),
            post(6, "attachment", "inherit", "ภาพ"),
            post(7, "nav_menu_item", "publish", "เมนู"),
        ),
    )
    texts = [(item.id, item.text, item.published) for item in items if isinstance(item, Article)]
    assert texts == [
        ("https://x.th/?p=1", "ย่อหน้าแรก เอียง\nใต้ภาพ\nข้อหนึ่ง", "2022-06-01 09:15:00"),
        ("https://x.th/?p=2", "ย่อหน้า เดียว", "2022-06-02 09:15:00"),
        ("https://x.th/?p=3", "ข่าวชนิดของเว็บเอง", "2022-06-03 09:15:00"),
    ]
    told = [(item.reason, item.line) for item in items if isinstance(item, Rejected)]
    assert [reason for reason, _ in told] == ["entry.unpublished"] * 2
    assert all(line and line > 2 for _, line in told)


def test_html_s_entities_and_forbidden_letters_break_nothing_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = rss("<description>Caf&eacute;\x0b&nbsp;ฝน &amp;amp; ลม</description>")
    for size in (1, 3, 7, 64):
        monkeypatch.setattr("khamtop.index.sources.feeds._BLOCK_BYTES", size)
        assert article(tmp_path, raw).text == "Café\xa0ฝน & ลม"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp874"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    declared = "tis-620" if encoding == "cp874" else encoding.removesuffix("-sig")
    raw = rss("<description>ฝนตกหนัก</description>").replace('"1.0"?', f'"1.0" encoding="{declared}"?')
    assert article(tmp_path, raw.encode(encoding)).text == "ฝนตกหนัก"


def test_where_an_export_breaks_off_what_came_before_stands(tmp_path: Path) -> None:
    raw = rss(post(1, "post", "publish", "ฝนตก"), post(2, "post", "publish", "ลมแรง"))
    for cut in (raw[:-300], raw.replace("เรื่องที่ 2</title>", "เรื่องที่ 2</titel>")):
        first, problem = found(tmp_path, cut)
        assert isinstance(first, Article)
        assert isinstance(problem, Rejected)
        assert (first.text, problem.reason) == ("ฝนตก", "xml.broken")
        assert problem.line


BOMB = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 12))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "file.empty"),
        ("ฝนตก", "xml.broken"),
        ("<config><a>ฝนตก</a></config>", "xml.other"),
        ("<a/>", "xml.other"),
        (rss(), "file.empty"),
        (rss("<title>ก</title>"), "article.no_text"),
        (
            f'<!DOCTYPE rss [<!ENTITY e0 "ฝน">{BOMB}]>\n<rss><item><title>&e11;</title></item></rss>',
            "xml.entities xml.broken",
        ),
        ('<!DOCTYPE rss [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><rss><item/></rss>', "xml.entities"),
        ("<rss>" + "<a>" * 100_000, "xml.broken"),
    ],
    ids=["empty", "text", "other", "short", "no entry", "no text", "bomb", "parameter", "deep"],
)
def test_what_is_no_feed_has_its_reason(tmp_path: Path, raw: str, reason: str) -> None:
    (problem,) = found(tmp_path, raw)
    assert isinstance(problem, Rejected)
    assert problem.reason in reason.split()


def test_nothing_is_opened_for_a_document(tmp_path: Path) -> None:
    """Neither its DTD, nor an entity, nor a stylesheet or schema, from a file or from an address."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "secret").write_text("ความลับ", "utf-8")
    try:
        outside = (
            f'<?xml-stylesheet href="{address}/style"?><!DOCTYPE rss SYSTEM "{address}/dtd"><rss '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{address}/a {address}/schema">'
            f'<item xmlns:xi="http://www.w3.org/2001/XInclude"><description>ฝนตก &nowhere;</description>'
            f'<xi:include href="{(tmp_path / "secret").as_uri()}"/></item></rss>'
        )
        assert article(tmp_path, outside).text.startswith("ฝนตก")
        for declared in (f'x SYSTEM "{address}/x"', f'% x SYSTEM "{address}/x">%x;<!ENTITY y "y"'):
            (problem,) = found(
                tmp_path, f"<!DOCTYPE rss [<!ENTITY {declared}>]><rss><item><title>&x;</title></item></rss>"
            )
            assert isinstance(problem, Rejected)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []


def test_a_build_reads_again_only_the_entries_that_are_new(tmp_path: Path) -> None:
    first, second = (post(number, "post", "publish", f"ฝนตกวันที่ {number}") for number in (1, 2))
    news = write_files(tmp_path / "news", {"feed.xml": rss(first)})
    assert build([news], tmp_path / "index", ToyEncoder()).added == 1
    write_files(news, {"feed.xml": rss(second, first)})
    report = build([news], tmp_path / "index", ToyEncoder())
    assert (report.added, report.unchanged, report.removed) == (1, 1, 0)
