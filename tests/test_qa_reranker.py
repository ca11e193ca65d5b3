"""Reranking: by hand with a toy, and with tiny models of sentence-transformers, against what transformers gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from khamtop.index.building.build import build
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.storage.store import Index
from khamtop.index.types import Article, KhamtopError, Passage
from khamtop.qa import reranker as module
from khamtop.qa.answer import ask
from khamtop.qa.evaluate import evaluate
from khamtop.qa.question import read
from khamtop.qa.rank import find
from khamtop.qa.reader import Titled, load_reader
from khamtop.qa.reranker import RERANKED, WORTH, load_reranker, reranked
from khamtop.qa.searching import look_up_articles, search
from khamtop.qa.types import Hit
from khamtop.ui import cli, doctor
from khamtop.ui.service import Service
from tests.toys import NEWS, ToyEncoder, ToyReader, write_files

QUESTION = "นาโต ทุเรียน น้ำท่วม รถไฟฟ้า"  # something of each article of `small_index`


class ToyReranker:
    """Scores a passage as its article's title is given for; remembers what it was asked."""

    name = "toy"

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = {ToyReader.TITLES.get(name, name): score for name, score in scores.items()}
        self.asked: list[tuple[str, list[Titled]]] = []

    def scores(self, question: str, passages: Sequence[Titled]) -> list[float]:
        self.asked.append((question, list(passages)))
        return [self._scores.get(title, 0.0) for title, _ in passages]


def hits(count: int) -> list[Hit]:
    articles = [Article(str(at), f"เรื่อง {at}", f"ข้อความ {at}", f"{at}.txt") for at in range(count)]
    return [Hit(one, Passage(one.id, 0, len(one.text)), 5.0 - at / 100, 1, 2) for at, one in enumerate(articles)]


def test_the_first_hits_take_its_order_and_the_others_stay_behind_in_theirs() -> None:
    toy = ToyReranker({"เรื่อง 3": 0.9, "เรื่อง 7": 1.0, "เรื่อง 25": 1.0})
    found = reranked(read("ข้าวราคาเท่าไร"), hits(RERANKED + 3), toy)
    ids = [int(hit.article.id) for hit in found]
    assert ids[:4] == [7, 3, 0, 1]  # of equal ones the better found first
    assert ids[-3:] == [RERANKED, RERANKED + 1, RERANKED + 2]
    assert sorted(ids) == list(range(RERANKED + 3))
    assert [hit.score for hit in found[:3]] == [WORTH, 0.9 * WORTH, 0.0]
    assert [hit.score for hit in found[-3:]] == [0.0, -0.01, -0.02]
    assert {(hit.dense_rank, hit.lexical_rank) for hit in found} == {(1, 2)}
    (asked,) = toy.asked
    assert asked == ("ข้าวราคาเท่าไร", [(f"เรื่อง {at}", f"ข้อความ {at}") for at in range(RERANKED)])


def test_without_one_and_without_hits_nothing_changes() -> None:
    assert reranked(read("ข้าว"), hits(3), None) == hits(3)
    toy = ToyReranker({})
    assert reranked(read("ข้าว"), [], toy) == []
    assert toy.asked == []


@pytest.mark.parametrize("favourite", ["flood", "summit", "train", "durian"])
def test_what_it_prefers_is_read_cited_and_found_first(small_index: Index, favourite: str) -> None:
    toy, reader = ToyReranker({favourite: 1.0}), ToyReader({})
    found = find(read(QUESTION), small_index, 4, reader, reranker=toy)
    assert found[0].hit.article.id == favourite
    assert reader.asked[0][1][0][0] == ToyReader.TITLES[favourite]
    assert ask(QUESTION, small_index, reader=reader, reranker=toy).citations[0].article.id == favourite
    assert search(QUESTION, small_index, reader=reader, reranker=toy)[0].article.id == favourite
    by_article = look_up_articles(QUESTION, small_index, reader=reader, reranker=toy).by_article()
    assert by_article[0][0].article.id == favourite


def test_the_reader_may_still_be_surer_of_another(small_index: Index) -> None:
    found = find(read(QUESTION), small_index, 4, ToyReader({"train": 5.0}), reranker=ToyReranker({"durian": 1.0}))
    assert [item.hit.article.id for item in found][:2] == ["train", "durian"]


def test_more_is_retrieved_for_it_than_is_read(tmp_path: Path) -> None:
    """So that it can bring up what search put far down."""
    files = {f"{at:02}.txt": f"ข่าวที่ {at}\nน้ำท่วมตลาดแห่งที่ {at} ในวันนี้" for at in range(RERANKED)}
    build([write_files(tmp_path / "news", files)], tmp_path / "index", ToyEncoder())
    index = Index.open(tmp_path / "index", ToyEncoder())
    plain = find(read("น้ำท่วมตลาด"), index, RERANKED, ToyReader({}))
    last = plain[-1].hit.article
    found = find(read("น้ำท่วมตลาด"), index, 5, ToyReader({}), reranker=ToyReranker({last.title: 1.0}))
    assert found[0].hit.article.id == last.id


def test_of_the_latest_news_it_tells_what_is_about_the_same(small_index: Index) -> None:
    toy = ToyReranker({"flood": 1.0})
    query = read("น้ำท่วมล่าสุดเมื่อไร")
    assert query.newest
    assert find(query, small_index, 4, ToyReader({}), reranker=toy)[0].hit.article.id == "flood"
    assert len(toy.asked) == 1


# Models of sentence-transformers

PASSAGES = [("ตลาด", "ราคาข้าวสูงขึ้น"), ("", "ฝนตกหนักทั้งคืน " * 60), ("รถไฟ", "ขบวนใหม่")]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes tiny models of single letters, that have learned nothing, from a fixed seed."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    letters = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *map(chr, range(0x0E01, 0x0E5B))]

    def made(labels: int = 1, kind: type[Any] = BertForSequenceClassification) -> Path:
        folder = tmp_path_factory.mktemp("judge") / "model"
        tokenizer = Tokenizer(models.WordLevel({letter: at for at, letter in enumerate(letters)}, "[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
            model_max_length=96,
        ).save_pretrained(folder)  # fmt: skip
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
            max_position_embeddings=96, num_labels=labels, initializer_range=0.5,
        )  # fmt: skip
        kind(config).save_pretrained(folder)
        return folder

    return made


def outputs_of(folder: Path, question: str) -> np.ndarray:
    """What transformers gives for each passage by itself."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    rows = []
    for title, text in PASSAGES:
        pieces = tokenizer(question, f"{title}\n{text}".strip(), truncation=True, max_length=96, return_tensors="pt")
        with torch.no_grad():
            rows.append(model(**pieces).logits[0].numpy())
    return np.array(rows, np.float64)


def test_a_score_is_the_models_own_on_a_scale_from_0_to_1(make: Callable[..., Path]) -> None:
    folder = make()
    logits = outputs_of(folder, "ราคาข้าว")[:, 0]
    scores = load_reranker(str(folder)).scores("ราคาข้าว", PASSAGES)
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits)), atol=1e-5)
    assert len(set(scores)) == 3
    assert scores == load_reranker(str(folder)).scores("ราคาข้าว", PASSAGES)


def test_of_two_outputs_the_second_says_that_it_fits(make: Callable[..., Path]) -> None:
    folder = make(labels=2)
    logits = outputs_of(folder, "ราคาข้าว")
    chances = np.exp(logits)[:, 1] / np.exp(logits).sum(axis=1)
    np.testing.assert_allclose(load_reranker(str(folder)).scores("ราคาข้าว", PASSAGES), chances, atol=1e-5)


def test_whatever_scale_a_model_brings_along_the_scores_are_the_same(make: Callable[..., Path], tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder
    from torch.nn import Tanh

    folder = make()
    CrossEncoder(str(folder), activation_fn=Tanh()).save(str(tmp_path / "scaled"))
    assert "Tanh" in "".join(file.read_text("utf-8") for file in (tmp_path / "scaled").glob("*.json"))
    scaled, plain = (load_reranker(str(path)) for path in (tmp_path / "scaled", folder))
    assert scaled.scores("ราคาข้าว", PASSAGES) == plain.scores("ราคาข้าว", PASSAGES)


def test_the_command_line_and_the_page_take_one(make: Callable[..., Path], tmp_path: Path) -> None:
    folder = str(make())
    build([write_files(tmp_path / "news", NEWS)], tmp_path / "i", load_encoder("static"), encoder_source="static")
    arguments = ["--index", str(tmp_path / "i"), "--reranker", folder, "--json"]
    service = Service(tmp_path / "i", [tmp_path / "news"], reranker=folder)
    service.start()
    for command in ("ask", "search"):
        result = CliRunner().invoke(cli.main, [command, "น้ำท่วม นาโต รถไฟ", *arguments])
        assert (result.exit_code, result.stderr) == (0, "")
        told = json.loads(result.stdout)["passages"]
        assert {Path(passage["source"]).name for passage in told} == set(NEWS)
        page = service.ask("น้ำท่วม นาโต รถไฟ") if command == "ask" else service.search("น้ำท่วม นาโต รถไฟ")
        scores = [passage["score"] for passage in told]
        assert [round(hit.score, 4) for hit in page.hits] == scores
        without = CliRunner().invoke(cli.main, [command, "น้ำท่วม นาโต รถไฟ", *arguments[:2], "--json"])
        assert [passage["score"] for passage in json.loads(without.stdout)["passages"]] != scores
    found = doctor.examine(doctor.Setting(tmp_path / "i", reranker=folder), ["models"])["models"]
    assert [(one.state, one.code) for one in found] == [
        ("fine", f"doctor.{kind}") for kind in ("encoder", "reader", "reranker")
    ]


def test_eval_measures_with_it(tmp_path: Path) -> None:
    """One that prefers what does not answer loses what search has found first."""
    texts = {"ข้าว": "ราคาข้าวสูงขึ้นถึง 20 บาทในเดือนนี้", "รถไฟ": "รถไฟขบวนใหม่ถึงราคาประมูลแล้ว"}
    answers = [{"text": "20 บาท", "answer_start": 18}]
    asked = [{"id": "1", "question": "ราคาข้าวสูงขึ้นถึงกี่บาท", "answers": answers}]
    paragraphs = [{"context": texts["ข้าว"], "qas": asked}, {"context": texts["รถไฟ"], "qas": []}]
    file = tmp_path / "set.json"
    file.write_text(json.dumps({"data": [{"title": "", "paragraphs": paragraphs}]}, ensure_ascii=False), "utf-8")

    class Contrary(ToyReranker):
        def scores(self, question: str, passages: Sequence[Titled]) -> list[float]:
            return [float(text == texts["รถไฟ"]) for _, text in passages]

    blind = ToyReader({})
    blind._logits = {}
    assert evaluate(file, ToyEncoder(), reader=blind)["retrieval"]["hybrid"]["R@1"] == 100.0
    assert evaluate(file, ToyEncoder(), reader=blind, reranker=Contrary({}))["retrieval"]["hybrid"]["R@1"] == 0.0


# What cannot be one


@pytest.mark.parametrize("kind", ["reader", "reranker"])
def test_the_page_does_not_start_with_a_model_that_cannot_be_opened_and_builds_nothing(
    tmp_path: Path, kind: str
) -> None:
    service = Service(tmp_path / "i", [write_files(tmp_path / "news", NEWS)], **{kind: str(tmp_path / "none")})
    with pytest.raises(KhamtopError) as caught:
        service.start()
    assert caught.value.code == f"{kind}.unreadable"
    assert service.last_build is None
    assert not (tmp_path / "i").exists()


def test_one_whose_weights_are_no_numbers_is_refused(make: Callable[..., Path]) -> None:
    from safetensors.numpy import load_file, save_file

    weights = make() / "model.safetensors"
    save_file({name: np.full_like(row, np.nan) for name, row in load_file(weights).items()}, weights, {"format": "pt"})
    with pytest.raises(KhamtopError) as caught:
        load_reranker(str(weights.parent))
    assert caught.value.code == "reranker.unreadable"


@pytest.mark.parametrize("broken", ["missing", "empty", "no weights", "id"])
def test_one_that_cannot_be_opened_is_told_by_its_name_in_one_sentence(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, broken: str
) -> None:
    """An id is one that is not on this machine, which is not on the network."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    name = "no-such-owner/no-such-model" if broken == "id" else str(tmp_path / broken)
    if broken in ("empty", "no weights"):
        Path(name).mkdir()
    if broken == "no weights":
        write_files(Path(name), {"config.json": (make() / "config.json").read_bytes()})
    build([write_files(tmp_path / "news", NEWS)], tmp_path / "i", load_encoder("static"), encoder_source="static")
    capfd.readouterr()
    arguments = ["--index", str(tmp_path / "i"), "--reranker", name, "--lang", "en"]
    result = CliRunner().invoke(cli.main, ["ask", "น้ำท่วม", *arguments])
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.startswith(f"The reranker {name} could not be opened") for line in result.stderr.splitlines()] == [
        True
    ]
    assert capfd.readouterr().err == ""  # the libraries keep quiet


def test_one_that_judges_something_else_is_refused(make: Callable[..., Path]) -> None:
    """A model without a head, of which the libraries would make a judge by chance, and one of three classes."""
    from transformers import BertModel

    for folder in (make(kind=BertModel), make(labels=3)):
        with pytest.raises(KhamtopError) as caught:
            load_reranker(str(folder))
        assert (caught.value.code, caught.value.facts) == ("reranker.kind", {"name": str(folder)})


def test_a_reader_that_does_not_extract_answers_is_refused_alike(make: Callable[..., Path]) -> None:
    with pytest.raises(KhamtopError) as caught:
        load_reader(str(make()))
    assert caught.value.code == "reader.kind"


def test_one_that_sentence_transformers_calls_a_cross_encoder_is_taken_as_that(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    """Those of other architectures say so in a file of their own."""
    from transformers import BertModel

    config = type("Config", (), {"architectures": ["Qwen3ForCausalLM"]})()
    assert not module._has_learned(str(make(kind=BertModel)), config)
    write_files(tmp_path, {"config_sentence_transformers.json": '{"model_type": "CrossEncoder"}'})
    assert module._has_learned(str(tmp_path), config)
    write_files(tmp_path, {"config_sentence_transformers.json": '{"model_type": "SentenceTransformer"}'})
    assert not module._has_learned(str(tmp_path), config)
