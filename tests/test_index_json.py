"""JSON as programs write it: lines, arrays, lists in an answer, over one line or many; and what is no article."""

import gzip
import json
import lzma

import pytest

from khamtop.index.sources import jsonlines
from khamtop.index.sources.files import files, read, read_articles
from khamtop.index.sources.jsonvalues import Values
from khamtop.index.types import Article, Rejected
from tests.toys import write_files

NEWS = [{"id": "1", "title": "ฝน", "text": "ฝนตก"}, {"id": "2", "title": "แดด", "text": "แดดออก"}]
OPENERS = {"": lambda raw: raw, ".gz": gzip.compress, ".xz": lzma.compress}


def found_in(folder, name, content):
    """The articles of a file, by id, and what it has that is none."""
    raw = content if isinstance(content, (str, bytes)) else json.dumps(content, ensure_ascii=False)
    found = list(read_articles([write_files(folder / "ข่าว", {name: raw})]))
    return (
        {item.id: item.text for item in found if isinstance(item, Article)},
        [(item.path.rpartition("/")[2], item.reason, item.line) for item in found if isinstance(item, Rejected)],
    )


DOCUMENTS = {
    "array": NEWS,
    "list": {"status": "ok", "articles": NEWS, "tags": [{"name": "อากาศ"}]},
    "nested": {"response": {"numFound": 2, "docs": NEWS}},
    "elasticsearch": {"hits": {"total": 2, "hits": [{"_index": "n", "_source": item} for item in NEWS]}},
    "linked data": {
        "@graph": [{"id": item["id"], "headline": item["title"], "articleBody": item["text"]} for item in NEWS]
    },
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", [f"a{kind}{packed}" for kind in (".json", ".jsonl", ".ndjson") for packed in OPENERS])
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_article_of_a_document_is_read(document, name, indent, tmp_path):
    raw = json.dumps(document, ensure_ascii=False, indent=indent).encode()
    packed = OPENERS[name[-3:] if name.endswith((".gz", ".xz")) else ""](raw)
    assert found_in(tmp_path, name, packed) == ({"1": "ฝนตก", "2": "แดดออก"}, [])


def test_articles_of_an_array_without_ids_go_by_their_numbers(tmp_path):
    found = list(read_articles([write_files(tmp_path / "ข่าว", {"a.json": '[{"text": "ฝนตก"}, {"text": "แดดออก"}]'})]))
    assert [item.id for item in found] == ["ข่าว/a.json:1", "ข่าว/a.json:2"]
    assert [item.source for item in found] == [f"{tmp_path}/ข่าว/a.json:1", f"{tmp_path}/ข่าว/a.json:2"]


def test_one_object_over_many_lines_is_one_article(tmp_path):
    assert found_in(tmp_path, "a.json", json.dumps(NEWS[0], indent=2)) == ({"1": "ฝนตก"}, [])


def test_objects_over_many_lines_one_after_the_other_are_all_read(tmp_path):
    raw = "\n".join(json.dumps(item, indent=2) for item in NEWS)
    assert found_in(tmp_path, "a.jsonl", raw) == ({"1": "ฝนตก", "2": "แดดออก"}, [])


def test_a_line_may_hold_a_list_of_articles(tmp_path):
    raw = "\n".join([json.dumps(NEWS[0]), json.dumps({"articles": [{"text": "ลมแรง"}, NEWS[1], {"title": "ว่าง"}]})])
    found, rejected = found_in(tmp_path, "a.jsonl", raw)
    assert found == {"1": "ฝนตก", "ข่าว/a.jsonl:2.1": "ลมแรง", "2": "แดดออก"}
    assert rejected == [("a.jsonl:2.3", "json.no_text", None)]


def test_what_is_no_article_in_an_array_is_told_by_its_number(tmp_path):
    found, rejected = found_in(tmp_path, "a.json", [NEWS[0], {"title": "ว่าง"}, 7, NEWS[1], {"text": "..."}])
    assert list(found) == ["1", "2"]
    assert rejected == [
        ("a.json:2", "json.no_text", None),
        ("a.json:3", "json.no_text", None),
        ("a.json:5", "article.no_text", None),
    ]


SQUAD = {"version": "2", "data": [{"title": "ก", "paragraphs": [{"context": "ฝนตก", "qas": []}]}]}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("document", "reasons"),
    [
        (SQUAD, {"json.squad"}),
        (SQUAD["data"], {"json.squad"}),
        ({"name": "khamtop", "scripts": {"text": "echo"}}, {"json.no_text", "line.no_text"}),
        ({"messages": {"page": {"content": "หน้าแรก"}}}, {"json.no_text", "line.no_text"}),
        ([], {"file.empty", "line.no_text"}),
        ([1, 2], {"json.no_text"}),
    ],
)
def test_json_that_is_no_article_has_its_reason(document, reasons, indent, tmp_path):
    found, rejected = found_in(tmp_path, "a.json", json.dumps(document, indent=indent))
    assert not found
    assert rejected
    assert {reason for _, reason, _ in rejected} <= reasons


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ('[\n{"id": "1", "text": "ฝนตก"},\n{"id": "2", "text": "แด', 3),
        ('[\n{"id": "1", "text": "ฝนตก"},\n{"id": 2, text: 3}\n]', 3),
        ('[\n{"id": "1", "text": "ฝนตก"}\n', 3),
        ('[\n{"id": "1", "text": "ฝนตก"}\n]\n]', 4),
        ('[{"id": "1", "text": "ฝนตก"},' + "[" * 100_000, 1),
    ],
)
def test_where_a_document_breaks_off_what_stands_before_is_kept(raw, line, tmp_path):
    assert found_in(tmp_path, "a.json", raw) == ({"1": "ฝนตก"}, [("a.json", "json.broken", line)])


@pytest.mark.parametrize("first", ['{"id": "0", "text": "ฝน', '{"id": "0",', "{", "nothing"])
def test_a_first_line_that_is_broken_does_not_make_a_document_of_lines(first, tmp_path):
    raw = "\n".join([first, *(json.dumps(item) for item in NEWS)])
    found, rejected = found_in(tmp_path, "a.jsonl", raw)
    assert list(found) == ["1", "2"]
    assert rejected == [("a.jsonl", "line.broken", 1)]


@pytest.mark.parametrize("size", [1, 3, 50])
def test_values_are_whole_wherever_the_parts_of_a_file_end(size):
    raw = json.dumps(
        [*NEWS, {"text": "ฝน" * 40, "n": [1, 22, 3.5, True, None, "\\u0e01"]}], ensure_ascii=False, indent=1
    )
    blocks = [raw.encode()[at : at + size] for at in range(0, len(raw.encode()), size)]
    assert list(Values(iter(blocks), "utf-8")) == json.loads(raw)


def test_a_list_within_an_object_too_large_to_be_an_article_is_read_item_by_item():
    document = {"status": "ok", "info": {"more": [{"n": 1}], "x": 1}, "articles": NEWS * 20, "last": "x"}
    raw = json.dumps(document, ensure_ascii=False).encode()
    blocks = iter([raw[at : at + 50] for at in range(0, len(raw), 50)])
    assert list(Values(blocks, "utf-8", largest=400)) == [{"n": 1}, *NEWS * 20]


def test_an_item_too_large_is_told_and_ends_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonlines, "LARGEST_BYTES", 100)
    monkeypatch.setattr(jsonlines, "_BLOCK_BYTES", 50)
    monkeypatch.setattr(jsonlines, "_HEAD_BYTES", 50)
    raw = json.dumps([NEWS[0], {"text": "ฝน" * 300}, NEWS[1]], ensure_ascii=False, indent=0)
    found, rejected = found_in(tmp_path, "a.json", raw)
    assert list(found) == ["1"]
    assert [reason for _, reason, _ in rejected] == ["line.too_large"]


def test_articles_of_a_document_that_are_known_are_passed_over(tmp_path):
    (file,) = files([write_files(tmp_path, {"a.json": json.dumps(NEWS)})])
    first = dict(read(file))
    assert len(first) == 2
    (file,) = files([write_files(tmp_path, {"a.json": json.dumps([{"id": "0", "text": "ลมแรง"}, *NEWS])})])
    again = dict(read(file, first))
    assert [item and item.id for item in again.values()] in (["0", None, None], ["0", "1", "2"])


# Ids that begin anew in each file


def test_articles_of_two_files_that_have_one_id_are_both_kept(tmp_path):
    raw = json.dumps(NEWS[0])
    other = json.dumps({"id": "1", "title": "ลม", "text": "ลมแรง"})
    found = list(read_articles([write_files(tmp_path / "ข่าว", {"a.jsonl": raw, "b.jsonl": f"{other}\n{other}"})]))
    assert [item.id for item in found if isinstance(item, Article)] == ["1", "ข่าว/b.jsonl#1"]
    assert [item.reason for item in found if isinstance(item, Rejected)] == ["article.duplicate_id"]
