"""Training on one's own articles: it learns, it repeats itself, and it harms no other folder."""

import random

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from khamtop.index.encoders.static_table import StaticEncoder
from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.making.train import MIN_ARTICLES, Corpus, Texts, found_first, join, read_model, train, write_model
from khamtop.index.types import Article, KhamtopError

#: Sixty words of four letters for each theme, which no other theme has.
SYLLABLES = [first + vowel + last for first in "กขคงจชซดตถทนบปผพฟมยรลวสหอ" for vowel in "าิีุู" for last in "กงดนบมยว"]
THEMES = [[f"{word}์" for word in SYLLABLES[at::10][:60]] for at in range(5)]
WORDS = [word for theme in THEMES for word in theme]
DIMENSIONS = 16
STEPS = 30


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A model that knows the words of the themes and nothing of what they mean."""
    folder = tmp_path_factory.mktemp("models") / "base"
    unigram = models.Unigram([("[UNK]", 0.0), *((word, -5.0) for word in WORDS)], unk_id=0)
    tokenizer = Tokenizer(unigram)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    table = np.random.default_rng(3).normal(size=(len(WORDS) + 1, DIMENSIONS)).astype(np.float32) / 8
    table[0] = 0.0
    write_model(folder, tokenizer, table)
    return folder


@pytest.fixture(scope="module")
def articles():
    """Each speaks of one theme, in phrases of three of its words."""
    draw = random.Random(7)
    return [
        Article(
            str(at), "".join(draw.sample(theme, 3)), " ".join("".join(draw.sample(theme, 3)) for _ in range(30)), "x"
        )
        for at, theme in enumerate(THEMES * 7)
    ]


@pytest.fixture(scope="module")
def trained(base, articles, tmp_path_factory):
    """The folder of the adapted model, the figures, and what was told of the progress."""
    folder, told = tmp_path_factory.mktemp("trained") / "model", []
    figures = train(articles, folder, base=base, steps=STEPS, progress=lambda *step: told.append(step))
    return folder, figures, told


def content(folder):
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def theme_likeness(folder):
    """How much more alike two words of one theme are than two of different themes, by the mean of cosines."""
    vectors = load_encoder(str(folder)).encode_passages(WORDS)
    theme = np.arange(len(WORDS)) // len(THEMES[0])
    cosines, same = vectors @ vectors.T, theme[:, None] == theme
    return float(cosines[same & ~np.eye(len(WORDS), dtype=bool)].mean() - cosines[~same].mean())


# What it learns


def test_words_that_keep_company_come_to_mean_the_same(base, trained):
    assert abs(theme_likeness(base)) < 0.02
    assert theme_likeness(trained[0]) > 0.2


def test_phrases_of_articles_kept_aside_find_their_stretch_more_often(trained):
    _, figures, _ = trained
    assert 0 <= figures["before"] <= 100
    assert figures["after"] > figures["before"]
    assert (figures["articles"], figures["steps"]) == (35, STEPS)


def test_articles_kept_aside_are_not_learned_from(base, articles, tmp_path, monkeypatch):
    from khamtop.index.making import train as training

    seen = []
    monkeypatch.setattr(training, "Corpus", lambda tokenizer, texts: seen.append(texts) or Corpus(tokenizer, texts))
    train(articles, tmp_path / "model", base=base, steps=1)
    learned, aside = seen
    assert len(aside) == 4  # of 35, a tenth would be fewer than it needs
    assert len(learned) + len(aside) == len(articles)
    assert not set(learned) & set(aside)


def test_the_progress_is_told_step_by_step(trained):
    assert trained[2] == [("train", step, STEPS) for step in range(1, STEPS + 1)]


# What it writes


def test_the_folder_opens_as_a_static_encoder_with_unit_vectors(trained):
    encoder = load_encoder(str(trained[0]))
    assert isinstance(encoder, StaticEncoder)
    assert encoder.dimensions == DIMENSIONS
    vectors = encoder.encode_passages(["".join(WORDS[:2]), " ".join(WORDS[-2:])])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_run_repeats_to_the_byte(base, articles, trained, tmp_path):
    again = train(articles, tmp_path / "again", base=base, steps=STEPS)
    assert content(tmp_path / "again") == content(trained[0])
    assert {**again, "seconds": 0} == {**trained[1], "seconds": 0}


def test_other_articles_make_another_model(base, articles, trained, tmp_path):
    train(articles[4:], tmp_path / "other", base=base, steps=STEPS)
    assert content(tmp_path / "other")["model.safetensors"] != content(trained[0])["model.safetensors"]
    assert load_encoder(str(tmp_path / "other")).name != load_encoder(str(trained[0])).name


def test_the_base_stays_as_it_was(base, articles, tmp_path):
    before = content(base)
    train(articles, tmp_path / "model", base=base, steps=1)
    assert content(base) == before
    assert {entry.name for entry in base.parent.iterdir()} == {"base"}


def test_nothing_is_left_beside_the_model(trained):
    assert [entry.name for entry in trained[0].parent.iterdir()] == ["model"]


def test_a_model_is_replaced_and_its_card_stays(base, articles, tmp_path):
    folder = tmp_path / "model"
    train(articles, folder, base=base, steps=1)
    (folder / "README.md").write_text("ของเรา")
    (tmp_path / ".model.new").mkdir()  # a run that was cut off
    (tmp_path / ".model.new" / "leaving.txt").write_text("x")
    before = content(folder)
    train(articles, folder, base=base, steps=3)
    after = content(folder)
    assert after["README.md"] == "ของเรา".encode()
    assert after.keys() == before.keys()
    assert after["model.safetensors"] != before["model.safetensors"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


def test_a_table_comes_back_as_it_was_written_to_within_a_byte(base, tmp_path):
    tokenizer, _ = read_model(base)
    table = np.random.default_rng(0).normal(size=(len(WORDS) + 1, 3)).astype(np.float32) * 100
    table[0] = 0.0
    write_model(tmp_path / "model", tokenizer, table)
    _, back = read_model(tmp_path / "model")
    step = np.abs(table).max(1, keepdims=True) / 127
    assert (np.abs(back - table) <= step * 0.501).all()


# What it refuses


def test_too_few_articles_are_told(base, articles, tmp_path):
    empty = [Article("e", "ว่าง", " ".join(WORDS[:3]), "x")] * 30  # three phrases teach nothing
    with pytest.raises(KhamtopError) as caught:
        train(articles[: MIN_ARTICLES - 1] + empty, tmp_path / "model", base=base, steps=1)
    assert caught.value.code == "train.too_few"
    assert caught.value.facts == {"found": MIN_ARTICLES - 1, "wanted": MIN_ARTICLES}
    assert not list(tmp_path.iterdir())


def test_as_many_articles_as_it_takes_are_enough(base, articles, tmp_path):
    assert train(articles[:MIN_ARTICLES], tmp_path / "model", base=base, steps=1)["articles"] == MIN_ARTICLES


@pytest.mark.parametrize("name", ["notes.txt", "model/notes.txt", "model/.git/HEAD"])
def test_what_is_no_model_is_not_written_over(base, articles, tmp_path, name):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("ของเรา")
    out = tmp_path / name.split("/")[0]
    with pytest.raises(KhamtopError) as caught:
        train(articles, out, base=base, steps=1)
    assert (caught.value.code, caught.value.facts) == ("train.taken", {"path": str(out)})
    assert [entry for entry in tmp_path.rglob("*") if entry.is_file()] == [file]
    assert file.read_text() == "ของเรา"


def test_an_empty_folder_may_be_written_to(base, articles, tmp_path):
    (tmp_path / "model").mkdir()
    train(articles, tmp_path / "model", base=base, steps=1)
    assert load_encoder(str(tmp_path / "model")).dimensions == DIMENSIONS


# By hand


def test_bags_are_taken_one_text_or_several_a_row_and_joined_row_by_row():
    texts = Texts.of([np.array([1, 2]), np.array([], int), np.array([3, 4, 5])])
    single = texts.take(np.array([2, 1, 0]))
    assert (single.ids.tolist(), single.rows.tolist()) == ([3, 4, 5, 1, 2], [0, 0, 0, 2, 2])
    several = texts.take(np.array([0, 1]), np.array([3, 2]))
    assert (several.ids.tolist(), several.rows.tolist()) == ([1, 2, 3, 4, 5], [0, 0, 0, 0, 0])
    both = join(single, several)
    assert (both.ids.tolist(), both.rows.tolist()) == ([3, 4, 5, 1, 2, 3, 4, 5, 1, 2], [0] * 8 + [2] * 2)


def test_found_first_is_the_per_cent_whose_own_stretch_is_nearest():
    table = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    texts = Texts.of([np.array([at]) for at in range(4)])
    stretches = texts.take(np.array([1, 2, 3, 0]))
    assert found_first(table, (texts.take(np.array([1, 2, 3, 0])), texts.take(np.array([1, 2, 3])))) == 75.0
    assert found_first(table, (stretches, stretches)) == 75.0  # the last has no direction
    assert found_first(table, (texts.take(np.array([2, 1, 3])), texts.take(np.array([1, 2, 3])))) == 33.3
