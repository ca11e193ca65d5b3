"""Builds: what changed and nothing else is embedded, and nothing is dropped without a word."""

import shutil

import pytest

from index import build as building
from index import thai
from index.build import build, build_articles
from index.store import Index
from index.types import Article, KhamtopError, Rejected
from tests.toys import NEWS, ToyEncoder, each, write_files


class Spy(ToyEncoder):
    """Remembers what it was asked to embed."""

    def __init__(self):
        self.embedded = []

    def encode_passages(self, texts):
        self.embedded.extend(texts)
        return super().encode_passages(texts)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def counts(report):
    return {name: getattr(report, name) for name in ("added", "changed", "removed", "unchanged")}


def rankings(index, question):
    """Both rankings of a question, each passage by its score and where it stands (its number may differ)."""
    wanted = {"words": each(thai.words(question)), "grams": each(thai.ngrams(question, 4))}
    lexical = index.lexical.search(wanted, 50)
    dense = index.dense.search(index.encoder.encode_questions([question])[0], 50)
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
    write_files(news, {"nato.txt": "ประชุมนาโต\nเลื่อนการประชุมไปเดือนหน้า", "more.txt": "ข่าวใหม่\nดาวเทียมขึ้นสู่วงโคจร"})
    (news / "train.txt").unlink()
    spy = Spy()
    report = build([news], folder, spy)
    assert counts(report) == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert sorted(spy.embedded) == ["ดาวเทียมขึ้นสู่วงโคจร", "เลื่อนการประชุมไปเดือนหน้า"]
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
    assert len(index.lexical.search({"words": each(["นาโต"])}, 5)) == 1
    assert index.lexical.search({"words": each(["ท่วม", "น้ำท่วม"])}, 5) == []


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
    assert len(spy.embedded) == 3
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
    assert report.passages < len(index.dense) == len(spy.embedded)
    assert max(map(len, spy.embedded)) <= spy.span_chars * 5 // 4
    whole = Spy()
    whole.name, whole.span_chars = "whole", None
    build_articles([Article("1", "", seed_text, "a")], folder, whole)
    assert len(whole.embedded) == report.passages


def test_what_is_embedded_is_normalised(folder):
    spy = Spy()
    build_articles([Article("1", "", "นํ้าท่วม ปี ๒๕๖๕ NATO", "a")], folder, spy)
    assert spy.embedded == ["น้ำท่วม ปี 2565 nato"]


def test_what_was_not_indexed_is_listed_with_its_reason(news, folder):
    write_files(news, {"a.pdf": b"%PDF", "b.txt": b"", "c.jsonl": '{"id": "c", "text": "ดาวเทียม"}\n{'})
    report = build([news], folder, ToyEncoder())
    assert set(report.rejected) == {
        Rejected(str(news / "a.pdf"), "file.kind"),
        Rejected(str(news / "b.txt"), "file.empty"),
        Rejected(str(news / "c.jsonl"), "line.broken", 2),
    }
    assert report.articles == 4


def test_without_an_article_there_is_no_build_and_the_last_index_stays(news, folder, tmp_path):
    build([news], folder, ToyEncoder())
    empty = write_files(tmp_path / "empty", {"a.pdf": b"%PDF"})
    with pytest.raises(KhamtopError) as caught:
        build([empty], folder, ToyEncoder())
    assert (caught.value.code, caught.value.facts) == ("articles.none", {"rejected": 1})
    assert len(list(Index.open(folder, ToyEncoder()).articles())) == 3


def test_a_missing_path_leaves_the_last_index(news, folder, tmp_path):
    build([news], folder, ToyEncoder())
    with pytest.raises(KhamtopError) as caught:
        build([news, tmp_path / "ไม่มี"], folder, ToyEncoder())
    assert caught.value.code == "articles.missing"
    assert len(list(Index.open(folder, ToyEncoder()).articles())) == 3


def test_progress_tells_each_stage_from_its_start_to_its_end(news, folder, monkeypatch):
    monkeypatch.setattr(building, "_PASSAGES_A_BATCH", 2)
    told = []
    build([news], folder, ToyEncoder(), lambda *step: told.append(step))
    assert told == [
        ("read", 1, 0), ("read", 2, 0), ("read", 3, 0),
        ("embed", 2, 3), ("embed", 3, 3),
        ("write", 0, 1),
    ]  # fmt: skip


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


@pytest.mark.xfail(strict=True, reason="BM25 still counts removed passages: scores depend on how the index came to be")
def test_articles_that_are_left_answer_as_if_the_removed_had_never_been(tmp_path):
    build_articles(ISLANDS[:3], tmp_path / "never", ToyEncoder())
    build_articles(ISLANDS, tmp_path / "removed", ToyEncoder())
    build_articles(ISLANDS[:3], tmp_path / "removed", ToyEncoder())
    assert answers(tmp_path / "removed") == answers(tmp_path / "never")


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
    assert len(index) == len(index.dense) == len(index.lexical) == 3
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
