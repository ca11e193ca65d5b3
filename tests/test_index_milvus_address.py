"""Where an index may stand: a folder, a Milvus Lite file, the address of a server's collection; and BM25 by vectors."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from khamtop.index.building.build import build
from khamtop.index.milvus.address import HOME, Address, home_of, place_of
from khamtop.index.milvus.bm25 import bags, dimension, question, score
from khamtop.index.rankings.lexical import Terms
from khamtop.index.storage.wiring import open_index
from khamtop.index.text import thai
from khamtop.index.types import KhamtopError
from khamtop.ui import cli
from tests.toys import ToyEncoder


@pytest.mark.parametrize("typed", [".khamtop", "/home/me/ข่าว", "news.dbx", "db", Path("milvus:/x")])
def test_a_path_is_a_folder(typed):
    assert place_of(typed) == Path(typed)
    assert home_of(place_of(typed)) == Path(typed)


@pytest.mark.parametrize(
    ("typed", "uri", "collection"),
    [
        ("milvus://10.0.0.5:19530/news", "http://10.0.0.5:19530", "news"),
        ("milvus://db.example/news_2", "http://db.example:19530", "news_2"),
        ("http://localhost:9/n", "http://localhost:9", "n"),
        ("https://cluster.example:443/n/", "https://cluster.example:443", "n"),
        ("milvus://[::1]:19530/n", "http://[::1]:19530", "n"),
        ("/data/news.db", "/data/news.db", "khamtop"),
    ],
)
def test_an_address_names_a_collection(typed, uri, collection):
    place = place_of(typed)
    assert (place.uri, place.collection, str(place)) == (uri, collection, typed)
    assert home_of(place) == HOME
    assert place_of(place) is place


@pytest.mark.parametrize(
    "typed",
    [
        "milvus://host", "milvus://host/", "milvus:///news", "milvus://host:x/news", "milvus://host:99999/news",
        "milvus://host/a/b", "milvus://host/ข่าว", "milvus://host/1a", "milvus://host/a-b", "ftp://host/news",
        "milvus://host/news?x=1", "milvus://host/news#x", "postgres://host/news",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_refused(typed):
    with pytest.raises(KhamtopError) as caught:
        place_of(typed)
    assert caught.value.code == "milvus.address"


def test_a_key_in_an_address_is_refused_and_not_shown():
    with pytest.raises(KhamtopError) as caught:
        place_of("milvus://me:s3cret@host/news?token=s3cret")
    assert caught.value.code == "milvus.address"
    assert "s3cret" not in str(caught.value)
    assert "host/news" in str(caught.value)


@pytest.mark.parametrize("does", ["open", "build"])
def test_without_the_extra_it_says_what_to_install(does, news, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    place = place_of("milvus://127.0.0.1:9/news")
    with pytest.raises(KhamtopError) as caught:
        open_index(place, ToyEncoder()) if does == "open" else build([news], place, ToyEncoder())
    assert caught.value.code == "milvus.missing"


def test_a_folder_is_not_built_in_parts(news, tmp_path):
    with pytest.raises(KhamtopError) as caught:
        build([news], tmp_path / "index", ToyEncoder(), part=(1, 2))
    assert caught.value.code == "index.part"
    assert not (tmp_path / "index").exists()


def test_the_n_grams_of_a_passage_are_those_that_a_question_asks_for():
    text = "น้ำท่วม kishida ๒๕๖๕"
    counted = bags(Terms.of(["น้ำ", "น้ำ", "ท่วม"], text))
    assert counted["grams"].counts.keys() == {dimension(gram) for gram in thai.ngrams(text, 4)}
    assert counted["sounds"].counts.keys() == {dimension(sound) for sound in thai.sounds(text)}
    assert counted["words"].counts == {dimension("น้ำ"): 2, dimension("ท่วม"): 1}
    assert counted["words"].length == 3


def test_of_the_ways_to_write_a_thing_the_best_counts_and_the_engine_never_gives_less():
    things = [[{1: 1.0, 2: 1.0}, {3: 1.5}], [{4: 1.0}]]
    vector = {1: 0.5, 2: 0.5, 3: 1.0, 4: 2.0}
    assert score(things, vector) == 1.5 + 2.0
    engines = sum(weight * vector[term] for term, weight in question(things).items())
    assert engines >= score(things, vector)


def test_an_address_is_told_from_the_folder_of_that_name(tmp_path, monkeypatch):
    assert isinstance(place_of("x.db"), Address)
    assert isinstance(place_of("milvus"), Path)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["ask", "ใคร", "--index", "milvus://me:s3cret@host/news"], 2),
        (["index", "--index", "milvus://host"], 2),
        (["index", "--index", "index", "--part", "1/2"], 2),
        (["index", "--index", "milvus://host/news", "--part", "3/2"], 2),
        (["index", "--index", "milvus://host/news", "--part", "0/2"], 2),
        (["index", "--index", "milvus://host/news", "--part", "1/1000"], 2),
        (["index", "--index", "milvus://host/news", "--part", "หนึ่ง"], 2),
        (["ask", "ใคร", "--index", "none.db"], 1),
        (["check", "--index", "none.db"], 1),
    ],
)
@pytest.mark.parametrize("language", ["th", "en"])
def test_what_is_wrong_with_an_address_or_a_part_is_one_sentence(arguments, status, language, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli.main, [*arguments, "--lang", language])
    assert (done.exit_code, done.stdout) == (status, "")
    assert len(done.stderr.splitlines()) == 1
    assert "s3cret" not in done.stderr
    assert list(tmp_path.iterdir()) == []
