"""Builds: what changed and nothing else is embedded, and nothing is dropped without a word."""

import gzip
import os
import random
import shutil

import pytest

from khamtop.index.building import build as building
from khamtop.index.building.build import build, build_articles
from khamtop.index.building.reasons import MOST_OF_A_FILE
from khamtop.index.rankings.lexical import MOST_REMOVED
from khamtop.index.storage.check import problems
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.types import Article, KhamtopError, Rejected
from tests.toys import NEWS, Spy, ToyEncoder, each, in_memory, lines, write_files


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def counts(report):
    return {name: getattr(report, name) for name in ("added", "changed", "removed", "unchanged")}


def rankings(index, question):
    """Both rankings of a question, each passage by its score and where it stands (its number may differ)."""
    wanted = {"words": each(thai.words(question)), "grams": each(thai.ngrams(question, 4))}
    lexical = index.rankings.lexical.search(wanted, 50)
    dense = index.rankings.dense.search(index.encoder.encode_questions([question])[0], 50)
    return [sorted(placed(index, item) for item in ranking) for ranking in (lexical, dense)]


def placed(index, ranked):
    _, passage = index.passage(ranked.passage)
    return -round(ranked.score, 5), passage.article_id, passage.start, passage.end


def test_the_first_build_adds_everything(news, folder):
    report = build([news], folder, ToyEncoder())
    assert counts(report) == {"added": 3, "changed": 0, "removed": 0, "unchanged": 0}
    assert (report.articles, report.passages, report.rejected) == (3, 3, ())


def test_a_later_build_counts_and_embeds_only_what_changed(news, folder):
    build([news], folder, ToyEncoder())
    changed = {"nato.txt": "ประชุมนาโต\nเลื่อนการประชุมไปเดือนหน้า", "more.txt": "ข่าวใหม่\nดาวเทียมขึ้นสู่วงโคจร"}
    write_files(news, changed)
    (news / "train.txt").unlink()
    spy = Spy()
    report = build([news], folder, spy)
    assert counts(report) == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert set(spy.embedded) == {"ประชุมนาโต", "ข่าวใหม่", *changed.values()}  # titles and passages
    assert report.articles == 3


def test_nothing_is_embedded_when_nothing_changed(news, folder):
    build([news], folder, ToyEncoder())
    spy = Spy()
    assert counts(build([news], folder, spy)) == {"added": 0, "changed": 0, "removed": 0, "unchanged": 3}
    assert spy.embedded == []


def test_a_changed_title_is_a_changed_article(folder):
    build_articles([Article("1", "น้ำท่วม", "ฝนตกหนัก", "a")], folder, ToyEncoder())
    report = build_articles([Article("1", "นาโต", "ฝนตกหนัก", "a")], folder, ToyEncoder())
    assert report.changed == 1
    index = Index.open(folder, ToyEncoder())
    assert len(index.rankings.lexical.search({"words": each(["นาโต"])}, 5)) == 1
    assert index.rankings.lexical.search({"words": each(["ท่วม", "น้ำท่วม"])}, 5) == []


def test_old_text_is_found_no_more_and_new_text_is(news, folder):
    build([news], folder, ToyEncoder())
    write_files(news, {"nato.txt": "กีฬา\nฟุตบอลรอบชิงชนะเลิศ"})
    (news / "train.txt").unlink()
    build([news], folder, ToyEncoder())
    index = Index.open(folder, ToyEncoder())
    assert rankings(index, "มาดริด")[0] == []
    assert [item[1] for item in rankings(index, "ฟุตบอล")[0]] == ["news/nato.txt"]
    assert {item[1] for item in rankings(index, "รถไฟ")[1]} == {"news/nato.txt", "news/flood.txt"}


def test_another_encoder_embeds_everything_anew(news, folder):
    build([news], folder, ToyEncoder())
    spy = Spy()
    spy.name = "retrained"
    assert counts(build([news], folder, spy))["added"] == 3
    assert len(spy.embedded) == 6
    assert Index.open(folder, spy).manifest.encoder == "retrained"


def test_an_altered_index_is_built_anew(news, folder):
    build([news], folder, ToyEncoder())
    (file,) = folder.glob("g*/vectors.faiss")
    file.write_bytes(file.read_bytes()[:-1])
    assert counts(build([news], folder, ToyEncoder()))["added"] == 3
    assert Index.open(folder, ToyEncoder())


def test_the_passages_of_a_long_article_have_a_vector_for_each_stretch(seed_text, folder):
    spy = Spy()
    report = build_articles([Article("1", "", seed_text, "a")], folder, spy)
    index = Index.open(folder, spy)
    assert report.passages < len(index.rankings.dense) == len(spy.embedded)
    assert max(map(len, spy.embedded)) <= spy.span_chars * 5 // 4
    whole = Spy()
    whole.name, whole.span_chars = "whole", None
    build_articles([Article("1", "", seed_text, "a")], folder, whole)
    assert len(whole.embedded) == report.passages


@pytest.mark.parametrize(
    ("as_words", "with_title", "embedded"),
    [
        (False, False, ["ข่าว", "นํ้าท่วม ปี ๒๕๖๕ NATO"]),  # as it is written: a model brings its own spelling
        (False, True, ["ข่าว", "ข่าว\nนํ้าท่วม ปี ๒๕๖๕ NATO"]),
        (True, False, ["ข่าว", "น้ำท่วม ปี 2565 nato"]),
    ],
)
def test_what_is_embedded_is_what_the_encoder_wants(folder, as_words, with_title, embedded):
    spy = Spy()
    spy.reads_words, spy.reads_titles = as_words, with_title
    build_articles([Article("1", "ข่าว", "นํ้าท่วม ปี ๒๕๖๕ NATO", "a")], folder, spy)
    assert spy.embedded == embedded


def test_what_was_not_indexed_is_listed_with_its_reason(news, folder):
    write_files(news, {"a.png": b"%PNG", "b.txt": b"", "c.jsonl": '{"id": "c", "text": "ดาวเทียม"}\n{'})
    report = build([news], folder, ToyEncoder())
    assert set(report.rejected) == {
        Rejected(str(news / "a.png"), "file.kind"),
        Rejected(str(news / "b.txt"), "file.empty"),
        Rejected(str(news / "c.jsonl"), "line.broken", 2),
    }
    assert report.articles == 4


def test_without_an_article_there_is_no_build_and_the_last_index_stays(news, folder, tmp_path):
    build([news], folder, ToyEncoder())
    empty = write_files(tmp_path / "empty", {"a.png": b"%PNG"})
    with pytest.raises(KhamtopError) as caught:
        build([empty], folder, ToyEncoder())
    reasons = [{"reason": "file.kind", "count": 1, "paths": [str(empty / "a.png")]}]
    assert (caught.value.code, caught.value.facts) == ("articles.none", {"rejected": 1, "reasons": reasons})
    assert len(list(Index.open(folder, ToyEncoder()).articles())) == 3


def test_a_missing_path_leaves_the_last_index(news, folder, tmp_path):
    build([news], folder, ToyEncoder())
    with pytest.raises(KhamtopError) as caught:
        build([news, tmp_path / "ไม่มี"], folder, ToyEncoder())
    assert caught.value.code == "articles.missing"
    assert len(list(Index.open(folder, ToyEncoder()).articles())) == 3


def test_progress_tells_each_stage_from_its_start_to_its_end(news, folder, monkeypatch):
    monkeypatch.setattr(building, "_FIRST_BATCH", 2)
    told = []
    build([news], folder, ToyEncoder(), lambda *step: told.append(step))
    assert told == [
        ("read", 1, 0), ("read", 2, 0), ("read", 3, 0),
        ("left", 0, 0), ("embed", 1, 3), ("embed", 2, 3), ("embed", 3, 3),
        ("write", 0, 1),
    ]  # fmt: skip


def test_after_the_first_vectors_it_tells_once_how_long_the_others_will_take(folder, monkeypatch):
    clock = iter(range(0, 10_000, 3))  # three seconds from each look to the next
    monkeypatch.setattr(building, "_FIRST_BATCH", 2)
    monkeypatch.setattr(building.time, "perf_counter", lambda: next(clock))
    articles = [Article(str(at), "", f"ข่าวที่ {at}", "a") for at in range(20)]
    told = []
    build_articles(articles, folder, ToyEncoder(), lambda *step: told.append(step))
    assert [step for step in told if step[0] == "left"] == [("left", 0, 27)]  # 18 articles more, after 2 in 3 s


@pytest.mark.parametrize(
    "moment",
    [
        ("read", 2, 0),
        ("embed", 1, 1),
        ("write", 0, 1),
    ],
)
def test_an_exception_in_progress_ends_the_build_and_leaves_the_last_index(news, folder, moment):
    def stop(*step):
        if step == moment:
            raise KeyboardInterrupt

    build([news], folder, ToyEncoder())
    write_files(news, {"more.txt": "ข่าวใหม่ ดาวเทียม"})
    with pytest.raises(KeyboardInterrupt):
        build([news], folder, ToyEncoder(), stop)
    assert len(list(Index.open(folder, ToyEncoder()).articles())) == 3
    assert build([news], folder, ToyEncoder()).added == 1


ISLANDS = [
    Article(f"{number}", f"ข่าวที่ {number}", f"{where} {what} เมื่อปี {2550 + number}", "a")
    for number, (where, what) in enumerate(
        [("กรุงเทพ", "น้ำท่วม"), ("เชียงใหม่", "หมอกควัน"), ("ภูเก็ต", "น้ำท่วม"), ("ขอนแก่น", "ฝนแล้ง"), ("สงขลา", "น้ำท่วม")]
    )
]
QUESTIONS = ["น้ำท่วมกรุงเทพ", "หมอกควันเชียงใหม่", "ฝนแล้ง 2553", "ข่าวที่ 4"]


def answers(folder):
    index = Index.open(folder, ToyEncoder())
    return [rankings(index, question) for question in QUESTIONS]


def test_articles_built_at_once_or_one_by_one_answer_alike(tmp_path):
    build_articles(ISLANDS, tmp_path / "at once", ToyEncoder())
    for count in range(1, len(ISLANDS) + 1):
        build_articles(ISLANDS[:count], tmp_path / "in steps", ToyEncoder())
    assert answers(tmp_path / "in steps") == answers(tmp_path / "at once")


def test_articles_in_another_order_answer_alike(tmp_path):
    build_articles(ISLANDS, tmp_path / "forward", ToyEncoder())
    build_articles(reversed(ISLANDS), tmp_path / "backward", ToyEncoder())
    assert answers(tmp_path / "forward") == answers(tmp_path / "backward")


def test_articles_that_are_left_answer_as_if_the_removed_had_never_been(tmp_path):
    build_articles(ISLANDS[:3], tmp_path / "never", ToyEncoder())
    build_articles(ISLANDS, tmp_path / "removed", ToyEncoder())
    build_articles(ISLANDS[:3], tmp_path / "removed", ToyEncoder())
    assert answers(tmp_path / "removed") == answers(tmp_path / "never")


def test_what_is_kept_of_removed_articles_is_never_more_than_the_stated_part(place):
    own = [first + second for first in "bcdfghjk" for second in "aeiou"]
    texts = {f"{number}.txt": f"ข่าว unheard{word}" for number, word in enumerate(own)}
    archive = write_files(place / "archive", texts)
    build([archive], place / "index", ToyEncoder())
    told = []
    for number in range(10):
        (archive / f"{number}.txt").unlink()
        spy = Spy()
        build([archive], place / "index", spy, lambda stage, done, total: told.append(stage))
        assert spy.embedded == []
        words = Index.open(place / "index", ToyEncoder()).rankings.lexical
        kept = sum(words.document_frequency(f"unheard{word}") for word in own[: number + 1])
        assert kept <= MOST_REMOVED * (len(words) + kept)
        assert words.document_frequency("ข่าว") == len(words) + kept
    assert told.count("afresh.words") == 2
    assert list(problems(place / "index", ToyEncoder())) == []


def test_two_builds_of_the_same_articles_answer_the_same(news, tmp_path):
    for name in ("one", "two"):
        build([news], tmp_path / name, ToyEncoder())
    one, two = (Index.open(tmp_path / name, ToyEncoder()) for name in ("one", "two"))
    for question in ("น้ำท่วม", "ญี่ปุ่นกับเกาหลีใต้", "รถไฟ"):
        assert rankings(one, question) == rankings(two, question)


def test_many_builds_keep_the_index_small(news, folder):
    for number in range(12):
        write_files(news, {"flood.txt": f"{NEWS['flood.txt']} ครั้งที่ {number}"})
        build([news], folder, ToyEncoder())
    index = Index.open(folder, ToyEncoder())
    assert (
        len(index) == len(index.rankings.lexical) == len(index.rankings.dense) / 2 == 3
    )  # each has a vector of its title too
    assert len(list(folder.glob("g*"))) == 1
    assert "ครั้งที่ 11" in index.article("news/flood.txt").text


def test_a_moved_folder_of_the_same_name_is_the_same_articles(news, folder, tmp_path):
    build([news], folder, ToyEncoder())
    moved = shutil.copytree(news, tmp_path / "elsewhere" / "news")
    report = build([moved], folder, ToyEncoder())
    assert (report.added, report.removed) == (0, 0)


def test_an_article_without_a_span_of_text_is_kept_but_found_by_nobody(folder):
    articles = [Article("1", "", "\u200b \n", "a"), Article("2", "", "น้ำท่วม\x00กรุงเทพ", "b")]
    report = build_articles(articles, folder, ToyEncoder())
    assert (report.articles, report.passages) == (2, 1)
    assert Index.open(folder, ToyEncoder()).article("2").text == "น้ำท่วม\x00กรุงเทพ"


def test_a_folder_that_cannot_be_made_is_an_error_before_anything_is_embedded(news, tmp_path):
    write_files(tmp_path, {"file": "x"})
    spy = Spy()
    with pytest.raises((OSError, KhamtopError)):
        build([news], tmp_path / "file", spy)
    assert spy.embedded == []


# What only moved costs nothing, and a later build finds what a first one would


@pytest.fixture
def place(tmp_path):
    """Where many builds are quick."""
    with in_memory(tmp_path) as place:
        yield place


ARCHIVE = [
    {"id": "a", "text": "เรื่องแรก ฝนตกที่เชียงใหม่", "source": "https://news.example/a", "published": "1 มิ.ย. 2565"},
    {"id": "b", "text": "เรื่องที่สอง หมอกควันที่ลำปาง"},
    {"id": "c", "text": "เรื่องที่สาม ทุเรียนส่งออกไปจีน", "title": "ทุเรียน"},
    {"id": "d", "text": "เรื่องที่สี่ ประมูลคลื่นความถี่"},
]


@pytest.fixture
def archive(place):
    """A folder of the articles of `NEWS`, and of those of `ARCHIVE` as lines of one file."""
    return write_files(place / "archive", {**NEWS, "lines.jsonl": lines(*ARCHIVE)})


def everything(folder):
    """All that an index holds, but for the numbers that it gives: its articles, and each passage with its vectors."""
    assert list(problems(folder, ToyEncoder())) == []
    index = Index.open(folder, ToyEncoder())
    articles = {article.id: article for article in index.articles()}
    held = {}
    for identity, article in articles.items():
        passages = [index.passage(number)[1] for number in sorted(index.passages_of(identity))]
        held[article] = [(passage.start, passage.end) for passage in passages]
    dense = [rankings(index, question)[1] for question in QUESTIONS]
    words = [sorted(item[1:] for item in rankings(index, question)[0]) for question in QUESTIONS]
    return held, dense, words, len(index.rankings.dense)


def assert_as_built_anew(folder, paths):
    fresh = folder.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    report = build(paths, fresh, ToyEncoder())
    assert everything(folder) == everything(fresh)
    return report


def rename_a_file(archive):
    (archive / "flood.txt").rename(archive / "renamed.txt")


def move_into_a_folder(archive):
    (archive / "2565" / "06").mkdir(parents=True)
    (archive / "nato.txt").rename(archive / "2565" / "06" / "nato.txt")
    (archive / "lines.jsonl").rename(archive / "2565" / "lines.jsonl")


def reorder_lines(archive):
    write_files(archive, {"lines.jsonl": lines(*reversed(ARCHIVE))})


def insert_lines(archive):
    new = lines(ARCHIVE[0], {"id": "0", "text": ""}, *ARCHIVE[1:])  # a line without an article, between others
    write_files(archive, {"lines.jsonl": "\n" + new})


def change_sources(archive):
    changed = [{**article, "source": f"https://elsewhere.example/{article['id']}"} for article in ARCHIVE]
    write_files(archive, {"lines.jsonl": lines(*changed)})


def change_ids(archive):
    write_files(archive, {"lines.jsonl": lines(*({**article, "id": f"{article['id']}2"} for article in ARCHIVE))})


def write_in_another_encoding(archive):
    write_files(archive, {name: text.encode("tis-620") for name, text in NEWS.items()})


def split_the_archive(archive):
    write_files(archive, {"lines.jsonl": lines(*ARCHIVE[::2]), "more.jsonl": lines(*ARCHIVE[1::2])})


def split_the_archive_before_it(archive):
    write_files(archive, {"lines.jsonl": lines(*ARCHIVE[::2]), "earlier.jsonl": lines(*ARCHIVE[1::2])})


def compress_the_archive(archive):
    (archive / "lines.jsonl.gz").write_bytes(gzip.compress((archive / "lines.jsonl").read_bytes()))
    (archive / "lines.jsonl").unlink()


MOVES = [
    rename_a_file, move_into_a_folder, reorder_lines, insert_lines, change_sources, change_ids,
    write_in_another_encoding, split_the_archive, split_the_archive_before_it, compress_the_archive,
]  # fmt: skip


@pytest.mark.parametrize("move", MOVES)
def test_what_only_moved_is_not_embedded_again(archive, place, move):
    build([archive], place / "index", ToyEncoder())
    move(archive)
    spy = Spy()
    report = build([archive], place / "index", spy)
    assert spy.embedded == []
    assert counts(report) == {"added": 0, "changed": 0, "removed": 0, "unchanged": 7}
    assert_as_built_anew(place / "index", [archive])


def test_a_folder_that_moved_is_not_embedded_again(archive, place):
    build([archive], place / "index", ToyEncoder())
    for target in (place / "elsewhere" / "archive", place / "another name"):
        target.parent.mkdir(exist_ok=True)
        archive = archive.rename(target)
        spy = Spy()
        assert build([archive], place / "index", spy).unchanged == 7
        assert spy.embedded == []
        assert_as_built_anew(place / "index", [archive])


@pytest.mark.parametrize(
    ("order", "counted"),
    [
        ([4, 0, 1, 2, 3], {"added": 1, "changed": 0, "removed": 0, "unchanged": 4}),
        ([1, 2, 3], {"added": 0, "changed": 0, "removed": 1, "unchanged": 3}),
        ([3, 2, 1, 0], {"added": 0, "changed": 0, "removed": 0, "unchanged": 4}),
        ([0, 4, 2, 3], {"added": 0, "changed": 1, "removed": 0, "unchanged": 3}),
    ],
    ids=["inserted", "removed", "reordered", "replaced"],
)
def test_lines_without_ids_that_moved_are_not_embedded_again(place, order, counted):
    texts = [*(article["text"] for article in ARCHIVE), "เรื่องใหม่"]
    archive = write_files(place / "archive", {"lines.jsonl": lines(*({"text": text} for text in texts[:4]))})
    build([archive], place / "index", ToyEncoder())
    write_files(archive, {"lines.jsonl": lines(*({"text": texts[number]} for number in order))})
    spy = Spy()
    assert counts(build([archive], place / "index", spy)) == counted
    assert set(spy.embedded) <= {"เรื่องใหม่"}
    assert_as_built_anew(place / "index", [archive])


def test_what_moved_keeps_its_passages_though_another_article_took_its_id_in_another_file(place):
    archive = write_files(place / "archive", {"z.jsonl": lines(*ARCHIVE)})
    build([archive], place / "index", ToyEncoder())
    write_files(archive, {"a.jsonl": lines({**ARCHIVE[1], "id": "a"}, {**ARCHIVE[0], "id": "b"})})
    spy = Spy()
    report = build([archive], place / "index", spy)  # and the lines of z.jsonl with these ids are told apart
    assert (counts(report), report.rejected) == ({"added": 2, "changed": 0, "removed": 0, "unchanged": 4}, ())
    assert_as_built_anew(place / "index", [archive])


def generation_and_times(folder):
    """Which generation answers, and when each file of the index was written."""
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}
    del files[folder / "lock"]
    return (folder / "CURRENT").read_text(), files


@pytest.mark.parametrize(
    "move",
    MOVES,
)
def test_a_build_with_nothing_changed_writes_nothing(archive, place, move):
    write_files(archive, {"broken.jsonl": "{\n", "image.png": b"\x89PNG", "twice.jsonl": lines(ARCHIVE[0])})
    for change in (lambda _: None, move):
        change(archive)
        built = build([archive], place / "index", ToyEncoder())
        before = generation_and_times(place / "index")
        again = build([archive], place / "index", ToyEncoder())
        assert generation_and_times(place / "index") == before
        assert (again.unchanged, again.rejected) == (built.articles, built.rejected)


def test_copies_are_kept_under_both_ids(archive, place):
    write_files(archive, {"copy.txt": NEWS["flood.txt"], "sub/copy.txt": NEWS["flood.txt"]})
    assert build([archive], place / "index", ToyEncoder()).articles == 9
    ids = [item[1] for item in rankings(Index.open(place / "index", ToyEncoder()), "น้ำท่วมขังถนน")[1][:3]]
    assert ids == ["archive/copy.txt", "archive/flood.txt", "archive/sub/copy.txt"]
    (archive / "copy.txt").unlink()
    (archive / "flood.txt").rename(archive / "again.txt")
    spy = Spy()
    report = build([archive], place / "index", spy)
    assert counts(report) == {"added": 0, "changed": 0, "removed": 1, "unchanged": 8}
    assert spy.embedded == []
    assert_as_built_anew(place / "index", [archive])


@pytest.mark.parametrize(("first", "second"), [("a.jsonl", "z.jsonl"), ("z.jsonl", "a.jsonl")])
def test_an_id_may_move_to_another_file_and_change_there(place, first, second):
    archive = write_files(place / "archive", {first: lines(*ARCHIVE[:2]), second: lines(*ARCHIVE[2:])})
    build([archive], place / "index", ToyEncoder())
    moved = {**ARCHIVE[0], "text": "เรื่องแรก ฝนหยุดแล้ว"}
    write_files(archive, {first: lines(ARCHIVE[1]), second: lines(*ARCHIVE[2:], moved)})
    spy = Spy()
    assert counts(build([archive], place / "index", spy)) == {"added": 0, "changed": 1, "removed": 0, "unchanged": 3}
    assert set(spy.embedded) == {"เรื่องแรก ฝนหยุดแล้ว"}
    assert_as_built_anew(place / "index", [archive])


@pytest.mark.parametrize("names", [("a.jsonl", "z.jsonl"), ("z.jsonl", "a.jsonl")])
def test_of_two_articles_of_one_id_in_two_files_both_are_kept_and_the_second_has_it_when_the_first_goes(place, names):
    name, other = sorted(names)
    texts = {name: "ข่าวแรก น้ำท่วม", other: "ข่าวหลัง ฝนแล้ง"}
    archive = write_files(place / "archive", {at: lines({"id": "x", "text": texts[at]}) for at in names})
    write_files(archive, {"other.txt": "เรื่องอื่น"})
    assert build([archive], place / "index", ToyEncoder()).rejected == ()
    index = Index.open(place / "index", ToyEncoder())
    assert [index.article(at).text for at in ("x", f"archive/{other}#x")] == [texts[name], texts[other]]
    spy = Spy()
    assert counts(build([archive], place / "index", spy)) == {"added": 0, "changed": 0, "removed": 0, "unchanged": 3}
    (archive / name).unlink()
    report = build([archive], place / "index", spy)
    assert (report.rejected, spy.embedded) == ((), [])
    assert Index.open(place / "index", ToyEncoder()).article("x").text == texts[other]
    assert_as_built_anew(place / "index", [archive])


def test_an_article_whose_id_a_new_file_takes_is_told_apart_until_that_one_goes(archive, place):
    """Though no byte of its own file ever changes."""
    build([archive], place / "index", ToyEncoder())
    write_files(archive, {"first.jsonl": lines({"id": "b", "text": "ข่าวใหม่"})})
    spy = Spy()
    for _ in range(2):
        assert build([archive], place / "index", spy).rejected == ()
        index = Index.open(place / "index", ToyEncoder())
        assert index.article("b").text == "ข่าวใหม่"
        assert index.article("archive/lines.jsonl#b").text == ARCHIVE[1]["text"]
        assert set(spy.embedded) == {"ข่าวใหม่"}
    (archive / "first.jsonl").unlink()
    assert build([archive], place / "index", ToyEncoder()).rejected == ()
    assert Index.open(place / "index", ToyEncoder()).article("b").text == ARCHIVE[1]["text"]
    assert_as_built_anew(place / "index", [archive])


def test_an_article_told_apart_is_a_copy_once_the_other_says_the_same(place):
    archive = write_files(
        place / "archive", {"a.jsonl": lines(ARCHIVE[0]), "b.jsonl": lines({**ARCHIVE[0], "text": "ใหม่"})}
    )
    assert build([archive], place / "index", ToyEncoder()).articles == 2
    write_files(archive, {"a.jsonl": lines({**ARCHIVE[0], "text": "ใหม่"})})
    report = build([archive], place / "index", ToyEncoder())
    assert [item.reason for item in report.rejected] == ["article.duplicate_id"]
    assert report.rejected == assert_as_built_anew(place / "index", [archive]).rejected
    assert_as_built_anew(place / "index", [archive])


def test_a_line_put_before_the_one_of_its_id_takes_its_place_and_the_old_one_is_listed(archive, place):
    build([archive], place / "index", ToyEncoder())
    write_files(archive, {"lines.jsonl": lines({"id": "a", "text": "ข่าวใหม่"}, *ARCHIVE)})
    report = build([archive], place / "index", ToyEncoder())
    assert report.rejected == assert_as_built_anew(place / "index", [archive]).rejected
    assert counts(report) == {"added": 0, "changed": 1, "removed": 0, "unchanged": 6}


def test_one_broken_line_of_three_hundred_costs_only_itself(place):
    every = [lines({"id": f"{number}", "text": f"ข่าวที่ {number}"}) for number in range(300)]
    broken = [*every[:150], '{"id": "150", "text": "ข่าว\n', *every[151:]]
    archive = write_files(place / "archive", {"lines.jsonl": "".join(broken)})
    report = build([archive], place / "index", ToyEncoder())
    assert (report.articles, report.rejected) == (299, (Rejected(str(archive / "lines.jsonl"), "line.broken", 151),))
    spy = Spy()
    assert build([archive], place / "index", spy).rejected == report.rejected  # and is told again
    write_files(archive, {"lines.jsonl": "".join(every)})
    report = build([archive], place / "index", spy)
    assert (counts(report), report.rejected) == ({"added": 1, "changed": 0, "removed": 0, "unchanged": 299}, ())
    assert set(spy.embedded) == {"ข่าวที่ 150"}


def test_a_deleted_article_is_gone_from_everything(archive, place):
    build([archive], place / "index", ToyEncoder())
    (gone,) = Index.open(place / "index", ToyEncoder()).passages_of("archive/train.txt")
    (archive / "train.txt").unlink()
    write_files(archive, {"lines.jsonl": lines(*ARCHIVE[1:])})
    assert build([archive], place / "index", ToyEncoder()).removed == 2
    index = Index.open(place / "index", ToyEncoder())
    for holder in (index.database, index.rankings.dense, index.rankings.lexical):
        assert len(holder.passages()) == 5
        assert gone not in holder.passages()
    text = NEWS["train.txt"].splitlines()[1].encode()
    assert all(text not in path.read_bytes() for path in (place / "index").rglob("*") if path.is_file())
    assert_as_built_anew(place / "index", [archive])


def edit(pick, folder):
    """Changes a folder in one of many ways, as `pick` draws them; lines name one of a few ids, or none."""

    def an_article():
        text = " ".join(pick.choices(["น้ำท่วม", "ประชุม", "รถไฟ", "นาโต", "ข่าว"], k=pick.choice([2, 2, 40])))
        number = pick.randrange(12)
        names = {"id": f"{number}"} if number < 8 else {"id": f"{number}", "source": f"https://{number}.example"}
        return lines({"text": text, **(names if number < 10 else {})})

    def read(file):
        return file.read_text().splitlines(keepends=True)

    files = sorted(folder.iterdir())
    file = pick.choice(files)
    match pick.randrange(8):
        case 0:
            write_files(folder, {f"{pick.randrange(6)}.txt": "".join(pick.choices("กขคงจฉช \n", k=30)) + "ก"})
        case 1:
            write_files(folder, {f"{pick.randrange(6)}.jsonl": "".join(an_article() for _ in range(5))})
        case 2 if len(files) > 2:
            file.unlink()
        case 3:
            file.replace(folder / f"{pick.randrange(6)}{file.suffix}")
        case 4:
            write_files(folder, {file.name: "".join(pick.sample(read(file), len(read(file))))})
        case 5 if file.suffix == ".jsonl":
            write_files(folder, {file.name: "".join([an_article(), *read(file), pick.choice(["", "{\n"])])})
        case 6 if file.suffix == ".jsonl":
            write_files(folder, {file.name: "".join(read(file)[1:])})
        case _:
            write_files(folder, {f"{pick.randrange(6)}{file.suffix}": file.read_bytes()})


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_an_index_holds_what_one_built_anew_does(archive, place, seed):
    pick = random.Random(seed)
    build([archive], place / "index", ToyEncoder())
    for _ in range(8):
        for _ in range(pick.randrange(1, 4)):
            edit(pick, archive)
        build([archive], place / "index", ToyEncoder())
        assert_as_built_anew(place / "index", [archive])


def test_after_any_edits_what_a_build_tells_is_what_it_did(archive, place):
    pick = random.Random(3)
    build([archive], place / "index", ToyEncoder())
    for _ in range(20):
        edit(pick, archive)
        before = Index.open(place / "index", ToyEncoder()).manifest.articles
        report = build([archive], place / "index", ToyEncoder())
        fresh = build([archive], place / "fresh", ToyEncoder(), afresh=True)
        assert report.rejected == fresh.rejected
        assert (report.articles, report.passages) == (fresh.articles, fresh.passages)
        assert report.added + report.changed + report.unchanged == report.articles
        assert before + report.added - report.removed == report.articles


# In miniature, what an archive does


def test_very_many_articles_of_one_id_cost_nothing_else(place):
    same = lines({"id": "x", "text": "ข่าวเดิม"})
    archive = write_files(place / "archive", {**NEWS, "lines.jsonl": same * 2000 + lines(*ARCHIVE)})
    for _ in range(2):
        report = build([archive], place / "index", ToyEncoder())
        assert report.articles == 8
        assert {item.reason for item in report.rejected} == {"article.duplicate_id"}
        assert sum(item.count for item in report.rejected) == 1999
    assert list(problems(place / "index", ToyEncoder())) == []


def test_a_folder_of_very_many_small_files_with_links_that_loop_is_read_once(place, monkeypatch):
    monkeypatch.setattr(building, "_CHUNKS_ALONE", 1000)  # see tests/test_index_pool.py for the processes
    archive = write_files(
        place / "archive", {f"{number % 50}/{number}.txt": f"ข่าวที่ {number}" for number in range(2000)}
    )
    for number in range(50):
        (archive / f"{number}" / "up").symlink_to(archive)
        (archive / f"{number}" / "beside").symlink_to(archive / f"{number ^ 1}")
    (archive / "self").symlink_to("self")
    report = build([archive], place / "index", ToyEncoder())
    assert report.articles == 2000
    assert [(item.path, item.reason) for item in report.rejected] == [(str(archive / "self"), "file.kind")]
    spy = Spy()
    assert build([archive], place / "index", spy).unchanged == 2000
    assert spy.embedded == []


def test_of_a_file_with_very_many_lines_that_are_no_articles_the_first_reasons_are_kept(place):
    archive = write_files(place / "archive", {**NEWS, "lines.jsonl": "7\n" * 5000 + "{\n" * 9})
    for _ in range(2):
        report = build([archive], place / "index", ToyEncoder())
        *each, numbers, broken = report.rejected
        assert [item.line for item in each] == list(range(1, MOST_OF_A_FILE + 1))
        assert numbers == Rejected(str(archive / "lines.jsonl"), "line.no_text", count=5000 - MOST_OF_A_FILE)
        assert broken == Rejected(str(archive / "lines.jsonl"), "line.broken", count=9)


def test_where_nothing_can_be_read_the_reasons_are_told_the_commonest_first(place):
    files = {"a.txt": "", "b.png": "x", "c.png": "x", "d.png": "x", "e.png": "x", "f.jsonl": "{\n7\n7"}
    archive = write_files(place / "archive", files)
    with pytest.raises(KhamtopError) as caught:
        build([archive], place / "index", ToyEncoder())
    assert caught.value.facts["rejected"] == 8
    assert [(item["reason"], item["count"], len(item["paths"])) for item in caught.value.facts["reasons"]] == [
        ("file.kind", 4, 3), ("line.no_text", 2, 1), ("file.empty", 1, 1), ("line.broken", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl", "a.json"])
def test_a_file_of_nothing_but_a_hole_is_refused_before_it_is_read(place, name, monkeypatch):
    archive = write_files(place / "archive", {**NEWS, name: ""})
    os.truncate(archive / name, 30_000_000_000)
    read = building.Inventory.take_file
    monkeypatch.setattr(building.Inventory, "take_file", lambda self, file: file.path.name != name and read(self, file))
    report = build([archive], place / "index", ToyEncoder())
    assert report.rejected == (Rejected(str(archive / name), "file.too_large"),)
