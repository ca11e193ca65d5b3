"""Questions as nobody asks them, with conversations before them; and what must hold of each answer.

`tests/test_qa_hostile.py` tries a few, `tests/benchmarks/hostile.py` thousands. All chance comes from the `Random`
that is given, so that a number leads back to its question.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from khamtop.index.storage.store import Index
from khamtop.index.types import KhamtopError, Span
from khamtop.qa.answer import ask
from khamtop.qa.reader import Reader
from khamtop.qa.searching import ORDERS, Findings, look_up, look_up_articles
from khamtop.qa.types import Answer
from khamtop.ui import render
from khamtop.ui.texts import has
from tests.hostile_files import PIECES
from tests.test_index_mending import is_whole

#: What questions are made of: words of each kind and wish, times, operators of the search, and what answers are about.
WORDS = (
    "ใคร", "เป็น", "นายกรัฐมนตรี", "ญี่ปุ่น", "เมื่อไร", "ที่ไหน", "กี่", "เท่าไร", "ทำไม", "อย่างไร", "หรือ", "กับ", "ต่างกัน", "ล่ะ",
    "แล้ว", "เขา", "สรุป", "ข่าว", "ล่าสุด", "ทั้งหมด", "เกี่ยวกับ", "ปีนี้", "เมื่อวาน", "พ.ศ. 2565", "เดือนที่แล้ว", "31 กุมภาพันธ์",
    "มาตรา 12", "นาโต", "NATO", "เกาหลีใต้", "who", "when", "how many", "why", "what about", "compare", "summarise",
    "latest", "สวัสดี", "ขอบคุณ", "-", "-นาโต", '"', "“", "”", "*", "?", "(", ")", "AND", "OR", "NOT", "^2", "~", ":",
    "title:", "[a TO b]", "\\", "/", "'", "%s", "{}", "{question}", "<script>", "2565", "๒๕๖๕", "10", "999999999999",
    "78,911", " ", "\n",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HostileQuestion:
    """What is asked, and what was asked before."""

    question: str
    history: tuple[str, ...]


def hostile_question(random: Random) -> HostileQuestion:
    """A question of any length, with an earlier one or many."""
    earlier = random.choice([0, 0, 0, 1, 3, 30])
    return HostileQuestion(_words(random), tuple(_words(random) for _ in range(earlier)))


def _words(random: Random) -> str:
    words = random.choices(WORDS, k=random.choice([0, 1, 2, 4, 8, 40]))
    odd = random.choices(PIECES, k=random.choice([0, 0, 1, 3, 20]))
    mixed = [*words, *odd]
    random.shuffle(mixed)
    said = random.choice(["", " ", ""]).join(mixed)
    return said if random.random() < 0.1 else said[:2000]


def problems_of(index: Index, random: Random, reader: Reader | None = None) -> Iterator[str]:
    """What is wrong with an answer, or with what a search finds; whatever else is raised is a fault, too."""
    asked = hostile_question(random)
    try:
        if random.random() < 0.7:
            yield from _problems_of_answer(index, ask(asked.question, index, asked.history, reader=reader))
        else:
            yield from _problems_of_search(index, _searched(asked, index, random, reader))
    except KhamtopError as error:
        if not has(error.code) or error.code == "internal":
            yield f"told as {error.code}"


def _problems_of_answer(index: Index, answer: Answer) -> Iterator[str]:
    for cited in (*answer.citations, *answer.nearest):
        yield from _problems_of_span(index, cited.article.id, (cited.start, cited.end))
    if answer.short is not None:
        first, (start, end) = answer.citations[0], answer.short
        if not first.start <= start < end <= first.end:
            yield "a short answer is not in its quote"
    render.to_text(answer)
    json.dumps([render.to_json(answer), render.to_page(answer)], ensure_ascii=False).encode()


def _problems_of_search(index: Index, found: Findings) -> Iterator[str]:
    for hit in found.hits:
        yield from _problems_of_span(index, hit.article.id, (hit.passage.start, hit.passage.end))
    told = render.findings_to_json("", found), render.findings_to_page(found)
    json.dumps(told, ensure_ascii=False).encode()


def _problems_of_span(index: Index, identity: str, span: Span) -> Iterator[str]:
    text = index.article(identity).text
    if not 0 <= span[0] < span[1] <= len(text):
        yield "a span lies outside its article"
    elif not all(is_whole(text, at) for at in span):
        yield "a span cuts a cluster of letters"


def _searched(asked: HostileQuestion, index: Index, random: Random, reader: Reader | None) -> Findings:
    order = random.choice(ORDERS)
    if random.random() < 0.5:
        return look_up(asked.question, index, asked.history, reader=reader, order=order)
    return look_up_articles(asked.question, index, reader=reader, order=order)
