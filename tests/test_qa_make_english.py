"""The English table, made from a WordNet of a few lines: which Thai words stand there, and in which order."""

import sys

import pytest

from khamtop.qa import concepts
from khamtop.qa.making import make_english
from khamtop.qa.making.make_english import SENSES, TRANSLATIONS

LICENCE = "  1 This software and database is being provided to you, the LICENSEE, by Princeton University\n  2 \n"


def entry(lemma, part, *offsets):
    """A line as WordNet writes it: the word, its part of speech, its pointers, and its senses, the commonest first."""
    return f"{lemma} {part} {len(offsets)} 2 @ ~ {len(offsets)} 1 {' '.join(offsets)}  \n"


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Makes the table from the given lines and Thai synsets, and reads it as questions do."""

    def make(thai_synsets, unused=(), transliterations=(), irregular="", **indexes):
        for part in ("noun", "verb", "adj", "adv"):
            (tmp_path / f"index.{part}").write_text(LICENCE + indexes.get(part, ""), "ascii")
            (tmp_path / f"{part}.exc").write_text(irregular if part == "verb" else "", "ascii")
        used = {word for words in thai_synsets.values() for word in words} | {word for _, word, _ in transliterations}
        monkeypatch.setattr(make_english, "_thai_synsets", lambda: thai_synsets)
        monkeypatch.setattr(make_english, "_transliterations", lambda: iter(transliterations))
        monkeypatch.setattr(make_english, "_used_words", lambda: used - set(unused))
        out = tmp_path / "english.tsv"
        monkeypatch.setattr(sys, "argv", ["make_english", "--wordnet", str(tmp_path), "--out", str(out)])
        make_english.main()
        monkeypatch.setattr(concepts, "_ENGLISH", out)
        return concepts._english.__wrapped__()

    return make


def test_the_commonest_sense_stands_first(table):
    # By the alphabet it would be the other way round
    found = table({"00000001-n": ["แม่น้ำ"], "00000002-n": ["กระแส"]}, noun=entry("river", "n", "00000001", "00000002"))
    assert found == {"river": ("แม่น้ำ", "กระแส")}


def test_the_same_offset_of_another_part_of_speech_is_another_sense(table):
    synsets = {"00000001-n": ["รถไฟ"], "00000001-v": ["ฝึก"]}
    assert table(synsets, noun=entry("train", "n", "00000001")) == {"train": ("รถไฟ",)}
    assert table(synsets, verb=entry("train", "v", "00000001")) == {"train": ("ฝึก",)}


def test_a_word_that_several_senses_share_is_surer_than_the_commonest_sense_alone(table):
    found = table(
        {"00000001-n": ["ตลาด"], "00000002-n": ["แลก"], "00000003-v": ["แลก"]},
        noun=entry("market", "n", "00000001", "00000002"),  # ตลาด 1, แลก 1/2
        verb=entry("market", "v", "00000003"),  # แลก 1 more
    )
    assert found == {"market": ("แลก", "ตลาด")}


def test_a_sense_with_one_word_is_surer_of_it_than_one_with_many(table):
    found = table(
        {"00000001-n": ["กก", "ขข", "คค", "งง", "จจ"], "00000002-n": ["ฮฮ"]},  # 1/√5 each, and 1/2
        noun=entry("sedge", "n", "00000001", "00000002"),
    )
    assert found["sedge"] == ("ฮฮ", "กก", "ขข", "คค", "งง")


def test_irregular_forms_have_the_words_of_their_lemma(table):
    found = table(
        {"00000001-v": ["ชนะ"]}, verb=entry("win", "v", "00000001"), irregular="won win\nwent go\n"
    )  # "go" is not in this WordNet
    assert found == {"win": ("ชนะ",), "won": ("ชนะ",)}


def test_a_term_of_several_words_is_written_with_spaces(table):
    found = table({"00000001-n": ["นายกรัฐมนตรี"]}, noun=entry("Prime_Minister", "n", "00000001"))
    assert found == {"prime minister": ("นายกรัฐมนตรี",)}


def test_a_transliteration_comes_before_every_sense(table):
    found = table(
        {"00000001-n": ["กลาง"]},
        noun=entry("madrid", "n", "00000001"),
        transliterations=[("madrid", "มาดริด", make_english.TRANSLITERATION_WEIGHT)],
    )
    assert found == {"madrid": ("มาดริด", "กลาง")}


def test_a_word_has_so_many_translations_at_most_and_keeps_the_best(table):
    offsets = [f"0000000{number}" for number in range(1, TRANSLATIONS + 2)]
    words = ["ฮา", "สา", "รา", "มา", "นา", "กา"]  # from the best on, against the alphabet
    found = table(
        {f"{offset}-a": [word] for offset, word in zip(offsets, words, strict=True)}, adj=entry("big", "a", *offsets)
    )
    assert found == {"big": tuple(words[:TRANSLATIONS])}


def test_rare_senses_are_left_out(table):
    offsets = [f"0000000{number}" for number in range(1, SENSES + 2)]
    line = entry("set", "n", *offsets)
    assert table({f"{offsets[SENSES - 1]}-n": ["ชุด"]}, noun=line) == {"set": ("ชุด",)}
    assert table({f"{offsets[SENSES]}-n": ["ชุด"]}, noun=line) == {}


def test_long_terms_letters_and_numbers_are_left_out(table):
    lines = [entry(lemma, "n", "00000001") for lemma in ("a_b_c", "a_b_c_d", "b", "1st", "bb")]
    assert set(table({"00000001-n": ["สิ่ง"]}, noun="".join(lines))) == {"a b c", "bb"}


def test_thai_words_that_nobody_writes_are_left_out_and_so_is_what_has_no_other(table):
    found = table(
        {"00000001-n": ["ปลา", "มัจฉาชาติ"], "00000002-n": ["มัจฉาชาติ"]},
        unused=["มัจฉาชาติ"],
        noun=entry("fish", "n", "00000001") + entry("ichthys", "n", "00000002"),
    )
    assert found == {"fish": ("ปลา",)}


def test_the_table_says_where_it_is_from_and_lists_the_words_in_order(table, tmp_path):
    table({"00000001-n": ["ปลา"]}, noun=entry("fish", "n", "00000001") + entry("cod", "n", "00000001"))
    licence, *lines = (tmp_path / "english.tsv").read_text("utf-8").splitlines()
    assert "WordNet" in licence
    assert "Princeton" in licence
    assert lines == ["cod\tปลา", "fish\tปลา"]
