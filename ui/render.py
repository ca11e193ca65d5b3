"""What was found, as a person or a program gets it: JSON, plain text, and the page's data.

The words around the quotes are chosen here and nowhere else, in the question's language. The page's
data is JSON too, with text already cut at its marks: the page puts each piece in a text node of its
own, so that nothing an article says can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from khamtop.index.building.reasons import apart, grouped, total
from khamtop.index.storage.listing import timeline_of
from khamtop.index.text.dates import day_of
from khamtop.index.text.names import NameKind
from khamtop.index.types import Article, KhamtopError, Rejected, Span
from khamtop.qa.types import Answer, Citation, Hit, Overview, Sentence, Understood, Writing
from khamtop.ui import shapes
from khamtop.ui.shapes import ArticleJson, CitationJson, HitJson, Part
from khamtop.ui.texts import sentence, text

if TYPE_CHECKING:  # these are heavy, and only the fields of what they give are read here
    from khamtop.index.building.build import Report
    from khamtop.index.storage.database import Listed
    from khamtop.index.storage.listing import Timeline
    from khamtop.index.storage.names import CountedName
    from khamtop.qa.searching import Findings
    from khamtop.ui.feedback import Opinion

#: Characters that a terminal or a browser would act on instead of showing: control characters
#: other than tab and newline, and the overrides that turn the writing direction around.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

#: How many passages an abstaining answer offers in the terminal.
NEAREST_SHOWN = 3


# -- JSON: the contract of the command line and of the API ------------------------------------------


def to_json(answer: Answer) -> shapes.AnswerJson:
    """The object that `khamtop ask --json` prints and `/ask` returns."""
    return {
        "question": answer.question,
        "answer": answer_text(answer),
        "short_answer": answer.short_answer,
        "verdict": answer.verdict,
        "kind": answer.kind,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "citations": [_citation_to_json(citation) for citation in answer.citations],
        "nearest": [_citation_to_json(citation) for citation in answer.nearest],
        "passages": [_hit_to_json(hit) for hit in answer.hits],
        "understood": _understood_to_json(answer.understood),
        "on_subject": answer.overview.total if answer.overview else None,
        **_may_be_written(answer),
    }


def _may_be_written(answer: Answer) -> shapes.MayBeWritten:
    return {**writing_to_json(answer.writing)} if answer.writing else {}


def writing_to_json(writing: Writing) -> shapes.WritingJson:
    """What a writer said around the quotes."""
    return {
        "sentences": [{"text": one.text, "markers": list(one.markers)} for one in writing.sentences],
        "struck": writing.struck,
        "writer": writing.writer,
        "unwritten": writing.problem,
    }


def findings_to_json(question: str, findings: Findings) -> shapes.FindingsJson:
    """The object that `khamtop search --json` prints and `/search` returns."""
    place = {id(hit): number for number, hit in enumerate(findings.hits)}
    return {
        "question": question,
        "passages": [_hit_to_json(hit) for hit in findings.hits],
        "articles": [
            {**_article_to_json(hits[0].article), "passages": [place[id(hit)] for hit in hits]}
            for hits in findings.by_article()
        ],
        "total": _total_to_json(findings),
    }


def _total_to_json(findings: Findings) -> shapes.TotalJson:
    return {"articles": findings.articles, "passages": findings.passages, "all": findings.is_all}


def report_to_json(report: Report) -> shapes.ReportJson:
    """The object that `khamtop index --json` prints and `/rebuild` returns."""
    return {
        **_build_to_json(report),
        "rejected": [_rejected_to_json(item) for item in report.rejected],
        "rejected_count": total(report.rejected),
    }


def _build_to_json(report: Report) -> shapes.BuildJson:
    _, passed_over = apart(report.rejected)
    return {
        "articles": report.articles,
        "passages": report.passages,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "passed_over": [
            {"reason": group["reason"], "count": group["count"], "paths": group["paths"]}
            for group in grouped(passed_over)
        ],
        "seconds": round(report.seconds, 3),
    }


def _rejected_to_json(item: Rejected) -> shapes.RejectedJson:
    said: shapes.RejectedJson = {"path": item.path, "reason": item.reason}
    if item.line is not None:
        said["line"] = item.line
    if item.count > 1:
        said["count"] = item.count
    if item.pages is not None:
        said["pages"] = item.pages
    return said


def opinions_to_json(opinions: Iterable[Opinion]) -> dict[str, Any]:
    """The object that `khamtop feedback --json` prints."""
    return {"feedback": [asdict(opinion) for opinion in opinions]}


def names_to_json(kinds: Iterable[tuple[NameKind, int, Sequence[CountedName]]]) -> shapes.NamesJson:
    """The names of the articles: what `khamtop names --json` prints, and `/v1/names` gives."""
    return {
        "kinds": [
            {
                "kind": kind,
                "total": total,
                "names": [{"name": named.name, "articles": named.articles} for named in names],
            }
            for kind, total, names in kinds
        ]
    }


def article_to_json(article: Article) -> shapes.ArticleText:
    """An article with its text, as `/v1/article` gives it."""
    return {**_article_to_json(article), "text": article.text}


def _article_to_json(article: Article) -> ArticleJson:
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
    }


def _citation_to_json(citation: Citation) -> CitationJson:
    return {
        "number": citation.number,
        **_article_to_json(citation.article),
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        **_column_to_json(citation),
        **_copies_to_json(citation.copies),
    }


def _column_to_json(citation: Citation) -> shapes.Column:
    """The side of a comparison that a quote speaks of; nothing elsewhere."""
    return {"column": citation.column} if citation.column else {}


def _understood_to_json(understood: Understood) -> shapes.UnderstoodJson:
    period = understood.period
    return {
        "earlier": understood.earlier,
        "time": understood.time,
        "since": period.since.isoformat() if period and period.since else None,
        "until": period.until.isoformat() if period and period.until else None,
        "newest": understood.newest,
    }


def _hit_to_json(hit: Hit) -> HitJson:
    return {
        **_article_to_json(hit.article),
        "page": hit.page,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.text,
        "score": round(hit.score, 4),
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        **_copies_to_json(hit.copies),
    }


def _copies_to_json(copies: Iterable[Article]) -> shapes.Copies:
    """Where else the same words are printed; nothing where they are not."""
    elsewhere = [_article_to_json(copy) for copy in copies]
    return {"copies": elsewhere} if elsewhere else {}


# -- Words around the quotes ------------------------------------------------------------------------


def answer_text(answer: Answer) -> str:
    """The answer in one string: the short answer, then each quote in curly quotes with its `[n]`.

    What is no plain answer says first what it is: that it is not sure, or a list of articles.
    """
    lines = [f"{lead} “{citation.quote}” [{citation.number}]" for lead, citation in _led(answer)]
    if opening := _opening(answer):
        lines.insert(0, opening)
    elif answer.short_answer:
        lines.insert(0, f"{answer.short_answer} [{answer.citations[0].number}]")
    return "\n\n".join(lines)


def said(answer: Answer) -> tuple[str | None, list[tuple[str, Citation]]]:
    """What `answer_text` consists of: what is said before the quotes, if anything, and each with what leads to it."""
    return _opening(answer), _led(answer)


def _opening(answer: Answer) -> str | None:
    """What is said before the quotes; None where they answer by themselves."""
    if answer.talk:
        return text(f"talk.{answer.talk}", answer.language)
    if answer.abstained:
        return text("answer.unsure" if answer.verdict == "unsure" else "answer.none", answer.language)
    if answer.overview:
        return _overview_opening(answer, answer.overview)
    if answer.kind == "summary":
        return text("answer.summary", answer.language, title=answer.citations[0].article.title)
    if answer.kind == "comparison":
        return text("answer.comparison", answer.language)
    return None


def _overview_opening(answer: Answer, overview: Overview) -> str:
    """How many articles there are, and that they are of another time if they are."""
    shown = len(answer.citations)
    if not overview.subject:
        key = "answer.newest"
    elif overview.order == "relevance":
        key = "answer.overview_best"
    elif overview.total <= shown:
        key = "answer.overview"
    else:
        key = "answer.overview_newest" if overview.order == "newest" else "answer.overview_part"
    opening = text(key, answer.language, total=overview.total, shown=shown)
    if overview.is_of_time:
        return opening
    return f"{text('answer.other_time', answer.language, time=answer.understood.time)} {opening}"


def _quoted(answer: Answer) -> tuple[Citation, ...]:
    """What is quoted: as an answer, or as what comes nearest to one."""
    return answer.citations or answer.nearest


def _led(answer: Answer) -> list[tuple[str, Citation]]:
    """Each citation with the words that lead to it."""
    led: list[tuple[str, Citation]] = []
    for citation in _quoted(answer):
        if answer.overview or citation.column or answer.kind == "summary":
            led.append((_own_lead(citation, answer), citation))
            continue
        if not led:
            key = "answer.says"
        elif citation.article.id == led[-1][1].article.id:
            key = "answer.adds"
        else:
            key = "answer.other"
        led.append((text(key, answer.language), citation))
    return led


def _own_lead(citation: Citation, answer: Answer) -> str:
    """What leads to a quote that does not go on from the one before it."""
    if citation.column:
        return f"{citation.column}:"
    if answer.kind == "summary":
        return "•"
    return " · ".join(filter(None, (citation.article.published, citation.article.title))) + ":"


def copies_text(copies: Sequence[Article], language: str) -> str:
    """Where else the same words are printed."""
    return text("answer.copies", language, titles=", ".join(f"{copy.title} ({copy.source})" for copy in copies))


# -- Plain text: the terminal -----------------------------------------------------------------------


def to_text(answer: Answer) -> str:
    """The answer as the terminal shows it: quotes with `[n]`, then their sources."""
    language = answer.language
    lines = [answer_text(answer), *_written_lines(answer)]
    if quoted := _quoted(answer):
        lines += ["", text("answer.sources", language)]
        for citation in quoted:
            lines.append(f"[{citation.number}] {_heading(citation.article, citation.page, language)}")
            lines += [f"    {copies_text(citation.copies, language)}"] if citation.copies else []
    elif answer.hits:
        lines += ["", text("answer.nearest", language)]
        nearest = enumerate(answer.hits[:NEAREST_SHOWN], start=1)
        lines += [_hit_to_text(number, hit, language) for number, hit in nearest]
    return _shown("\n".join(lines))


def _written_lines(answer: Answer) -> list[str]:
    """What a writer said, below words that tell that it is a model's; nothing where none was asked."""
    writing, language = answer.writing, answer.language
    if writing is None:
        return []
    lines = [f"  {one.text} {marks(one)}" for one in writing.sentences]
    if lines:
        lines.insert(0, text("answer.written", language, writer=writing.writer))
    lines += unwritten(writing, language)
    return ["", *lines] if lines else []


def marks(sentence: Sentence) -> str:
    """The marks of the quotes that a sentence rests on."""
    return "".join(f"[{number}]" for number in sentence.markers)


def unwritten(writing: Writing, language: str) -> list[str]:
    """What is told of what a writer said and is not shown, or could not say."""
    told = []
    if writing.struck:
        key = "answer.struck" if writing.sentences else "answer.withdrawn"
        told.append(text(key, language, count=writing.struck))
    if writing.problem:
        told.append(sentence(KhamtopError(writing.problem), language))
    return told


def findings_to_text(findings: Findings, language: str) -> str:
    """The passages of a search as the terminal shows them: each article once, its passages beneath."""
    if not findings.hits:
        return text("search.none", language)
    found = [_found_to_text(number, hits, language) for number, hits in enumerate(findings.by_article(), start=1)]
    return _shown("\n\n".join([total_text(findings, language), *found]))


def total_text(findings: Findings, language: str) -> str:
    """How much holds every word that was searched for."""
    if not findings.passages:
        return text("search.nearest", language)
    key = "search.total" if findings.is_all else "search.at_least"
    return text(key, language, articles=findings.articles, passages=findings.passages)


def _found_to_text(number: int, hits: Sequence[Hit], language: str) -> str:
    passages = [f"[{hit.score:.3f}] {hit.text.strip()}" for hit in hits]
    return "\n".join([f"{number}. {_heading(hits[0].article, hits[0].page, language)}", *passages])


def report_to_text(report: Report, language: str) -> str:
    """A build's result as the terminal shows it: what was lost and why, and in one line what never was an article."""
    facts = _build_to_json(report)
    lost, passed_over = apart(report.rejected)
    lines = [text("report.done", language, **{**facts, "seconds": f"{report.seconds:.1f}"})]
    if passed_over:
        lines.append(_passed_over_to_text(facts["passed_over"], total(passed_over), language))
    if lost:
        lines.append(text("report.rejected", language, count=total(lost)))
    for item in lost:
        more = "" if item.count == 1 else f" ({text('rejected.more', language, count=item.count)})"
        lines.append(f"  {item.path}{_place_in(item, language)}: {text(item.reason, language)}{more}")
    return _shown("\n".join(lines))


def _passed_over_to_text(groups: Sequence[shapes.PassedOverJson], count: int, language: str) -> str:
    """Files that are no articles, by their kinds, with the first names of each."""
    kinds = [f"{text(group['reason'], language)} ({_names_of(group)})" for group in groups]
    return text("report.passed_over", language, count=count, kinds=", ".join(kinds))


def _names_of(group: shapes.PassedOverJson) -> str:
    names = [path.rpartition("/")[2] for path in group["paths"]]
    return ", ".join([*names, "…"] if group["count"] > len(names) else names)


def reasons_to_text(reasons: Sequence[Mapping[str, Any]], language: str) -> str:
    """Why nothing could be read, as the terminal shows it: each reason with the first files that have it."""
    lines: list[str] = []
    for found in reasons:
        count = text("rejected.count", language, count=found["count"])
        lines.append(f"  {text(found['reason'], language)} ({count}): {', '.join(found['paths'])}")
    return _shown("\n".join(lines))


def _place_in(item: Rejected, language: str) -> str:
    """Where in a file a problem is, to stand after its name."""
    if item.line is not None:
        return f", {text('rejected.line', language, line=item.line)}"
    return f", {text('rejected.pages', language, pages=item.pages)}" if item.pages is not None else ""


def opinions_to_text(opinions: Sequence[Opinion], language: str) -> str:
    """What readers thought of answers, as the terminal shows it."""
    if not opinions:
        return text("feedback.none", language)
    blocks = []
    for opinion in opinions:
        thought = text("feedback.good" if opinion.good else "feedback.bad", language)
        lines = [f"{opinion.time} · {thought}", opinion.question, f"  {opinion.short_answer or opinion.answer}"]
        lines += [f"  “{opinion.remark}”"] if opinion.remark else []
        lines += [_here_to_text(place, language) for place in opinion.here]
        blocks.append("\n".join(lines))
    return _shown("\n\n".join(blocks))


def _here_to_text(place: Mapping[str, Any], language: str) -> str:
    where = text("feedback.here", language, title=place["title"], source=place["source"])
    return f"  {where} “{place['quote']}”" if place["quote"] else f"  {where}"


def names_to_text(kinds: Iterable[tuple[NameKind, int, Sequence[CountedName]]], language: str) -> str:
    """The names of the articles as the terminal shows them: each with its number of articles."""
    blocks = []
    for kind, count, names in kinds:
        rows = [f"{named.articles:>6}  {named.name}" for named in names]
        blocks.append("\n".join([f"{text(f'names.{kind}', language)} ({count})", *rows]))
    return _shown("\n\n".join(blocks))


def figures_to_text(figures: dict[str, Any]) -> str:
    """The figures of `khamtop eval` as a table."""
    columns = ("R@1", "R@5", "R@10", "MRR@10")
    lines = [f"{figures['questions']} questions, {figures['passages']} passages, built in {figures['index_seconds']} s"]
    lines.append(f"{'retrieval':<10}" + "".join(f"{column:>9}" for column in columns))
    for name, row in figures["retrieval"].items():
        lines.append(f"{name:<10}" + "".join(f"{row[column]:>9.1f}" for column in columns))
    for part in ("answer", "abstain", "no_answer", "writing", "latency_ms"):
        if part not in figures:
            continue
        lines.append(f"{part}: " + ", ".join(f"{name} {figure:.1f}" for name, figure in figures[part].items()))
    for group, of_group in figures.get("groups", {}).items():
        found, read = of_group["retrieval"]["hybrid"], of_group["answer"]
        lines.append(
            f"{group:<10}{of_group['questions']:>5} questions, R@1 {found['R@1']:.1f}, R@10 {found['R@10']:.1f}, "
            + ", ".join(f"{name} {figure:.1f}" for name, figure in read.items())
        )
    return "\n".join(lines)


def _hit_to_text(number: int, hit: Hit, language: str) -> str:
    return f"{number}. {_heading(hit.article, hit.page, language)} · {hit.score:.3f}\n{hit.text.strip()}"


def _heading(article: Article, page: int | None, language: str) -> str:
    on_page = text("answer.page", language, page=page) if page else None
    return " · ".join(part for part in (article.title, article.published, article.source, on_page) if part)


def _shown(words: str) -> str:
    """`words` without the characters that a terminal would act on; a form feed, between two pages, is a space."""
    return _ACTING.sub("", words.replace("\f", " "))


# -- The page's data --------------------------------------------------------------------------------


def to_page(answer: Answer) -> shapes.Answer:
    """`to_json` with what the page needs beside it.

    Citations and cards have the `day` of their article, an ISO date or None; where it is not sure, the citations are
    the nearest ones. `refusal` is what it says instead of an answer, None if it answers, and `opening` what it says
    before the quotes of one. `spread` tells how an overview's articles lie in time. `lines` are the quotes
    with the words that lead to them, `cards` the sources: one for each passage, those with quotes
    first, in the order of their numbers. A part is a piece of text with `number` if it is a quote,
    and `short` if it is the short answer.
    """
    return {
        **to_json(answer),
        "language": answer.language,
        "refusal": _opening(answer) if answer.abstained else None,
        "opening": None if answer.abstained else _opening(answer),
        "spread": timeline_to_page(timeline_of(answer.overview.days)) if answer.overview else None,
        "citations": [
            {**_citation_to_json(citation), "day": _day_to_page(citation.article)} for citation in _quoted(answer)
        ],
        "lines": [
            {"lead": lead, "number": citation.number, "parts": _quote_parts(answer, citation)}
            for lead, citation in _led(answer)
        ],
        "cards": _cards(answer),
    }


def findings_to_page(findings: Findings) -> shapes.Findings:
    """What a search found, by article, cut at the words searched for; a passage is a card of `to_page`."""
    return {
        "articles": [_found_to_page(hits, findings) for hits in findings.by_article()],
        "total": _total_to_json(findings),
        "phrases": list(findings.wanted.phrases),
        "without": list(findings.wanted.without),
    }


def _found_to_page(hits: Sequence[Hit], findings: Findings) -> shapes.FoundArticle:
    article = hits[0].article
    return {
        **_article_to_json(article),
        "day": _day_to_page(article),
        "title_parts": _term_parts(article.title, findings),
        "cards": [
            {**_card(hit, {}, {copy.id: copy for copy in hit.copies}), "parts": _term_parts(hit.text, findings)}
            for hit in hits
        ],
    }


def _term_parts(words: str, findings: Findings) -> list[Part]:
    """A text cut at what was searched for."""
    parts: list[Part] = []
    position = 0
    for start, end in findings.terms_in(words):
        parts += [{"text": words[position:start]}, {"text": words[start:end], "term": True}]
        position = end
    return [part for part in [*parts, Part(text=words[position:])] if part["text"]]


def listed_to_page(listed: Listed) -> shapes.ListedArticle:
    """A row of the list of articles; lengths count characters and passages."""
    return {
        "article_id": listed.id,
        "title": listed.title,
        "published": listed.published,
        "day": listed.day.isoformat() if listed.day else None,
        "source": listed.source,
        "chars": listed.chars,
        "passages": listed.passages,
    }


def report_to_page(report: Report, most: int) -> shapes.ShownReport:
    """What a build found and did, with `most` of what was lost."""
    lost, _ = apart(report.rejected)
    return {
        **_build_to_json(report),
        "lost": [_rejected_to_json(item) for item in lost[:most]],
        "lost_count": total(lost),
    }


def timeline_to_page(timeline: Timeline) -> shapes.Timeline:
    """How many articles each year, month or day has, each by its first day (ISO)."""
    bars: list[shapes.Bar] = [{"start": start.isoformat(), "count": count} for start, count in timeline.bars]
    return {"unit": timeline.unit, "bars": bars, "undated": timeline.undated}


def article_to_page(article: Article, quotes: Sequence[dict[str, Any]]) -> shapes.WholeArticle:
    """A whole article cut at its quotes, for reading.

    `quotes` are the page's own: `number`, `start`, `end` and the `quote` it was shown, or its beginning. Where the
    article has changed since, the quote is looked up again; one that is gone is not marked and its
    number is not among `found`. Lines at the top that only repeat the title are left out.
    """
    marks = {}
    for quote in quotes:
        span = _locate(article.text, int(quote["start"]), int(quote["end"]), str(quote["quote"]))
        if span:
            marks[int(quote["number"])] = span
    begin = min([_after_title(article), *(start for start, _ in marks.values())])
    return {
        **_article_to_json(article),
        "day": _day_to_page(article),
        "begin": begin,
        "page": article.page_at(begin),
        "parts": _parts(article.text, begin, len(article.text), marks),
        "found": sorted(marks),
    }


def summary_to_page(article: Article, spans: Sequence[Span]) -> shapes.Summary:
    """An article summed up: the spans of its text that carry most, as quotes."""
    return {
        **_article_to_json(article),
        "day": _day_to_page(article),
        "quotes": [
            {
                "number": number,
                "page": article.page_at(start),
                "start": start,
                "end": end,
                "quote": article.text[start:end],
            }
            for number, (start, end) in enumerate(spans, start=1)
        ],
    }


def _cards(answer: Answer) -> list[shapes.Card]:
    quotes: list[dict[int, Span]] = [{} for _ in answer.hits]
    copies = [{copy.id: copy for copy in hit.copies} for hit in answer.hits]
    for citation in _quoted(answer):
        holder = _holder(citation, answer.hits)
        if holder is not None:
            quotes[holder][citation.number] = (citation.start, citation.end)
            copies[holder].update({copy.id: copy for copy in citation.copies})
    cards = [_card(hit, marks, printed) for hit, marks, printed in zip(answer.hits, quotes, copies, strict=True)]
    return sorted(cards, key=lambda card: card["numbers"][:1] or [len(_quoted(answer)) + 1])


def _card(hit: Hit, marks: dict[int, Span], copies: dict[str, Article]) -> shapes.Card:
    # A quote may run past its passage's edge: the card then shows it whole.
    start = min([hit.passage.start, *(start for start, _ in marks.values())])
    end = max([hit.passage.end, *(end for _, end in marks.values())])
    return {
        **_hit_to_json(hit),
        "page": hit.article.page_at(marks[min(marks)][0]) if marks else hit.page,
        "day": _day_to_page(hit.article),
        "copies": [{**_article_to_json(copy), "day": _day_to_page(copy)} for copy in copies.values()],
        "numbers": sorted(marks),
        "parts": _parts(hit.article.text, start, end, marks),
        "original": False,  # which `web.py` knows
    }


def _day_to_page(article: Article) -> str | None:
    day = day_of(article.published) if article.published else None
    return day.isoformat() if day else None


def _holder(citation: Citation, hits: Sequence[Hit]) -> int | None:
    """The place of the hit that shows a quote: the one that holds most of it, and the best of those."""

    def shared(hit: Hit) -> int:
        if hit.article.id != citation.article.id:
            return 0
        return min(hit.passage.end, citation.end) - max(hit.passage.start, citation.start)

    best = max(range(len(hits)), key=lambda place: shared(hits[place]), default=None)
    return best if best is not None and shared(hits[best]) > 0 else None


def _quote_parts(answer: Answer, citation: Citation) -> list[Part]:
    """The quote, in three where the short answer stands inside it."""
    if answer.short is None or citation.number != 1:
        return [{"text": citation.quote}]
    start, end = answer.short
    whole = citation.article.text
    pieces: list[Part] = [
        {"text": whole[citation.start : start]},
        {"text": whole[start:end], "short": True},
        {"text": whole[end : citation.end]},
    ]
    return [piece for piece in pieces if piece["text"]]


def _parts(whole: str, begin: int, end: int, marks: dict[int, Span]) -> list[Part]:
    """`whole[begin:end]` cut at the marks; where two overlap, the later one gives way."""
    parts: list[Part] = []
    position = begin
    for number, (start, stop) in sorted(marks.items(), key=lambda mark: mark[1]):
        start = max(start, position)
        if start >= stop:
            continue
        if start > position:
            parts.append({"text": whole[position:start]})
        parts.append({"text": whole[start:stop], "number": number})
        position = stop
    if position < end:
        parts.append({"text": whole[position:end]})
    return parts


def _locate(whole: str, start: int, end: int, quote: str) -> Span | None:
    if not quote:
        return None
    found = start if start >= 0 and whole.startswith(quote, start) else whole.find(quote)
    return None if found < 0 else (found, min(len(whole), found + max(end - start, len(quote))))


def _after_title(article: Article) -> int:
    position = 0
    for line in article.text.splitlines(keepends=True):
        said = line.strip().lstrip("#").strip()
        if said and said != article.title.strip():
            return position
        position += len(line)
    return 0  # an article that is nothing but its title
