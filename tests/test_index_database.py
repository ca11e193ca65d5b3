"""The database: what is written comes back as it was, and a build is told what it knows."""

import subprocess
import sys
from itertools import pairwise

import pytest

from khamtop.index.building.build import build_articles
from khamtop.index.storage.database import Database, KnownFile, content_of, digest_of
from khamtop.index.types import Article, Passage, Rejected
from tests.toys import ToyEncoder

ARTICLE = Article("a", "ข", "ค", "ง", None)
ARCHIVED = Article("b", "ข", "คงจฉ", "ง", "1 มิ.ย. 2565")


@pytest.mark.parametrize(
    "other",
    [
        Article("b", "ข", "ค", "ง", None),
        Article("a", "ขข", "ค", "ง", None),
        Article("a", "ข", "ค ", "ง", None),
        Article("a", "ข", "ค", "งง", None),
        Article("a", "ข", "ค", "ง", "2565"),
        Article("a", "ข", "ค", "ง", ""),
        Article("a", "ขค", "", "ง", None),  # the same letters, elsewhere
    ],
)
def test_a_digest_changes_with_any_field(other):
    assert digest_of(ARTICLE) == digest_of(Article("a", "ข", "ค", "ง", None))
    assert digest_of(other) != digest_of(ARTICLE)


@pytest.fixture
def database(tmp_path):
    database = Database.change(tmp_path / "articles.db")
    yield database
    database.close()


def test_an_article_comes_back_as_it_was_written(database, tmp_path):
    odd = Article("a\n'\"", "", "น้ำ\x00ท่วม\u200b\r\n" * 1000, "C:\\ก", "")
    numbers = [database.put(article, 1, b"unit") for article in (ARCHIVED, odd)]
    database.put_passages(numbers[0], [((0, 2), b"x"), ((1, 4), b"y")])
    database.save()
    read = Database.open(tmp_path / "articles.db")
    assert [read.article(article.id) for article in (ARCHIVED, odd)] == [ARCHIVED, odd]
    assert list(read.articles()) == [ARCHIVED, odd]
    assert read.counts() == (2, 2)
    assert read.passage(2) == (ARCHIVED, Passage("b", 1, 4))
    assert read.article_ids([2, 1]) == ["b", "b"]


def test_numbers_of_passages_are_never_given_again(database):
    number = database.put(ARTICLE, 1, b"unit")
    assert database.put_passages(number, [((0, 1), b"x")] * 3) == [1, 2, 3]
    assert database.remove_passages(number) == [1, 2, 3]
    assert database.put_passages(number, [((0, 1), b"x")]) == [4]
    assert database.put_passages(number, []) == []


def test_an_article_that_is_written_again_keeps_its_number_and_passages(database):
    number = database.put(ARTICLE, 1, b"unit")
    database.put_passages(number, [((0, 1), b"x")])
    again = Article("a", "ข", "คค", "ง", None)
    assert database.put(again, 2, b"other", number) == number
    assert (database.article_numbered(number), database.counts()) == (again, (1, 1))
    assert (database.units(1), database.units(2)) == ({}, {b"other": number})


def test_an_article_that_moved_takes_name_and_place_of_the_new_one_and_keeps_its_passages(database):
    old = database.put(Article("old", "ข", "ค", "before", "2565"), 1, b"1")
    database.put_passages(old, [((0, 1), b"x")])
    moved = Article("new", "ข", "ค", "after", "2565")
    database.take_over(old, database.put(moved, 2, b"2"))
    assert list(database.articles()) == [moved]
    assert database.passages_of("new") == {1}
    assert (database.known("old"), database.units(1), database.units(2)) == (None, {}, {b"2": old})
    assert database.contents() == {old: content_of(moved)}


def test_an_id_that_was_taken_is_free_for_another_article(database):
    old = database.put(ARTICLE, 1, b"unit")
    database.put_passages(old, [((0, 1), b"x")])
    database.take_id(old)
    new = database.put(Article("a", "ข", "คค", "ง"), 2, b"other")
    assert (database.units(1), database.units(2)) == ({}, {b"other": new})
    known = database.known("a")
    assert known
    assert known.number == new != old
    assert database.remove_passages(old) == [1]


def test_content_is_the_same_wherever_it_stands():
    assert content_of(Article("a", "ข", "ค", "ง", "2565")) == content_of(Article("b", "ข", "ค", "จ", "2565"))
    for other in (
        Article("a", "", "ค", "ง", "2565"),
        Article("a", "ข", "คค", "ง", "2565"),
        Article("a", "ข", "ค", "ง"),
    ):
        assert content_of(other) != content_of(Article("a", "ข", "ค", "ง", "2565"))


def test_what_was_read_in_a_file_is_remembered_until_it_is_forgotten(database):
    rejected = (Rejected("ก.jsonl", "line.broken", 3), Rejected("ก.jsonl", "line.no_text", None))
    assert database.put_file("ก", b"digest", rejected)
    assert not database.put_file("ก", b"digest", rejected)
    number = database.number_of_file("ก")
    assert database.file("ก") == KnownFile(number, b"digest", rejected)
    database.must_be_read_again(number)
    assert database.file("ก") == KnownFile(number, None, rejected)
    other = database.number_of_file("ข")
    assert database.number_of_file("ข") == other != number
    database.forget_files_but([other])
    assert (database.file("ก"), database.file("ข")) == (None, KnownFile(other, None, ()))


def test_copies_go_by_the_day_of_their_article_and_undated_ones_come_last(database):
    for at, published in enumerate(["2 ม.ค. 2565", None, "1 ม.ค. 2565", "2022-01-01"]):
        number = database.put(Article(f"{at}", "", "ค", "ง", published), 1, b"%d" % at)
        database.put_passages(number, [((0, 1), b"same"), ((0, 1), b"own %d" % at)])
    assert database.that_say(b"same") == [5, 7, 1, 3]
    assert database.that_say(b"own 2") == [6]
    assert database.said([1, 2, 6]) == {1: b"same", 2: b"own 0", 6: b"own 2"}


@pytest.mark.parametrize("spread", [1, 3, 7, 10, 100])
def test_a_spread_takes_articles_evenly_apart(database, spread):
    for at in range(10):
        database.put(Article(f"{at}", "", "ค", "ง"), 1, b"%d" % at)
    ids = [int(article.id) for article in database.articles(spread)]
    assert len(ids) == min(spread, 10)
    assert len({after - before for before, after in pairwise(ids)}) <= 1


_TWO_ASK_AT_ONCE = """
import sys, threading
from pathlib import Path
from khamtop.index.storage.store import Index
from khamtop.index.types import Filter
from tests.toys import ToyEncoder

index = Index.open(Path(sys.argv[1]), ToyEncoder())

def narrow():
    for _ in range(60):
        assert len(index.passages_within(Filter(source="x.example/1")))

def read():
    for number in list(range(1, 500)) * 8:
        index.passage(number)  # more than are remembered

askers = [threading.Thread(target=work) for work in (narrow, read, narrow, read)]
for asker in askers:
    asker.start()
for asker in askers:
    asker.join()
print("done")
"""


def test_a_filter_by_source_and_another_question_do_not_wait_for_each_other_for_ever(tmp_path):
    """In a process of its own: a deadlock holds Python's lock, and with it whoever would tell."""
    articles = [Article(f"a{at}", f"ข่าว {at}", f"น้ำท่วมเรื่องที่ {at}", f"https://x.example/{at}") for at in range(500)]
    build_articles(articles, tmp_path / "index", ToyEncoder())
    call = [sys.executable, "-c", _TWO_ASK_AT_ONCE, str(tmp_path / "index")]
    done = subprocess.run(call, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "done\n", done.stderr
