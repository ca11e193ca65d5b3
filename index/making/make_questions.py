"""Questions with their articles, as the embedded models learn from them.

Reads SQuAD 2 JSON: each question may have a language, a kind, and a history of earlier questions. An article's context
may be left out where an archive (JSON lines) has its text under the same id. Which articles are held back for choosing
follows from their id alone, so that it never changes.

    python -m khamtop.index.making.make_questions questions.json.xz written.jsonl --archive thaigov.jsonl.xz
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np

from khamtop.index.sources.squad import Paragraph, read_squad
from khamtop.index.text import thai
from khamtop.index.text.passages import cut
from khamtop.index.types import Article, Span

#: Articles in a hundred that are held back.
HELD_BACK = 8


@dataclass(frozen=True)
class Story:
    """An article to ask about; its phrases and passages are cut once."""

    id: str
    title: str
    text: str

    @cached_property
    def phrases(self) -> list[Span]:
        """What stands between spaces."""
        return list(thai.phrases(self.text))

    @cached_property
    def passages(self) -> list[Span]:
        """The passages as they are indexed."""
        return [(passage.start, passage.end) for passage in cut(Article(self.id, self.title, self.text, ""))]

    @property
    def is_held_back(self) -> bool:
        """Whether nothing is learned from it."""
        return zlib.crc32(self.id.encode()) % 100 < HELD_BACK

    def window(self, span: Span, chars: int, rng: random.Random) -> Span:
        """A stretch of whole phrases of about `chars` characters with `span` at a random place in it."""
        phrases = self.phrases
        first = next((at for at, phrase in enumerate(phrases) if phrase[1] > span[0]), len(phrases) - 1)
        last = max(first, next((at for at in reversed(range(len(phrases))) if phrases[at][0] < span[1]), first))
        while True:
            grown = [
                (begin, end)
                for begin, end in ((first - 1, last), (first, last + 1))
                if begin >= 0 and end < len(phrases) and phrases[end][1] - phrases[begin][0] <= chars
            ]
            if not grown:
                return phrases[first][0], phrases[last][1]
            first, last = rng.choice(grown)


@dataclass(frozen=True)
class Question:
    """A question about a story, and where the story answers it: None if it does not.

    `encyclopaedic` tells questions of Wikipedia from those of news.
    """

    text: str
    language: str
    kind: str
    story: Story
    answer: Span | None
    earlier: str = ""
    encyclopaedic: bool = False
    #: Passages of other stories that look like an answer, the likest first: filled in by `find_lookalikes`.
    lookalikes: list[tuple[Story, Span]] = field(default_factory=list)

    @property
    def asked(self) -> str:
        """What models read: after the question that it goes back to, if it goes on from one."""
        return f"{self.earlier} {self.text}" if self.earlier else self.text


def read_questions(files: Iterable[Path], archive: Path | None = None) -> list[Question]:
    """The questions of SQuAD files; a context that is not there is looked up in the archive."""
    paragraphs = [paragraph for file in files for paragraph in read_squad(file)]
    missing = {paragraph.about["id"] for paragraph in paragraphs if paragraph.context is None}
    texts = dict(_texts(archive, missing)) if archive and missing else {}
    questions: list[Question] = []
    for place, paragraph in zip(_places(paragraphs), paragraphs, strict=True):
        identity = paragraph.about.get("id", place)
        title, text = texts.get(identity, (paragraph.about.get("title", ""), paragraph.context))
        if text is not None:
            is_encyclopaedic = "id" not in paragraph.about
            story = Story(identity, "" if is_encyclopaedic else title, text)
            questions += (_question(entry, story, is_encyclopaedic) for entry in paragraph.questions)
    return questions


def _places(paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    """The number of each paragraph's article, and its own there: which are held back follows from this name."""
    article, inside = -1, 0
    for before, paragraph in pairwise([None, *paragraphs]):
        assert paragraph
        is_next = before is None or before.about is not paragraph.about
        article, inside = (article + 1, 0) if is_next else (article, inside + 1)
        yield f"{article}-{inside}"


def _question(entry: dict[str, Any], story: Story, encyclopaedic: bool) -> Question:
    answer = None
    if entry["answers"]:
        said, start = entry["answers"][0]["text"], entry["answers"][0]["answer_start"]
        start += len(said) - len(said.lstrip())
        answer = start, start + len(said.strip())
    earlier = (entry.get("history") or [""])[-1]
    return Question(
        entry["question"], entry.get("lang", "th"), entry.get("kind", ""), story, answer, earlier, encyclopaedic
    )


def _texts(archive: Path, wanted: set[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    with _open(archive) as lines:
        for line in lines:
            article = json.loads(line)
            if str(article["id"]) in wanted:
                yield str(article["id"]), (article["title"], article["text"])


def _open(file: Path) -> IO[str]:
    return lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else open(file, encoding="utf-8")


def find_lookalikes(
    questions: Sequence[Question], encode: Callable[[str, list[str]], np.ndarray], most: int = 12
) -> None:
    """Fills in for each question the passages of other stories of its sort whose vectors lie nearest.

    `encode` gives the unit vectors, (texts, dimensions), of "query" or "passage" texts. A passage that holds the
    answer's words is left out: it may answer.
    """
    stories = list({question.story.id: question.story for question in questions}.values())
    sort_of = {question.story.id: question.encyclopaedic for question in questions}
    places = [(story, span) for story in stories for span in story.passages]
    passages = encode("passage", [passage_text(story, span) for story, span in places])
    asked = encode("query", [question.asked for question in questions])
    for question, vector in zip(questions, asked, strict=True):
        said = _letters(question.story.text[slice(*question.answer)]) if question.answer else ""
        for place in np.argsort(-(passages @ vector))[: 10 * most].tolist():
            story, span = places[place]
            if len(question.lookalikes) == most:
                break
            if story.id == question.story.id or sort_of[story.id] != question.encyclopaedic:
                continue
            if said and not question.encyclopaedic and said in _letters(story.text[slice(*span)]):
                continue
            question.lookalikes.append((story, span))


def passage_text(story: Story, span: Span) -> str:
    """A passage as the encoder reads it (`index/building/prepare.py`)."""
    return f"{story.title[:80]}\n{story.text[slice(*span)]}" if story.title else story.text[slice(*span)]


def _letters(text: str) -> str:
    return "".join(text.split())


def main() -> None:
    """Packs questions that were written by hand, checked by their answers standing in their texts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path, help="SQuAD 2 JSON, .json.xz")
    parser.add_argument(
        "written", type=Path, nargs="+",
        help='JSON lines: {"id", "questions": [{"q", "lang", "kind", "answer", "near", "earlier"}]}; "title",'
        ' "published" and "text" too if no archive has them',
    )  # fmt: skip
    parser.add_argument("--archive", type=Path, required=True)
    given = parser.parse_args()
    lines = [
        json.loads(line) for file in given.written for line in file.read_text("utf-8").splitlines() if line.strip()
    ]
    texts = dict(_texts(given.archive, {line["id"] for line in lines}))
    data = [article for line in lines for article in [_packed(line, texts)] if article]
    with lzma.open(given.out, "wt", encoding="utf-8", preset=9) as stream:
        json.dump({"version": "2", "data": data}, stream, ensure_ascii=False)
    print(sum(len(article["paragraphs"][0]["qas"]) for article in data), "questions on", len(data), "articles")


def _packed(line: dict[str, Any], texts: dict[str, tuple[str, str]]) -> dict[str, Any] | None:
    invented = "text" in line
    text = line["text"] if invented else texts.get(line["id"], ("", ""))[1]
    qas = []
    for number, entry in enumerate(line["questions"]):
        answer, near = entry.get("answer") or "", entry.get("near") or entry.get("answer") or ""
        if answer and (text.count(near) != 1 or answer not in near):
            continue
        start = text.find(near) + near.find(answer)
        qas.append(
            {
                "id": f"{line['id']}-{number}", "question": entry["q"], "lang": entry["lang"], "kind": entry["kind"],
                "is_impossible": not answer,
                "answers": [{"text": answer, "answer_start": start}] if answer else [],
                **({"history": [entry["earlier"]]} if entry.get("earlier") else {}),
            }
        )  # fmt: skip
    about: dict[str, Any] = {"id": line["id"]}
    about |= {name: line[name] for name in ("title", "published") if invented and name in line}
    return {**about, "paragraphs": [{**({"context": text} if invented else {}), "qas": qas}]} if qas else None


if __name__ == "__main__":
    main()
