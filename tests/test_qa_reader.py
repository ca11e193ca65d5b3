"""Reading: where a passage answers, of the embedded reader and of one of another's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from khamtop.index.text import thai
from khamtop.index.types import KhamtopError
from khamtop.qa.reader import LIKELY_SPANS, Reader, likely_spans, load_reader, trimmed

MARKET = (
    "ตลาดน้ำบ้านสวน",
    "นายสมชาย ใจดี ผู้ว่าราชการจังหวัดระยอง เปิดตลาดน้ำบ้านสวนเมื่อวันที่ 3 ตุลาคม 2565 มีร้านค้า 30 ร้าน เพื่อกระตุ้นการท่องเที่ยว",
)
RICE = ("ราคาข้าว", "กระทรวงพาณิชย์เผยว่าราคาข้าวหอมมะลิสูงขึ้นร้อยละ 12 จากปีก่อน เนื่องจากภัยแล้งในเวียดนาม")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.mark.parametrize(
    ("question", "said", "kind"),
    [
        ("ใครเปิดตลาดน้ำบ้านสวน", "สมชาย ใจดี", "who"),
        ("ตลาดน้ำบ้านสวนเปิดเมื่อไร", "3 ตุลาคม 2565", "when"),
        ("ตลาดน้ำมีร้านค้ากี่ร้าน", "30 ร้าน", "how_many"),
        ("Who opened the floating market?", "สมชาย ใจดี", "who"),
    ],
)
def test_it_finds_what_answers_and_says_of_which_kind_it_is(
    reader: Reader, question: str, said: str, kind: str
) -> None:
    market, rice = reader.read(question, [MARKET, RICE])
    assert (market.passage, rice.passage) == (0, 1)
    assert said in MARKET[1][slice(*market.answer)]
    assert market.kind == kind
    assert market.chance > 0.5 > rice.chance


def test_what_a_passage_says_does_not_depend_on_what_is_read_beside_it(reader: Reader) -> None:
    both = reader.read("ราคาข้าวสูงขึ้นเท่าไร", [MARKET, RICE])
    (alone,) = reader.read("ราคาข้าวสูงขึ้นเท่าไร", [RICE])
    assert (both[1].answer, both[1].logit) == (alone.answer, alone.logit)
    assert both == reader.read("ราคาข้าวสูงขึ้นเท่าไร", [MARKET, RICE])


def test_of_a_passage_longer_than_is_read_at_once_the_end_is_read_too(reader: Reader) -> None:
    filler = "ฝนตกหนักทั้งคืนในหลายจังหวัด ชาวนายินดีกับน้ำที่มา " * 60
    (reading,) = reader.read("ใครเปิดตลาดน้ำบ้านสวน", [("ข่าว", filler + MARKET[1])])
    assert "สมชาย ใจดี" in (filler + MARKET[1])[slice(*reading.answer)]


def test_of_a_very_long_question_beginning_and_end_are_read(reader: Reader) -> None:
    question = f"ใครเปิดตลาดน้ำบ้านสวน {'อยากรู้มาก ' * 150} คนที่เปิดตลาดน้ำคือใคร"
    assert "สมชาย ใจดี" in MARKET[1][slice(*reader.read(question, [MARKET])[0].answer)]


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
def test_a_passage_without_a_letter_says_nothing_or_nothing_that_is_outside_it(reader: Reader, text: str) -> None:
    for reading in reader.read("ใคร", [("ข่าว", text)]):
        assert 0 <= reading.answer[0] <= reading.answer[1] <= len(text)


@pytest.mark.parametrize("question", ["¿Quién abrió el mercado?", "谁开了市场", "كم", "🙂", "ก" * 2000])
def test_questions_in_other_languages_are_read_and_answered_within_the_passage(reader: Reader, question: str) -> None:
    (reading,) = reader.read(question, [MARKET])
    assert 0 <= reading.answer[0] < reading.answer[1] <= len(MARKET[1])
    assert thai.is_boundary(MARKET[1], reading.answer[0])
    assert 0.0 <= reading.chance <= 1.0


def test_spelling_is_mended_before_it_is_read_and_spans_are_the_texts_own(reader: Reader) -> None:
    plain, astray = "เปิดที่น้ำตกแล้ว เมื่อปี 2565", "เปิดที่นํ้าตกแล้ว\u200b เมื่อปี ๒๕๖๕"
    one, other = (reader.read("เปิดปีไหน", [("", text)])[0] for text in (plain, astray))
    assert one.logit == other.logit
    assert "2565" in plain[slice(*one.answer)]
    assert "๒๕๖๕" in astray[slice(*other.answer)]


def test_the_likeliest_span_is_the_one_whose_ends_add_up_to_most_within_its_length() -> None:
    begins, ends = np.array([0.0, 3.0, 0.0, 0.0]), np.array([9.0, 0.0, 1.0, 2.0])
    assert likely_spans(begins, ends, 4)[0][0] == (0, 0)  # 9 lies before where 3 begins
    assert likely_spans(begins, np.array([0.0, 0.0, 1.0, 2.0]), 4)[0][0] == (1, 3)
    assert likely_spans(begins, np.array([0.0, 0.0, 1.0, 2.0]), 2)[0][0] == (1, 2)


def test_the_chances_of_the_likeliest_spans_add_up_to_one_and_go_by_their_ends() -> None:
    spans = likely_spans(np.array([0.0, 2.0]), np.array([0.0, 1.0]), 2)
    assert [span for span, _ in spans] == [(1, 1), (0, 1), (0, 0)]
    chances = [chance for _, chance in spans]
    assert sum(chances) == pytest.approx(1)
    assert chances[0] / chances[1] == pytest.approx(np.exp(2))
    assert len(likely_spans(np.zeros(50), np.zeros(50), 64)) == LIKELY_SPANS


def test_what_may_be_the_answer_lies_in_the_passage_and_holds_what_is_pointed_at(reader: Reader) -> None:
    text = "ตลาดน้ำบ้านสวนเปิดทุกวันเสาร์ และเปิดครั้งแรกเมื่อปี 2565"
    reading = reader.read("ตลาดน้ำเปิดเมื่อใด", [("", text)])[0]
    assert trimmed(text, *reading.likely[0][0]) == reading.answer
    assert all(0 <= start < end <= len(text) for (start, end), _ in reading.likely)


def test_a_span_is_trimmed_of_space_and_holds_whole_clusters() -> None:
    assert trimmed(" ปี 2565 ", 0, 9) == (1, 8)
    assert trimmed("น้ำ", 1, 2) == (0, 3)


def test_a_span_of_space_alone_is_the_phrase_after_it_or_else_the_one_before() -> None:
    assert trimmed("ปี  2565 นี้", 2, 4) == (4, 8)
    assert trimmed("ปี  2565 ", 8, 9) == (4, 8)
    assert trimmed("  ", 0, 2) == (0, 2)  # nothing is there to be said


# A reader of another's


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of transformers for extractive question answering, of single letters, that has learned nothing."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("foreign") / "model"
    letters = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *map(chr, range(0x0E01, 0x0E5B)), *map(chr, range(0x21, 0x7F))]
    tokenizer = Tokenizer(models.WordLevel({letter: at for at, letter in enumerate(letters)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=128,
    ).save_pretrained(folder)  # fmt: skip
    config = BertConfig(
        vocab_size=len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=128,
    )  # fmt: skip
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


def test_a_model_of_transformers_takes_the_readers_place(foreign: Path) -> None:
    reader = load_reader(str(foreign))
    long = ("ข่าว", RICE[1] * 6)  # more than it reads at once
    readings = reader.read("ราคาข้าวสูงขึ้นเท่าไร", [MARKET, long])
    assert [reading.passage for reading in readings] == [0, 1]
    for (_, text), reading in zip((MARKET, long), readings, strict=True):
        assert 0 <= reading.answer[0] < reading.answer[1] <= len(text)
        assert thai.is_boundary(text, reading.answer[0])
        assert 0.0 <= reading.chance <= 1.0
    assert readings == reader.read("ราคาข้าวสูงขึ้นเท่าไร", [MARKET, long])


def test_it_answers_with_quotes_as_any_reader_does(foreign: Path, small_index) -> None:
    from khamtop.qa.answer import ask

    found = ask("น้ำท่วมวันไหน", small_index, threshold=0.0, reader=load_reader(str(foreign)))
    assert found.kind == "when"  # as the question's words tell
    for citation in found.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("broken", ["missing", "empty", "no weights"])
def test_a_reader_that_cannot_be_opened_is_told_by_its_name(tmp_path: Path, foreign: Path, broken: str) -> None:
    folder = tmp_path / broken
    if broken != "missing":
        folder.mkdir()
    if broken == "no weights":
        (folder / "config.json").write_bytes((foreign / "config.json").read_bytes())
    with pytest.raises(KhamtopError) as caught:
        load_reader(str(folder))
    assert (caught.value.code, caught.value.facts) == ("reader.unreadable", {"name": str(folder)})
