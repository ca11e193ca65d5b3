"""What somebody calls a file leads nowhere, and replaces nothing."""

from itertools import islice

import pytest

from khamtop.index.text import thai
from khamtop.ui.names import LONGEST_BYTES, clean, numbered, shortened


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ข่าว.txt", "ข่าว.txt"),
        ("ข่าว วันที่ 3.TXT", "ข่าว วันที่ 3.txt"),
        ("../../etc/cron.d/ข่าว.txt", "ข่าว.txt"),
        ("..\\..\\windows\\ข่าว.txt", "ข่าว.txt"),
        ("/etc/passwd.txt", "passwd.txt"),
        ("...hidden.txt", "hidden.txt"),
        ("a\x00b\nc\x7f.txt", "abc.txt"),
        ("gpj\u202etxt.txt", "gpjtxt.txt"),
        ("a\u2066b\u200fc.txt", "abc.txt"),
        ('a<b>c:d"e|f?g*.txt', "abcdefg.txt"),
        ("half \ud83d letter.txt", "half  letter.txt"),
        (" . .txt", "article.txt"),
        (".txt", "article.txt"),
        ("../.txt", "article.txt"),
        ("README.txt", "article README.txt"),
        ("con.txt", "article con.txt"),
        ("LPT1.old.txt", "article LPT1.old.txt"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
    ],
)
def test_a_name_keeps_its_words_and_loses_what_could_harm(name, kept):
    assert clean(name, ".txt") == kept


@pytest.mark.parametrize("letters", ["น้ำท่วม", "เกี๊ยว", "abc", "😀"])
def test_a_long_name_is_cut_between_clusters_of_letters(letters):
    kept = clean(letters * 100 + ".jsonl.xz", ".jsonl.xz")
    stem = kept.removesuffix(".jsonl.xz")
    assert LONGEST_BYTES - 24 <= len(kept.encode()) <= LONGEST_BYTES
    assert thai.is_boundary(letters * 100, len(stem))
    assert (letters * 100).startswith(stem)


def test_names_to_try_are_numbered_before_the_ending(tmp_path):
    tried = [path.name for path in islice(numbered(tmp_path, "ข่าว.jsonl.gz", ".jsonl.gz"), 3)]
    assert tried == ["ข่าว.jsonl.gz", "ข่าว (2).jsonl.gz", "ข่าว (3).jsonl.gz"]


def test_a_shortened_name_is_the_beginning_of_it_whatever_its_bytes():
    assert shortened("ข่าว.txt") == "ข่าว.txt"
    assert ("\udcff" + "a" * 300).startswith(shortened("\udcff" + "a" * 300))
    assert len(shortened("a" * 300)) == LONGEST_BYTES
