"""Evaluation: each figure worked out by hand on a file small enough to see through."""

import json
from pathlib import Path

import pytest

from khamtop.index.types import KhamtopError
from khamtop.qa.evaluate import auroc, evaluate, f1, load, plain
from khamtop.qa.types import Sentence
from tests.toys import ToyEncoder

CONTEXTS = {
    "นายสมชาย ใจดี เป็นนายกเทศมนตรีเมืองพัทยา": [("q1", "ใครเป็นนายกเทศมนตรีเมืองพัทยา", "สมชาย ใจดี")],
    "เทศกาลดอกไม้จัดที่เชียงใหม่ ในเดือนกุมภาพันธ์": [("q2", "เทศกาลดอกไม้จัดเดือนใด", "กุมภาพันธ์")],
    "ราคายางพาราอยู่ที่ 60 บาทต่อกิโลกรัม": [],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    data = [
        {
            "title": "ไม่ใช้",
            "paragraphs": [
                {
                    "context": context,
                    "qas": [
                        {"id": i, "question": q, "answers": [{"text": a, "answer_start": context.index(a)}]}
                        for i, q, a in asked
                    ],
                }
            ],
        }
        for context, asked in CONTEXTS.items()
    ]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": data}, ensure_ascii=False), "utf-8")
    return path


def test_each_distinct_context_is_an_article_without_a_title_even_if_nothing_is_asked_of_it(file):
    articles, questions = load(file)
    assert [article.text for article in articles] == list(CONTEXTS)
    assert {article.title for article in articles} == {""}
    assert [question.text for question in questions] == ["ใครเป็นนายกเทศมนตรีเมืองพัทยา", "เทศกาลดอกไม้จัดเดือนใด"]


def test_the_whole_contract_is_there(file):
    figures = evaluate(file, ToyEncoder())
    assert set(figures) == {
        "questions", "passages", "retrieval", "answer", "abstain", "latency_ms", "index_seconds",
    }  # fmt: skip
    assert figures["questions"] == 2
    assert figures["passages"] == 3
    assert set(figures["retrieval"]) == {"hybrid", "dense", "lexical"}
    assert set(figures["retrieval"]["hybrid"]) == {"R@1", "R@5", "R@10", "MRR@10"}
    assert figures["retrieval"]["lexical"]["R@1"] == 100.0
    assert figures["retrieval"]["hybrid"]["MRR@10"] == 100.0
    assert figures["answer"]["answer@1"] == 100.0
    assert set(figures["answer"]) == {
        "answer@1", "answer@1_within_150", "quote_chars_median", "exact_match", "f1",
    }  # fmt: skip
    assert set(figures["abstain"]) == {"auroc", "answered_when_answerable", "abstained_when_not"}


def test_unanswerable_questions_are_counted_by_themselves_and_groups_too(file, tmp_path):
    data = json.loads(file.read_text("utf-8"))
    first, second, third = (article["paragraphs"][0]["qas"] for article in data["data"])
    first[0] |= {"lang": "th", "kind": "who"}
    second[0] |= {"lang": "th", "kind": "when"}
    third.append({"id": "q3", "question": "สูตรแกงเขียวหวาน", "answers": [], "is_impossible": True, "lang": "th"})
    file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    figures = evaluate(file, ToyEncoder())
    assert figures["questions"] == 2
    assert figures["no_answer"] == {
        "questions": 1, "refused": 100.0, "refused_when_85_answered": 100.0, "auroc": 100.0,
    }  # fmt: skip
    groups = {group: of_group["questions"] for group, of_group in figures["groups"].items()}
    assert groups == {"th": 2, "who": 1, "when": 1, "short": 2}


def test_a_follow_up_is_asked_after_its_history(file):
    data = json.loads(file.read_text("utf-8"))
    asked = data["data"][0]["paragraphs"][0]["qas"][0]
    asked |= {"question": "เขาเป็นใคร", "history": ["นายกเทศมนตรีเมืองพัทยา"]}
    file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    _, questions = load(file)
    assert questions[0].history == ("นายกเทศมนตรีเมืองพัทยา",)
    assert evaluate(file, ToyEncoder())["retrieval"]["hybrid"]["R@1"] == 100.0


def test_other_words_for_the_questions_come_from_a_second_file(file, tmp_path):
    other = tmp_path / "english.json"
    entry = {"id": "q2", "question": "In which month is the flower festival?"}
    other.write_text(json.dumps({"data": [{"paragraphs": [{"qas": [entry]}]}]}), "utf-8")
    _, questions = load(file, other)
    assert [question.text for question in questions] == ["In which month is the flower festival?"]
    assert questions[0].answers == ("กุมภาพันธ์",)


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"data": 3}', '{"data": [{"paragraphs": [{}]}]}'])
def test_a_file_that_is_no_squad_json_is_named(tmp_path, content):
    bad = tmp_path / "bad.json"
    bad.write_text(content, "utf-8")
    with pytest.raises(KhamtopError) as raised:
        load(bad)
    assert raised.value.code == "eval.unreadable"


def test_a_file_without_questions_is_named(tmp_path):
    bare = tmp_path / "bare.json"
    bare.write_text('{"data": []}', "utf-8")
    with pytest.raises(KhamtopError) as raised:
        load(bare)
    assert raised.value.code == "eval.none"


def test_answers_are_compared_in_one_spelling_without_punctuation():
    assert plain(" “พ.ศ. ๒๕๖๕” ") == plain("พศ 2565")
    assert plain("นํ้า") == plain("น้ำ")


def test_f1_counts_shared_words():
    assert f1("กรุงมาดริด", "กรุงมาดริด") == 1.0
    assert f1("กรุงมาดริด", "มาดริด") == pytest.approx(2 / 3)  # กรุง + มาดริด against มาดริด
    assert f1("", "มาดริด") == 0.0


def test_auroc_is_the_chance_to_rank_the_right_one_higher():
    assert auroc([0.9, 0.6], [0.1, 0.2]) == 100.0
    assert auroc([0.9, 0.1], [0.5]) == 50.0
    assert auroc([0.5], [0.5]) == 50.0


def test_what_a_writer_adds_is_measured(file):
    class Repeats:
        """Says the first quote again, which holds the answer, and something that no quote bears out."""

        name, host = "toy", ""

        def write(self, answer):
            yield Sentence(answer.citations[0].quote, (1,))
            yield Sentence("ราคาทองคำขึ้นเป็น 99 บาท", (1,))

    figures = evaluate(file, ToyEncoder(), writer=Repeats())["writing"]
    assert figures["answers"] == 2
    assert (figures["sentences"], figures["sentences_kept"]) == (4, 50.0)
    assert (figures["answers_written"], figures["answer_inside"], figures["failed"]) == (100.0, 100.0, 0.0)
    assert 0 <= figures["p50"] <= figures["p99"]
    assert "writing" not in evaluate(file, ToyEncoder())
