"""Addresses that somebody names: what is fetched, kept and indexed, and how politely. All from a server of our own."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from khamtop.index.building import fetch as fetching
from khamtop.index.building.fetch import fetch
from khamtop.index.sources.files import read_articles
from khamtop.index.types import Article, KhamtopError, Rejected
from khamtop.ui import cli, texts

PAGE = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>{1}</p></article></body></html>"
Reply = tuple[int, dict[str, str], bytes]


def page(title: str, text: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return 200, {"Content-Type": "text/html; charset=utf-8", **named}, PAGE.format(title, text).encode()


def xml(text: str) -> Reply:
    return 200, {"Content-Type": "application/xml"}, text.encode()


class Site:
    """A site on this machine: what it says at each path, and what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers.append(dict(self.headers))
                status, headers, body = site.replies.get(self.path, (404, {}, b""))
                if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *given: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def pages_asked(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    site = Site()
    yield site
    site.close()


class Waits(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def fetched(site: Site, folder: Path, *paths: str) -> list[Rejected]:
    return fetch([f"{site.address}{path}" for path in paths], folder, wait=Waits())


def articles(folder: Path) -> dict[str, Article]:
    return {item.source: item for item in read_articles([folder]) if isinstance(item, Article)}


def test_a_page_becomes_an_article_whose_source_is_its_address(site: Site, tmp_path: Path) -> None:
    site.replies["/1"] = page("ลูกยีราฟ", "ลูกยีราฟหนัก 62 กิโลกรัม")
    assert fetched(site, tmp_path / "f", "/1#top") == []
    (article,) = articles(tmp_path / "f").values()
    assert (article.id, article.source) == (f"{site.address}/1", f"{site.address}/1")
    assert article.title == "ลูกยีราฟ"
    assert "62 กิโลกรัม" in article.text
    assert site.asked == ["/robots.txt", "/1"]
    assert all(headers["User-Agent"].startswith("Khamtop/") for headers in site.headers)


@pytest.mark.parametrize("packed", [False, True])
def test_a_sitemap_brings_its_pages_and_those_of_the_lists_that_it_leads_to(
    site: Site, tmp_path: Path, packed: bool
) -> None:
    inner = f"<urlset><url><loc>{site.address}/2</loc></url><url><loc>{site.address}/1</loc></url></urlset>"
    site.replies |= {
        "/map.xml": xml(f"<sitemapindex><sitemap><loc>{site.address}/inner.xml</loc></sitemap></sitemapindex>"),
        "/inner.xml": xml(inner) if not packed else (200, {}, gzip.compress(inner.encode())),
        "/1": page("หนึ่ง", "ฝนตก"),
        "/2": page("สอง", "ลมแรง"),
    }
    assert fetched(site, tmp_path / "f", "/map.xml") == []
    assert set(articles(tmp_path / "f")) == {f"{site.address}/1", f"{site.address}/2"}


def test_a_feed_brings_its_pages_and_tells_which_it_could_not(site: Site, tmp_path: Path) -> None:
    items = "".join(
        f"<item><link>{link}</link></item>"
        for link in (
            "/1",
            "/gone",
            "/picture",
            f"{site.address}/private/1",
            "https://elsewhere.example/1",
            "file:///etc/passwd",
        )
    )
    site.replies |= {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private/\n"),
        "/feed": xml(f"<rss><channel>{items.replace('<link>/', f'<link>{site.address}/')}</channel></rss>"),
        "/1": page("หนึ่ง", "ฝนตก"),
        "/picture": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    }
    problems = {
        problem.path.removeprefix(site.address): problem.reason for problem in fetched(site, tmp_path / "f", "/feed")
    }
    assert problems == {
        "https://elsewhere.example/1": "address.elsewhere",
        "/gone": "address.status",
        "/picture": "address.kind",
        "/private/1": "address.robots",
    }
    assert all(texts.has(reason) for reason in problems.values())
    assert set(articles(tmp_path / "f")) == {f"{site.address}/1"}
    assert "/private/1" not in site.asked


def test_what_was_fetched_stays_and_only_what_is_new_is_fetched_again(site: Site, tmp_path: Path) -> None:
    listed = "<urlset><url><loc>{0}/1</loc><lastmod>{1}</lastmod></url><url><loc>{0}/{2}</loc></url></urlset>"
    site.replies |= {
        "/map": xml(listed.format(site.address, "2022-06-05", 2)),
        "/1": page("หนึ่ง", "ฝนตก"),
        "/2": page("สอง", "ลมแรง", ETag='"a"'),
        "/3": page("สาม", "แดดออก"),
    }
    folder = tmp_path / "f"
    fetched(site, folder, "/map")
    site.asked.clear()
    fetched(site, folder, "/map")
    assert site.pages_asked() == ["/map", "/2"]  # the first is as it was, says the map, and the second says so itself
    assert site.headers[-1]["If-None-Match"] == '"a"'
    assert len(articles(folder)) == 2
    site.replies["/map"] = xml(listed.format(site.address, "2022-06-06", 3))
    site.replies["/1"] = page("หนึ่ง", "ฝนซาแล้ว")
    site.asked.clear()
    fetched(site, folder, "/map")
    assert sorted(site.pages_asked()) == ["/1", "/3", "/map"]
    found = articles(folder)
    assert len(found) == 3
    assert "ฝนซาแล้ว" in found[f"{site.address}/1"].text


def test_new_pages_come_first_where_there_are_too_many(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_PAGES", 2)
    site.replies["/map"] = xml(
        f"<urlset>{''.join(f'<url><loc>{site.address}/{number}</loc></url>' for number in range(3))}</urlset>"
    )
    site.replies |= {f"/{number}": page(f"เรื่อง {number}", f"ฝนตกครั้งที่ {number}") for number in range(3)}
    assert fetched(site, tmp_path / "f", "/map") == [Rejected(f"{site.address}/map", "address.later", count=1)]
    site.asked.clear()
    fetched(site, tmp_path / "f", "/map")
    assert "/2" in site.asked
    assert len(articles(tmp_path / "f")) == 3


def test_there_is_a_pause_between_two_requests_as_long_as_the_site_wants(site: Site, tmp_path: Path) -> None:
    site.replies["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 7\n")
    site.replies |= {"/1": page("หนึ่ง", "ฝนตก"), "/2": page("สอง", "ลมแรง")}
    waits = Waits()
    fetch([f"{site.address}/1", f"{site.address}/2"], tmp_path / "f", wait=waits)
    assert waits == [7.0, 7.0]
    site.replies["/robots.txt"] = (404, {}, b"")
    waits = Waits()
    fetch([f"{site.address}/1"], tmp_path / "f", wait=waits)
    assert waits == [fetching.DELAY_SECONDS]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        ((200, {}, b"User-agent: Khamtop\nDisallow: /\n"), False),
        ((200, {}, b"User-agent: *\nDisallow: /other\n"), True),
        ((200, {}, b"<html>\xff\xfe"), True),
        ((404, {}, b""), True),
        ((403, {}, b""), False),
        ((503, {}, b""), False),
    ],
)
def test_robots_txt_is_obeyed(site: Site, tmp_path: Path, robots: Reply, allowed: bool) -> None:
    site.replies |= {"/robots.txt": robots, "/1": page("หนึ่ง", "ฝนตก")}
    if allowed:
        fetched(site, tmp_path / "f", "/1")
        return
    with pytest.raises(KhamtopError) as told:
        fetched(site, tmp_path / "f", "/1")
    assert told.value.code == "fetch.robots"
    assert site.asked == ["/robots.txt"]


def test_a_redirection_is_followed_within_the_site(site: Site, tmp_path: Path) -> None:
    site.replies |= {
        "/old": (301, {"Location": "/ใหม่"}, b""),
        "/%E0%B9%83%E0%B8%AB%E0%B8%A1%E0%B9%88": page("ใหม่", "ฝน"),
    }
    site.replies["/old"] = (301, {"Location": "/%E0%B9%83%E0%B8%AB%E0%B8%A1%E0%B9%88"}, b"")
    fetched(site, tmp_path / "f", "/old")
    assert list(articles(tmp_path / "f")) == [f"{site.address}/%E0%B9%83%E0%B8%AB%E0%B8%A1%E0%B9%88"]


def test_thai_letters_in_an_address_are_asked_for_as_http_wants_them(site: Site, tmp_path: Path) -> None:
    site.replies["/%E0%B8%9D%E0%B8%99?q=%E0%B8%81"] = page("ฝน", "ฝนตก")
    fetched(site, tmp_path / "f", "/ฝน?q=ก")
    assert list(articles(tmp_path / "f")) == [f"{site.address}/ฝน?q=ก"]


def test_a_list_of_which_no_page_can_be_fetched_is_told(site: Site, tmp_path: Path) -> None:
    site.replies["/feed"] = xml("<rss><item><link>https://elsewhere.example/1</link></item></rss>")
    with pytest.raises(KhamtopError) as told:
        fetched(site, tmp_path / "f", "/feed")
    assert told.value.code == "fetch.none"
    assert list(tmp_path.iterdir()) == []


def test_every_way_to_fail_has_its_words_as_a_sentence_and_as_a_reason() -> None:
    source = Path(fetching.__file__).read_text("utf-8")
    ways = {*re.findall(r'_Failed\("(\w+)"', source), "untrusted", "slow", "unreachable"}
    assert len(ways) == 10
    for way in ways:
        assert texts.has(f"fetch.{way}")
        assert "{" not in texts.text(f"address.{way}", "th")


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("path", "reply", "code"),
    [
        ("/gone", (404, {}, b""), "fetch.status"),
        ("/broken", (500, {}, b""), "fetch.status"),
        ("/a.png", (200, {"Content-Type": "image/png"}, b"\x89PNG"), "fetch.kind"),
        ("/a.json", (200, {"Content-Type": "application/json"}, b"{}"), "fetch.kind"),
        ("/empty", (200, {"Content-Type": "text/html"}, b""), "fetch.kind"),
        ("/bomb", (200, {"Content-Type": "text/html"}, gzip.compress(b" " * 3_000_000)), "fetch.too_large"),
        ("/large", (200, {"Content-Type": "text/html"}, b"<html>" + b" " * 2_000_000), "fetch.too_large"),
        ("/loop", (302, {"Location": "/loop"}, b""), "fetch.redirections"),
        ("/away", (302, {"Location": "http://127.0.0.2/x"}, b""), "fetch.elsewhere"),
        ("/file", (302, {"Location": "file:///etc/passwd"}, b""), "fetch.address"),
        ("/feed", (200, {}, b"<rss><channel/></rss>"), "fetch.none"),
        ("/elsewhere", (200, {}, b"<rss><item><link>x</link></item></rss>"), "fetch.none"),
        ("/cut", (200, {"Content-Type": "text/xml"}, b"<rss><channel><item>"), "fetch.kind"),
    ],
)
def test_what_a_named_address_does_not_give_is_told_and_nothing_is_written(
    site: Site, tmp_path: Path, path: str, reply: Reply, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_LARGEST_PAGE", 1_000_000)
    site.replies |= {path: reply, "/1": page("หนึ่ง", "ฝนตก")}
    with pytest.raises(KhamtopError) as told:
        fetched(site, tmp_path / "f", "/1", path)
    assert told.value.code == code
    assert "{" not in texts.sentence(told.value, "th")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:{port}/", "fetch.unreachable"),
        ("https://127.0.0.1:{site}/", "fetch.untrusted"),
        ("http://user:secret@127.0.0.1/", "fetch.address"),
        ("http://", "fetch.address"),
        ("http://[::1/", "fetch.address"),
        ("http://127.0.0.1:99999/", "fetch.address"),
        ("http://..../", "fetch.address"),
    ],
)
def test_an_address_that_cannot_be_asked_is_told(site: Site, tmp_path: Path, address: str, code: str) -> None:
    port = site.address.rpartition(":")[2]
    with pytest.raises(KhamtopError) as told:
        fetch([address.format(port=unused_port(), site=port)], tmp_path / "f", wait=Waits())
    assert told.value.code == code
    assert list(tmp_path.iterdir()) == []


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def test_the_command_fetches_keeps_and_indexes(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "DELAY_SECONDS", 0.0)
    site.replies |= {
        "/1": page("ลูกยีราฟ", "ลูกยีราฟหนัก 62 กิโลกรัม"),
        "/2": page("ฝน", "ฝนตกหนักทั่วเมือง"),
        "/feed": xml(
            f"<rss><item><link>{site.address}/2</link></item><item><link>{site.address}/3</link></item></rss>"
        ),
    }
    index = tmp_path / "index"
    options = ("--index", index, "--encoder", "static", "--json")
    first = run("index", f"{site.address}/1", *options)
    assert (first.exit_code, json.loads(first.stdout)["articles"]) == (0, 1)
    second = json.loads(run("index", f"{site.address}/feed", *options).stdout)
    assert (second["articles"], second["added"], second["unchanged"]) == (2, 1, 1)
    assert second["rejected"] == [{"path": f"{site.address}/3", "reason": "address.status"}]
    site.asked.clear()
    without_network = json.loads(run("index", index / "fetched", *options).stdout)
    assert (without_network["articles"], without_network["unchanged"], site.asked) == (2, 2, [])
    refused = run("index", f"{site.address}/gone", "--index", index, "--encoder", "static", "--lang", "en")
    assert (refused.exit_code, "answered with an error (404)" in refused.stderr) == (1, True)
    assert run("search", "ยีราฟ", "--index", index, "--json").exit_code == 0


@pytest.mark.parametrize("command", ["index", "serve"])
def test_articles_are_never_an_address(site: Site, tmp_path: Path, command: str) -> None:
    result = run(command, "--articles", f"{site.address}/1", "--index", tmp_path / "index", "--lang", "en")
    assert result.exit_code == 2
    assert f"khamtop index {site.address}/1" in result.stderr
    assert site.asked == []


def test_a_kept_page_whose_first_line_is_damaged_has_its_reason(tmp_path: Path) -> None:
    for line in (b"", b"[]", b'{"address": 5}', b'{"address": "https://x.th", "more": ""}'):
        (tmp_path / "a.fetched").write_bytes(line + b"\n<p>text</p>")
        (problem,) = read_articles([tmp_path / "a.fetched"])
        assert isinstance(problem, Rejected)
        assert problem.reason == "file.broken"
