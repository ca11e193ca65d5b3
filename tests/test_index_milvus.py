"""An index in Milvus: it answers as the folder's does, and is always a whole one. Run on Milvus Lite, in a file."""

import base64
import itertools
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner

pymilvus = pytest.importorskip("pymilvus", reason="the extra khamtop[milvus] is not installed")
milvus_lite = pytest.importorskip("milvus_lite", reason="the extra khamtop[milvus] is not installed")

from khamtop.index.building.build import build, build_articles  # noqa: E402
from khamtop.index.milvus import check  # noqa: E402
from khamtop.index.milvus import draft as drafts  # noqa: E402
from khamtop.index.milvus import engine as engines  # noqa: E402
from khamtop.index.milvus import index as indexes  # noqa: E402
from khamtop.index.milvus import state as states  # noqa: E402
from khamtop.index.milvus.address import TOKEN_VARIABLE, place_of  # noqa: E402
from khamtop.index.milvus.engine import Engine  # noqa: E402
from khamtop.index.milvus.state import Lock, State  # noqa: E402
from khamtop.index.storage.store import Index  # noqa: E402
from khamtop.index.storage.wiring import drafting, open_index, remembered_encoder  # noqa: E402
from khamtop.index.text.names import NAME_KINDS  # noqa: E402
from khamtop.index.types import Article, Filter, KhamtopError  # noqa: E402
from khamtop.qa.answer import ask  # noqa: E402
from khamtop.qa.searching import look_up  # noqa: E402
from khamtop.ui import cli, doctor  # noqa: E402
from khamtop.ui.service import Service  # noqa: E402
from tests.toys import NEWS, Spy, ToyEncoder, ToyReader, free_port, lines, write_files  # noqa: E402

ARCHIVE = lines(
    {"id": "bridge", "title": "สะพานใหม่", "text": "นายกรัฐมนตรีเปิดสะพานข้ามแม่น้ำโขง ยาว 1,200 เมตร ที่จังหวัดนครพนม",
     "source": "https://a.example/100%25_sure", "published": "3 ตุลาคม 2565"},
    {"id": "durian", "title": "ส่งออกทุเรียน", "text": "ทุเรียนส่งออกไปจีนมูลค่า 100 ล้านบาท เพิ่มขึ้นร้อยละ 20",
     "source": "https://b.example/ทุเรียน", "published": "มกราคม 2566"},
    {"id": "copy", "title": "ส่งออกทุเรียนไทย", "text": "ทุเรียนส่งออกไปจีนมูลค่า 100 ล้านบาท เพิ่มขึ้นร้อยละ 20",
     "source": "https://a.example/wire", "published": "2 มกราคม 2566"},
    {"id": "kishida", "title": "ญี่ปุ่น", "text": "นายฟูมิโอะ คิชิดะ นายกรัฐมนตรีญี่ปุ่น เยือนกรุงเทพมหานคร และพบนายกรัฐมนตรี",
     "source": "https://b.example/1", "published": "2565"},
    {"id": "long", "title": "เรื่องยาว", "text": "แม่น้ำเจ้าพระยามีน้ำมาก " * 1500 + "ปลาบึกตัวใหญ่หนัก 200 กิโลกรัม",
     "source": "https://b.example/long"},
)  # fmt: skip
QUESTIONS = [
    "น้ำท่วมที่ไหน", "นาโตประชุมที่ไหน", "รถไฟมีกี่ตู้", "นายกรัฐมนตรีญี่ปุ่นคือใคร", "Kishida คือใคร", "สะพานยาวเท่าไร",
    "ทุเรียนส่งออกไปจีนมูลค่าเท่าไร", "ปลาบึกหนักเท่าไร", "มีข่าวอะไรปี 2566 บ้าง", "กทม.", "ปี พ.ศ. 2565 มีอะไรเกิดขึ้น",
]  # fmt: skip
SEARCHES = ["แม่น้ำ", '"กรุงมาดริด"', "นายกรัฐมนตรี -ญี่ปุ่น", "ทุเรียน จีน", "ไม่มีคำนี้หรอก"]
FILTERS = [
    Filter(since=date(2023, 1, 1)), Filter(until=date(2022, 12, 31)), Filter(source="b.example"),
    Filter(since=date(2022, 1, 1), source="A.EXAMPLE"), Filter(source="100%_sure"), Filter(source="0___s"),
    Filter(source='a"b'), Filter(since=date(2030, 1, 1)), Filter(name="กรุงเทพ"), Filter(name="ไม่มีใคร"),
]  # fmt: skip


@pytest.fixture
def place(tmp_path):
    """A Milvus Lite file, let go of at the end."""
    yield place_of(str(tmp_path / "index.db"))
    release(tmp_path / "index.db")


def release(file):
    """Ends the server of a file, as when its machine goes away."""
    milvus_lite.server_manager_instance.release_server(str(file))


@pytest.fixture
def archive(tmp_path):
    return write_files(tmp_path / "news", {**NEWS, "archive.jsonl": ARCHIVE})


def code_of(does):
    with pytest.raises(KhamtopError) as caught:
        does()
    return caught.value.code


def named(index, passages):
    """Passages by what does not depend on the engine: article and place."""
    return [(article.id, passage.start) for article, passage in map(index.passage, passages)]


def cited(answer):
    """What an answer cites; of an overview in no order, as articles that fit equally well stand in the engine's."""
    found = [(citation.article.id, citation.quote) for citation in answer.citations]
    return sorted(found) if answer.overview else found


def told(index):
    """All that an index tells, in no engine's numbers."""
    reader = ToyReader({})
    numbers = index.places.passages.tolist()
    by_name = sorted(zip(named(index, numbers), index.places.days.tolist(), strict=True))
    asked = {question: ask(question, index, reader=reader) for question in QUESTIONS}
    looked = {question: look_up(question, index, reader=reader) for question in SEARCHES}
    return {
        "counts": (index.manifest.articles, index.manifest.passages, len(index), len(numbers)),
        "articles": sorted(index.articles(), key=lambda article: article.id),
        "places": by_name,
        "citations": {q: cited(found) for q, found in asked.items()},
        "hits": {q: sorted((hit.article.id, hit.passage.start, round(hit.score, 4)) for hit in found.hits)
                 for q, found in asked.items()},
        "found": {q: (found.articles, found.passages, found.is_all, [hit.article.id for hit in found.hits][:1])
                  for q, found in looked.items()},
        "within": {str(bounds): sorted(named(index, index.passages_within(bounds).tolist())) for bounds in FILTERS},
        "listing": {str(bounds): index.listing.find("", 0, 20, bounds) for bounds in [None, *FILTERS]},
        "timeline": index.listing.timeline,
        "names": {kind: index.names.find(kind, "", 50) for kind in NAME_KINDS},
        "copies": sorted(named(index, index.that_say(said)) for said in index.said(numbers).values()),
        "ids": sorted(index.article_ids(numbers)),
        "written": [index.has_written(words) for words in (["น้ำ"], ["น้ำ", "นาโต"], ["ไม่มี"], [])],
        "frequency": [index.frequency(words) for words in (["น้ำ"], ["น้ำ", "นาโต"], ["ช้าง"], [])],
    }  # fmt: skip


def gist(index):
    """Enough of an index to tell one state from another, and a half one from a whole."""
    numbers = index.places.passages.tolist()
    words = {"words": [[([word], 1.0)] for word in ("น้ำ", "นาโต", "รถไฟ", "ช้าง")]}
    vector = index.encoder.encode_questions(["น้ำท่วม นาโต รถไฟ ช้างป่า"])[0]
    rankings = index.search_words(words, 9), index.search_vectors(vector, 9)
    return {
        "counts": (index.manifest.articles, len(index)),
        "articles": sorted((article.id, article.text) for article in index.articles()),
        "rankings": [sorted((named(index, [item.passage]), round(item.score, 3)) for item in ranking)
                     for ranking in rankings],
        "places": sorted(named(index, numbers)),
        "frequency": [index.frequency([word]) for word in ("น้ำ", "นาโต", "รถไฟ", "ช้าง")],
        "files": sorted(str(index.listed(article.id).file) for article in index.articles()),
    }  # fmt: skip


def assert_same(one, other):
    """That both tell the same, whatever stands last among hits that are as good.

    tantivy counts removed passages in the IDF for a while, so scores may differ a little.
    """
    one, other = told(one), told(other)
    for question, hits in other.pop("hits").items():
        worst = min(hit[2] for hit in hits) + 0.1
        scores = {hit[:2]: hit[2] for hit in hits if hit[2] > worst}
        found = {hit[:2]: hit[2] for hit in one["hits"][question] if hit[2] > worst}
        assert found == pytest.approx(scores, abs=0.05), question
    for name in other:
        assert one[name] == other[name], name


def test_it_answers_as_the_folder_does_whatever_is_added_changed_moved_and_removed(archive, place, tmp_path):
    def both():
        reports = [build([archive], where, ToyEncoder()) for where in (place, tmp_path / "folder")]
        counts = [(r.articles, r.passages, r.added, r.changed, r.removed, r.unchanged, r.rejected) for r in reports]
        assert counts[0] == counts[1]
        assert_same(open_index(place, ToyEncoder()), Index.open(tmp_path / "folder", ToyEncoder()))

    both()
    both()  # nothing new
    write_files(archive, {"new.txt": "ช้างป่า\nช้างป่าออกหากิน ที่จังหวัดจันทบุรี", "broken.jsonl": "{"})
    (archive / "flood.txt").rename(archive / "water.txt")
    both()
    write_files(archive, {"new.txt": "ช้างป่า\nช้างป่ากลับเข้าป่าแล้ว เมื่อวานนี้ น้ำ"})
    (archive / "train.txt").unlink()
    both()
    changed = ARCHIVE.replace("https://b.example/1", "https://a.example/moved").replace("ส่งออกทุเรียนไทย", "ทุเรียนไทย")
    write_files(archive, {"archive.jsonl": changed})
    both()
    write_files(archive, {"archive.jsonl": "".join(ARCHIVE.splitlines(keepends=True)[:2])})
    (archive / "new.txt").unlink()
    both()
    assert list(check.problems(place, ToyEncoder())) == []


def test_words_score_as_tantivy_scores_them_of_many_ways_to_write_a_thing_the_best(place, tmp_path):
    """A vocabulary of few words, so that there are many near scores, and ways that add up in the engine."""
    chance = random.Random(7)
    words = ["".join(letters) for letters in itertools.product("bdkmrt", "aeiou", "ln")][:30]
    articles = [
        Article(f"a{number}", "", " ".join(chance.choices(words, k=chance.randrange(3, 90))), f"{number}.txt")
        for number in range(120)
    ]
    for where in (place, tmp_path / "folder"):
        build_articles(articles, where, ToyEncoder())
    milvus, folder = open_index(place, ToyEncoder()), Index.open(tmp_path / "folder", ToyEncoder())
    for _ in range(40):
        things = [
            [(chance.sample(words, chance.randrange(1, 4)), chance.choice([1.0, 0.8, 0.3])) for _ in range(ways)]
            for ways in (chance.randrange(1, 5), chance.randrange(1, 5))
        ]
        wanted = {"words": things, "grams": [], "sounds": []}
        among = np.sort(chance.sample(folder.places.passages.tolist(), 60)) if chance.random() < 0.5 else None
        found = [index.search_words(wanted, 5, among) for index in (milvus, folder)]
        scores = [[item.score for item in ranking] for ranking in found]
        assert scores[0] == pytest.approx(scores[1], rel=1e-5)
        distinct = [round(score, 5) for score in scores[1]]
        if len(set(distinct)) == len(distinct):
            assert [item.passage for item in found[0]][:-1] == [item.passage for item in found[1]][:-1]


def test_a_servers_graph_of_vectors_finds_the_same(archive, place, tmp_path, monkeypatch):
    """But for an article of many stretches that are alike, among which a graph leads nowhere else."""
    monkeypatch.setattr(Engine, "_wants_graphs", lambda engine: True)
    write_files(archive, {"archive.jsonl": "".join(ARCHIVE.splitlines(keepends=True)[:4])})
    for where in (place, tmp_path / "folder"):
        build([archive], where, ToyEncoder())
    assert_same(open_index(place, ToyEncoder()), Index.open(tmp_path / "folder", ToyEncoder()))


def test_a_filter_is_the_engines_work_and_a_set_that_is_none_is_picked_out_here(archive, place, tmp_path, monkeypatch):
    for where in (place, tmp_path / "folder"):
        build([archive], where, ToyEncoder())
    milvus, folder = open_index(place, ToyEncoder()), Index.open(tmp_path / "folder", ToyEncoder())
    conditions = []
    nearest = Engine.nearest
    monkeypatch.setattr(Engine, "nearest", lambda *given: conditions.append(given[4]) or nearest(*given))
    vector = ToyEncoder().encode_questions(["ทุเรียนส่งออก"])[0]
    wanted = {"words": [[(["ทุเรียน"], 1.0), (["น้ำ"], 0.5)]]}

    def searched(index, among):
        rankings = index.search_vectors(vector, 3, among), index.search_words(wanted, 3, among)
        first = named(index, [ranking[0].passage for ranking in rankings])
        return first, [[pytest.approx(item.score, abs=1e-5) for item in ranking] for ranking in rankings]

    bounds = Filter(since=date(2023, 1, 1), source="example")
    assert searched(milvus, milvus.passages_within(bounds)) == searched(folder, folder.passages_within(bounds))
    assert len(conditions) == 2
    assert all("last_day >=" in one and "place like" in one and "number in" not in one for one in conditions)
    some = folder.places.passages[::2]
    assert searched(milvus, some) == searched(folder, some)
    monkeypatch.setattr(indexes, "FEW", 1)
    assert searched(milvus, some) == searched(folder, some)
    assert "number in" not in conditions[-1]


def test_passages_are_counted_where_a_term_stands_in_more_than_a_search_gives_back(archive, place, monkeypatch):
    build([archive], place, ToyEncoder())
    index = open_index(place, ToyEncoder())
    conditions = [[("words", ["น้ำ"])], [("words", ["แม่น้ำ"]), ("grams", ["ท่วม"])]]
    whole = index.holding(conditions).tolist()
    assert whole
    for module in (indexes, engines):
        monkeypatch.setattr(module, "MOST_FOUND", 2)
    assert index.holding(conditions).tolist() == whole


def test_a_rebuild_embeds_and_writes_what_changed(archive, place, monkeypatch):
    build([archive], place, ToyEncoder())
    write_files(archive, {"new.txt": "ช้างป่า\nช้างป่าออกหากิน ที่จังหวัดจันทบุรี"})
    written = []
    write = Engine.write
    monkeypatch.setattr(Engine, "write", lambda engine, name, rows, *size: (
        written.extend((name, row) for row in rows), write(engine, name, rows, *size)))  # fmt: skip
    spy = Spy()
    build([archive], place, spy)
    assert spy.embedded
    assert all("ช้าง" in text for text in spy.embedded)
    assert {row["number"] for name, row in written if name.endswith("_passages")} == {len(open_index(place, spy))}
    (archive / "new.txt").rename(archive / "moved.txt")
    spy = Spy()
    assert build([archive], place, spy).unchanged == 9
    assert not spy.embedded
    assert open_index(place, spy).article("news/moved.txt").title == "ช้างป่า"


def rows_of(place):
    engine = Engine(place)
    return [str(row) for name in engine.collections() for row in engine.query(name, 'pk > ""' if name.endswith(
        ("_files", "_terms", "khamtop")) else "pk >= 0", ["*"])]  # fmt: skip


def test_what_is_removed_is_gone_at_the_latest_after_the_next_build(archive, place):
    build([archive], place, ToyEncoder())
    assert any("นาโต" in row for row in rows_of(place))
    (archive / "nato.txt").unlink()
    build([archive], place, ToyEncoder())
    index = open_index(place, ToyEncoder())
    with pytest.raises(KeyError):
        index.article("news/nato.txt")
    build([archive], place, ToyEncoder())  # though nothing is new
    assert not any("นาโต" in row for row in rows_of(place))
    assert index.article("news/flood.txt").title == "น้ำท่วมกรุงเทพ"  # which has not ended


def test_who_reads_sees_one_state_until_it_is_told_to_open_another(archive, place):
    build([archive], place, ToyEncoder())
    old = open_index(place, ToyEncoder())
    before = told(old)
    write_files(archive, {"flood.txt": "ข่าวอื่น\nเรื่องอื่นทั้งหมด", "new.txt": "ใหม่\nน้ำท่วมเชียงใหม่ น้ำท่วมลำปาง"})
    (archive / "train.txt").unlink()
    build([archive], place, ToyEncoder())
    assert told(old) == before
    assert told(open_index(place, ToyEncoder())) != before
    assert old.is_replaced()
    assert old.stamp != open_index(place, ToyEncoder()).stamp
    build([archive], place, ToyEncoder())  # takes out what had ended
    assert code_of(lambda: told(old)) == "index.replaced"


class Killed(BaseException):
    """A builder that is killed: nothing of it runs any more."""


@contextmanager
def killed_at(monkeypatch, step, after):
    """Around a build whose engine does `step` writes and then no more: before that one, or right after it."""
    done = [0]
    call = Engine._call

    def limited(engine, name, *given, **settings):
        if name in ("insert", "upsert", "delete", "create_collection", "drop_collection", "create_index", "flush"):
            done[0] += 1
        if done[0] > step or (done[0] == step and not after and name != "query"):
            raise Killed
        found = call(engine, name, *given, **settings)
        if done[0] == step and after:
            done[0] += 1
            raise Killed
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_call", limited)
        yield done


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_build_killed_at_any_step_leaves_a_whole_index_and_the_next_one_goes_on(
    news, place, tmp_path, monkeypatch, after
):
    unharmed = place_of(str(tmp_path / "unharmed.db"))
    for where in (place, unharmed):
        build([news], where, ToyEncoder())
    before = gist(open_index(place, ToyEncoder()))
    (news / "flood.txt").rename(news / "water.txt")
    (news / "train.txt").unlink()
    write_files(news, {"new.txt": "ช้างป่า\nช้างป่าออกหากิน ที่จังหวัดจันทบุรี"})
    build([news], unharmed, ToyEncoder())
    wanted = gist(open_index(unharmed, ToyEncoder()))
    assert before != wanted
    for step in range(1, 200):
        try:
            with killed_at(monkeypatch, step, after):
                build([news], place, ToyEncoder())
        except Killed:
            assert gist(open_index(place, ToyEncoder())) in (before, wanted), step
        else:
            break
    assert step > 10
    build([news], place, ToyEncoder())
    assert gist(open_index(place, ToyEncoder())) == wanted
    assert not any("รถไฟ" in row for row in rows_of(place))
    release(unharmed.file)


def test_a_process_that_is_killed_leaves_a_whole_file(news, place):
    build([news], place, ToyEncoder())
    before = gist(open_index(place, ToyEncoder()))
    release(place.file)
    (news / "train.txt").unlink()
    program = (
        "import os, sys; from pathlib import Path; from tests.toys import ToyEncoder\n"
        "from khamtop.index.building.build import build; from khamtop.index.milvus import draft\n"
        "from khamtop.index.milvus.address import place_of\n"
        "draft.Draft.settle = lambda draft: os._exit(9)\n"
        "build([Path(sys.argv[1])], place_of(sys.argv[2]), ToyEncoder())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(news), str(place)], check=False)
    assert done.returncode == 9
    assert gist(open_index(place, ToyEncoder())) == before
    assert build([news], place, ToyEncoder()).removed == 1
    assert len(open_index(place, ToyEncoder())) == 2


def test_a_first_build_that_is_killed_leaves_no_index_and_the_next_one_makes_it(news, place, monkeypatch):
    for step in (1, 2, 5, 9, 14, 18):
        with pytest.raises(Killed), killed_at(monkeypatch, step, True):
            build([news], place, ToyEncoder())
        assert code_of(lambda: open_index(place, ToyEncoder())) == "index.missing", step
    build([news], place, ToyEncoder())
    assert len(open_index(place, ToyEncoder())) == 3


def test_a_first_build_without_articles_leaves_nothing(tmp_path, place):
    (tmp_path / "empty").mkdir()
    assert code_of(lambda: build([tmp_path / "empty"], place, ToyEncoder())) == "articles.none"
    assert Engine(place).collections() == []


def test_of_two_builders_one_is_refused(news, place):
    build([news], place, ToyEncoder())
    with drafting(place, ToyEncoder()):
        assert code_of(lambda: build([news], place, ToyEncoder())) == "index.busy"
        assert len(open_index(place, ToyEncoder())) == 3
    build([news], place, ToyEncoder())


def test_another_program_is_told_that_the_file_is_in_use(news, place, tmp_path):
    build([news], place, ToyEncoder())
    khamtop = [sys.executable, "-m", "khamtop"]
    end = ["--index", str(place), "--lang", "en"]
    for command, said in ((["index", str(news)], "Another build"), (["ask", "น้ำท่วมที่ไหน"], "Milvus Lite")):
        done = subprocess.run([*khamtop, *command, *end], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def lock_of(place, pid, host):
    """A lock that another builder left."""
    state = State(Engine(place))
    owner = states._Owner(host, pid, "another")
    state.engine.reserve("khamtop_lock_0", {"pk": engines.INTEGER, owner.column(): engines.INTEGER})
    return state


def test_the_lock_of_a_builder_that_died_is_taken_over(news, place):
    build([news], place, ToyEncoder())
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lock_of(place, dead.pid, states._host())
    build([news], place, ToyEncoder())
    assert Engine(place).has("khamtop_lock_0") is False


@pytest.mark.parametrize("is_alive", [True, False])
def test_the_lock_of_another_machine_counts_while_that_shows_signs_of_life(news, place, is_alive):
    build([news], place, ToyEncoder())
    state = lock_of(place, os.getpid(), "elsewhere")
    lock = Lock(state, 0, wait=lambda seconds: state.beat(0, 17) if is_alive else None)
    if is_alive:
        assert code_of(lambda: lock.held().__enter__()) == "index.busy"
        assert state.engine.has("khamtop_lock_0")
    else:
        with lock.held():
            assert lock.is_ours()


def test_a_builder_shows_signs_of_life_until_it_ends(news, place, monkeypatch):
    monkeypatch.setattr(states, "BEAT_SECONDS", 0.001)
    build([news], place, ToyEncoder())
    state = State(Engine(place))
    with Lock(state, 0).held():
        first = state.last_beat(0)
        assert any(state.last_beat(0) > first for _ in range(1000))
    last = state.last_beat(0)
    assert all(state.last_beat(0) == last for _ in range(10))


def test_a_builder_whose_lock_was_taken_over_commits_nothing(news, place):
    build([news], place, ToyEncoder())
    before = open_index(place, ToyEncoder()).stamp
    write_files(news, {"new.txt": "ช้างป่า\nช้างป่าออกหากิน"})

    def steal(stage, done, total):
        if stage == "write":
            Engine(place).drop("khamtop_lock_0")
            lock_of(place, os.getpid(), "elsewhere")

    assert code_of(lambda: build([news], place, ToyEncoder(), steal)) == "index.busy"
    assert open_index(place, ToyEncoder()).stamp == before


@contextmanager
def impatient(monkeypatch):
    """Around asking a server that is away: it is not waited for."""
    with monkeypatch.context() as patch:
        patch.setattr(engines, "TIMEOUT", 0.2)
        patch.setattr(engines, "_CONNECT_SECONDS", 0.2)
        yield


def test_where_nobody_answers_it_says_so(news, monkeypatch):
    place = place_of(f"milvus://127.0.0.1:{free_port()}/news")
    with impatient(monkeypatch):
        for does in (open_index, partial(build, [news])):
            assert code_of(partial(does, place, encoder=ToyEncoder())) == "index.away"
        assert code_of(lambda: remembered_encoder(place)) == "index.away"


def test_a_server_that_goes_away_in_the_middle_leaves_nothing_half(news, place, monkeypatch):
    build([news], place, ToyEncoder())
    index = open_index(place, ToyEncoder())
    before = told(index)
    release(place.file)
    with impatient(monkeypatch):
        assert code_of(lambda: ask("น้ำท่วมที่ไหน", index, reader=ToyReader({}))) == "index.away"
    write_files(news, {"new.txt": "ช้างป่า\nช้างป่าออกหากิน"})

    def leave(stage, done, total):
        if stage == "write":
            release(place.file)
            monkeypatch.setattr(engines, "TIMEOUT", 0.2)

    with pytest.raises(KhamtopError) as caught:
        build([news], place, ToyEncoder(), leave)
    assert caught.value.code == "index.away", caught.value
    monkeypatch.undo()
    release(place.file)  # which may have been opened again
    assert told(open_index(place, ToyEncoder())) == before
    build([news], place, ToyEncoder())
    assert len(open_index(place, ToyEncoder())) == 4


def test_a_key_that_is_refused_is_told_and_shown_nowhere(news, monkeypatch, caplog, capfd):
    import grpc

    sent = []

    class Refusing(grpc.GenericRpcHandler):
        def service(self, details):
            sent.extend(value for key, value in details.invocation_metadata if key == "authorization")
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure s3cret-key")
            )

    server = grpc.server(ThreadPoolExecutor(2), handlers=[Refusing()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv(TOKEN_VARIABLE, "s3cret-key")
    place = place_of(f"milvus://127.0.0.1:{port}/news")
    try:
        with pytest.raises(KhamtopError) as caught:
            open_index(place, ToyEncoder())
        assert caught.value.code == "milvus.key"
        assert code_of(lambda: build([news], place, ToyEncoder())) == "milvus.key"
    finally:
        server.stop(None)
    assert base64.b64encode(b"s3cret-key").decode() in sent
    shown = capfd.readouterr()
    assert not any("s3cret" in text for text in (str(caught.value), caplog.text, shown.out, shown.err))


def test_collections_that_are_only_named_like_ours_are_left_alone(news, place):
    client = pymilvus.MilvusClient(place.uri)
    client.create_collection("khamtop_1_articles", dimension=4)
    assert code_of(lambda: build([news], place, ToyEncoder())) == "milvus.foreign"
    assert client.list_collections() == ["khamtop_1_articles"]


def test_a_server_that_is_away_for_a_moment_is_not_taken_for_a_damaged_index(news, place, monkeypatch):
    build([news], place, ToyEncoder())
    before = open_index(place, ToyEncoder()).stamp

    def away(state):
        raise KhamtopError("index.away", address="there")

    with monkeypatch.context() as patch:
        patch.setattr(State, "_commits", away)
        assert code_of(lambda: build([news], place, ToyEncoder())) == "index.away"
    assert open_index(place, ToyEncoder()).stamp == before


def test_a_collection_of_others_is_left_alone(news, place):
    client = pymilvus.MilvusClient(place.uri)
    client.create_collection("khamtop", dimension=4)
    client.insert("khamtop", [{"id": 1, "vector": [1.0, 0.0, 0.0, 0.0]}])
    assert code_of(lambda: open_index(place, ToyEncoder())) == "milvus.foreign"
    assert code_of(lambda: build([news], place, ToyEncoder())) == "milvus.foreign"
    assert client.list_collections() == ["khamtop"]
    assert client.query("khamtop", filter="id == 1")


def test_a_file_of_others_is_left_alone(news, tmp_path):
    (tmp_path / "mine.db").write_text("SQLite format 3")
    place = place_of(str(tmp_path / "mine.db"))
    for does in (open_index, partial(build, [news])):
        assert code_of(partial(does, place, encoder=ToyEncoder())) == "milvus.foreign"
    assert (tmp_path / "mine.db").read_text() == "SQLite format 3"


def stages_of(news, place, encoder, **settings):
    stages = []
    build([news], place, encoder, lambda stage, done, total: stages.append(stage), **settings)
    return stages


def test_an_index_of_another_format_is_refused_and_built_afresh(news, place):
    build([news], place, ToyEncoder())
    state = State(Engine(place))
    (row,) = state.engine.query("khamtop", 'pk like "commit.%"', ["*"])
    state.engine.write("khamtop", [{**row, "data": json.dumps({**json.loads(row["data"]), "format": "1.1"})}])
    assert code_of(lambda: open_index(place, ToyEncoder())) == "index.format"
    assert "afresh.format" in stages_of(news, place, ToyEncoder())
    assert len(open_index(place, ToyEncoder())) == 3
    state.engine.write("khamtop", [{**row, "pk": "commit.0.9", "generation": 9, "data": "{"}])
    assert code_of(lambda: open_index(place, ToyEncoder())) == "index.damaged"
    assert "afresh.damaged" in stages_of(news, place, ToyEncoder())
    assert len(open_index(place, ToyEncoder())) == 3


class Wider(ToyEncoder):
    name = "wider"
    dimensions = 96


def test_another_encoder_builds_beside_the_index_that_answers(news, place, monkeypatch):
    build([news], place, ToyEncoder())
    assert code_of(lambda: open_index(place, Wider())) == "index.encoder"
    old = open_index(place, ToyEncoder())
    before = told(old)
    with pytest.raises(Killed), killed_at(monkeypatch, 12, True):
        build([news], place, Wider())
    assert told(open_index(place, ToyEncoder())) == before
    assert "afresh.encoder" in stages_of(news, place, Wider())
    assert told(old) == before
    assert len(open_index(place, Wider())) == 3
    assert "afresh.asked" in stages_of(news, place, Wider(), afresh=True)
    build([news], place, Wider())
    assert State(Engine(place)).epochs() == {3}
    assert code_of(lambda: told(old)) == "index.replaced"


def test_many_builders_take_each_a_part(archive, place, tmp_path):
    with drafting(place, ToyEncoder(), part=(1, 2)):  # while one is at work
        reports = [build([archive], place, ToyEncoder(), part=(2, 2))]
    reports.append(build([archive], place, ToyEncoder(), part=(1, 2)))
    build([archive], tmp_path / "folder", ToyEncoder())
    folder, index = Index.open(tmp_path / "folder", ToyEncoder()), open_index(place, ToyEncoder())
    assert all(report.articles for report in reports)
    assert (index.manifest.articles, len(index)) == (folder.manifest.articles, len(folder))
    assert {article.id for article in index.articles()} == {article.id for article in folder.articles()}
    for name in ("found", "within", "copies", "frequency"):
        assert told(index)[name] == told(folder)[name], name
    write_files(archive, {"nato.txt": "ประชุมนาโต\nนาโตประชุมอีกครั้งที่กรุงวิลนีอุส"})
    for part in (1, 2):
        build([archive], place, ToyEncoder(), part=(part, 2))
    again = open_index(place, ToyEncoder())
    assert "วิลนีอุส" in again.article("news/nato.txt").text
    assert index.is_replaced()
    assert len(again) == len(folder)


def test_parts_must_fit_one_another(news, place):
    write_files(news, {f"{number}.txt": f"ข่าว\nข่าวที่ {number}" for number in range(8)})
    build([news], place, ToyEncoder(), part=(1, 2))
    assert code_of(lambda: build([news], place, ToyEncoder(), part=(1, 3))) == "milvus.parts"
    assert code_of(lambda: build([news], place, ToyEncoder())) == "milvus.parts"
    assert code_of(lambda: build([news], place, Wider(), part=(2, 2))) == "index.encoder"
    assert code_of(lambda: build([news], place, ToyEncoder(), afresh=True, part=(2, 2))) == "milvus.part_afresh"


def test_the_page_follows_an_index_that_is_built_elsewhere(news, place, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("khamtop.ui.service._LOOK_SECONDS", 0.0)
    monkeypatch.setattr("khamtop.ui.service.load_reader", lambda source: ToyReader({}))
    build([news], place, ToyEncoder())
    service = Service(place, [news])
    service._encoder = ToyEncoder()
    service.start()
    write_files(news, {"new.txt": "ช้างป่า\nช้างป่าออกหากิน ที่จังหวัดจันทบุรี"})
    build([news], place, ToyEncoder())
    service.search("ช้างป่า")  # the index that was open answers, and the new one is opened
    service.follow()  # at the latest now
    assert [hit.article.id for hit in service.search("ช้างป่า").hits][:1] == ["news/new.txt"]
    assert (tmp_path / ".khamtop").is_dir()  # for what readers think
    assert drafts.remembered_encoder(place) is None


def test_the_command_line_takes_an_address_for_a_folder(news, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        done = CliRunner().invoke(cli.main, [*map(str, arguments), "--index", str(place), "--lang", "en"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    assert run("index", news, "--encoder", "static", "--json")["added"] == 3
    assert run("index", news, "--json")["unchanged"] == 3  # with the encoder that it remembers
    assert run("ask", "นาโตประชุมที่ไหน", "--json")["citations"][0]["article_id"] == "news/nato.txt"
    assert run("search", "รถไฟ", "--json")["passages"][0]["article_id"] == "news/train.txt"
    assert run("check", "--json") == {"index": str(place), "whole": True, "problems": []}
    (found,) = doctor.examine(doctor.Setting(place), ["index"])["index"]
    assert (found.state, found.code, found.facts["articles"]) == ("fine", "doctor.milvus", 3)
    (news / "train.txt").unlink()
    assert run("index", news, "--json")["removed"] == 1


def test_check_tells_an_article_that_is_not_as_it_was_written(news, place):
    build([news], place, ToyEncoder())
    engine = Engine(place)
    (row,) = [row for row in engine.query("khamtop_1_articles", "pk >= 0", ["*"]) if "นาโต" in row["data"]]
    engine.write("khamtop_1_articles", [{**row, "data": row["data"].replace("กรุงมาดริด", "กรุงลอนดอน")}])
    assert [problem.code for problem in check.problems(place, ToyEncoder())] == ["index.damaged"]
    assert code_of(lambda: open_index(place, ToyEncoder()).article("news/nato.txt")) == "index.damaged"
    engine.delete("khamtop_1_articles", f"number == {row['number']}")
    assert [problem.code for problem in check.problems(place, ToyEncoder())] == ["check.counts", "check.orphans"]
