"""One index, asked and rebuilt from many threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import khamtop.ui.service
from khamtop.index.types import KhamtopError
from khamtop.qa.types import Answer, Sentence
from khamtop.ui.service import Build, Service
from tests.toys import ToyEncoder, lines


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one article; the toy encoder stands in for the embedded one."""
    monkeypatch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "market.txt").write_text("ข่าวตลาด\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551", "utf-8")
    return folder


@pytest.fixture
def service(articles: Path, tmp_path: Path) -> Service:
    return Service(tmp_path / "index", [articles])


class Gate:
    """Holds every build where it begins to embed, until opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.opened, self.builds = threading.Event(), threading.Event(), 0
        build = khamtop.ui.service.build

        def held(paths: Any, folder: Any, encoder: Any, progress: Any, source: Any) -> Any:
            self.builds += 1

            def tell(stage: str, done: int, total: int) -> None:
                progress(stage, done, total)
                if stage == "write":
                    self.reached.set()
                    assert self.opened.wait(20)

            return build(paths, folder, encoder, tell, source)

        monkeypatch.setattr(khamtop.ui.service, "build", held)


def test_starting_without_an_index_builds_one_and_a_question_waits_for_it(service: Service) -> None:
    service.start()
    asyncio.run(service.first_index())
    assert "2551" in service.ask("ตลาดน้ำบ้านสวนเปิดเมื่อใด").citations[0].quote
    assert service.articles == 1


def test_starting_on_an_index_opens_it_and_builds_nothing(service: Service, articles: Path, tmp_path: Path) -> None:
    service.rebuild()
    again = Service(tmp_path / "index", [articles])
    again._encoder = ToyEncoder()  # the embedded one did not make this index
    again.start()
    assert (again.articles, again.last_build) == (1, None)


def test_a_damaged_index_is_told_at_the_start(service: Service, tmp_path: Path) -> None:
    service.rebuild()
    next((tmp_path / "index").rglob("manifest.json")).write_text("{", "utf-8")
    with pytest.raises(KhamtopError) as told:
        service.start()
    assert told.value.code == "index.damaged"


def test_the_old_index_answers_until_the_new_one_is_whole(
    service: Service, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.rebuild()
    (articles / "bridge.txt").write_text("ข่าวสะพาน\n\nสะพานแขวนเมืองใหม่สร้างเสร็จเมื่อ พ.ศ. 2499", "utf-8")
    gate = Gate(monkeypatch)
    build = service.begin_build()
    assert gate.reached.wait(20)
    assert build.stage == "write"
    assert service.articles == 1
    assert not [hit for hit in service.search("สะพานแขวนเมืองใหม่").hits if hit.article.title == "ข่าวสะพาน"]
    gate.opened.set()
    assert build.finished.wait(20)
    assert build.report is not None
    assert (build.report.added, build.report.unchanged) == (1, 1)
    assert "2499" in service.ask("สะพานแขวนเมืองใหม่สร้างเสร็จเมื่อใด").citations[0].quote


def test_two_who_rebuild_at_once_get_one_build(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(service.rebuild)
        assert gate.reached.wait(20)
        second = people.submit(service.rebuild)
        gate.opened.set()
        assert first.result(20) is second.result(20)
    assert gate.builds == 1


def test_a_build_can_be_stopped_and_the_old_index_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.rebuild()
    monkeypatch.setattr(khamtop.ui.service, "build", lambda *arguments: endless(arguments[3]))
    build = service.begin_build()
    service.stop_build()
    assert build.finished.wait(20)
    assert build.error is not None
    assert build.error.code == "index.stopped"
    assert service.ask("ตลาดน้ำบ้านสวนเปิดเมื่อใด").citations


def endless(progress: Callable[[str, int, int], None]) -> None:
    """A build that never ends by itself."""
    while True:
        progress("embed", 1, 2)


def test_a_build_that_fails_says_why_and_the_old_index_goes_on(service: Service, articles: Path) -> None:
    service.rebuild()
    (articles / "market.txt").unlink()
    with pytest.raises(KhamtopError) as told:
        service.rebuild()
    assert told.value.code == "articles.none"
    assert service.ask("ตลาดน้ำบ้านสวนเปิดเมื่อใด").citations


def test_a_build_that_breaks_is_told_as_one_sentence(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(khamtop.ui.service, "build", broken)
    with pytest.raises(KhamtopError) as told:
        service.rebuild()
    assert told.value.code == "internal"


def test_without_an_index_or_a_build_a_question_says_what_to_do(service: Service) -> None:
    with pytest.raises(KhamtopError) as told:
        service.ask("ตลาดน้ำเปิดเมื่อใด")
    assert told.value.code == "index.missing"


@pytest.mark.parametrize("k", [0, -1, 101, 2.5, "5"])
def test_a_number_of_passages_that_makes_no_sense_is_refused(service: Service, k: Any) -> None:
    with pytest.raises(KhamtopError) as told:
        service.search("ตลาด", k=k)
    assert told.value.code == "question.passages"


def test_many_ask_while_it_is_rebuilt(service: Service, articles: Path) -> None:
    service.rebuild()
    question = "ตลาดน้ำบ้านสวนเปิดเมื่อใด"
    alone = service.ask(question).citations[0].quote
    with ThreadPoolExecutor(8) as people:
        asked = [people.submit(lambda: service.ask(question).citations[0].quote) for _ in range(60)]
        for number in range(3):
            (articles / f"more{number}.txt").write_text(f"ข่าวอื่น\n\nเรื่องอื่นหมายเลข {number}", "utf-8")
            service.rebuild()
        assert {answer.result(30) for answer in asked} == {alone}


def test_what_changes_during_a_build_is_built_by_another_that_follows(
    service: Service, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.rebuild()
    gate = Gate(monkeypatch)
    (articles / "bridge.txt").write_text("ข่าวสะพาน\n\nสะพานแขวนเมืองใหม่สร้างเสร็จเมื่อ พ.ศ. 2499", "utf-8")
    first = service.begin_build()
    assert gate.reached.wait(20)
    (articles / "harbour.txt").write_text("ข่าวท่าเรือ\n\nท่าเรือบ้านทรายเปิดเมื่อ พ.ศ. 2560", "utf-8")  # too late
    assert service.begin_build(anew=True) is first
    assert service.begin_build(anew=True) is first
    gate.opened.set()
    assert first.finished.wait(20)
    second = service.last_build
    assert second is not None
    assert second.number == first.number + 1
    assert second.finished.wait(20)
    assert service.articles == 3
    assert (gate.builds, service.last_build) == (2, second)


def test_stopping_stops_what_was_to_follow_too(
    service: Service, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.rebuild()
    monkeypatch.setattr(khamtop.ui.service, "build", lambda *arguments: endless(arguments[3]))
    build = service.begin_build()
    service.begin_build(anew=True)
    service.stop_build()
    assert build.finished.wait(20)
    assert service.last_build is build


def test_the_time_left_follows_from_the_rate_of_the_running_stage() -> None:
    now = 100.0
    build = Build(_clock=lambda: now)
    assert build.seconds_left is None
    build.tell("read", 10, 0)
    now = 110.0
    build.tell("read", 500, 0)
    assert build.seconds_left is None  # nobody knows how many there are to read
    build.tell("embed", 16, 1016)
    assert build.seconds_left is None  # one moment has no rate
    now = 114.0
    build.tell("embed", 216, 1016)  # 200 in 4 s
    assert build.seconds_left == 16.0
    now = 115.0
    assert build.seconds_left == 20.0  # it slowed down
    build.finished.set()
    assert build.seconds_left is None


def removable(service: Service) -> dict[str, bool]:
    _, rows = service.list_articles()
    return {row.id: service.is_removable(row) for row in rows}


def test_removing_moves_the_file_away_and_builds_without_it(service: Service, articles: Path, tmp_path: Path) -> None:
    (articles / "bridge.txt").write_text("ข่าวสะพาน\n\nสะพานแขวนเมืองใหม่สร้างเสร็จเมื่อ พ.ศ. 2499", "utf-8")
    service.rebuild()
    text = (articles / "bridge.txt").read_text("utf-8")
    moved = service.remove("articles/bridge.txt")
    assert service.rebuild().removed == 1
    assert not (articles / "bridge.txt").exists()
    assert moved == tmp_path / "index/removed/bridge.txt.removed"
    assert moved.read_text("utf-8") == text
    with pytest.raises(KhamtopError) as told:
        service.article("articles/bridge.txt")
    assert told.value.code == "article.unknown"


def test_two_files_of_one_name_are_both_kept_when_removed(service: Service, articles: Path) -> None:
    moved = []
    for text in ("ข่าวสะพาน\n\nหนึ่ง", "ข่าวสะพาน\n\nสอง"):
        (articles / "bridge.txt").write_text(text, "utf-8")
        service.rebuild()
        moved.append(service.remove("articles/bridge.txt"))
        service.rebuild()
    assert [path.name for path in moved] == ["bridge.txt.removed", "bridge.txt (2).removed"]
    assert [path.read_text("utf-8")[-3:] for path in moved] == ["ึ่ง", "สอง"]


def test_what_shares_its_file_stands_elsewhere_or_is_the_last_stays(
    service: Service, articles: Path, tmp_path: Path
) -> None:
    service.rebuild()
    assert removable(service) == {"articles/market.txt": False}
    refused(service, "articles/market.txt", "remove.last")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/far.txt").write_text("ข่าวไกล\n\nไกลมาก", "utf-8")
    (tmp_path / "elsewhere/linked.txt").write_text("ข่าวลิงก์\n\nลิงก์", "utf-8")
    (articles / "folder").symlink_to(tmp_path / "elsewhere")
    (articles / "link.txt").symlink_to(tmp_path / "elsewhere/linked.txt")
    (articles / "two.jsonl").write_text(lines({"id": "1", "text": "ฝนตก"}, {"id": "2", "text": "แดดออก"}), "utf-8")
    (articles / "one.jsonl").write_text(lines({"id": "3", "text": "ลมแรง"}), "utf-8")
    service.rebuild()
    assert removable(service) == {
        "articles/market.txt": True, "3": True, "1": False, "2": False,
        "articles/link.txt": False, "articles/folder/far.txt": False, "articles/folder/linked.txt": False,
    }  # fmt: skip
    for identity in ("1", "2"):
        refused(service, identity, "remove.shared")
    for identity in ("articles/link.txt", "articles/folder/far.txt"):
        refused(service, identity, "remove.elsewhere")
    refused(service, "../market.txt", "article.unknown")


def test_a_file_that_was_given_itself_may_be_removed(articles: Path, tmp_path: Path) -> None:
    (articles / "bridge.txt").write_text("ข่าวสะพาน\n\nสะพาน", "utf-8")
    service = Service(tmp_path / "index", [articles / "bridge.txt", articles / "market.txt"])
    service.rebuild()
    assert service.upload_folder is None
    assert set(removable(service).values()) == {True}
    service.remove("bridge.txt")
    assert not (articles / "bridge.txt").exists()


def test_an_index_of_other_articles_gives_none_of_them_away(service: Service, articles: Path, tmp_path: Path) -> None:
    (articles / "bridge.txt").write_text("ข่าวสะพาน\n\nสะพาน", "utf-8")
    service.rebuild()
    (tmp_path / "other").mkdir()
    other = Service(tmp_path / "index", [tmp_path / "other"])
    other._encoder = ToyEncoder()
    other.start()
    assert set(removable(other).values()) == {False}
    with pytest.raises(KhamtopError) as told:
        other.remove("articles/bridge.txt")
    assert told.value.code == "remove.elsewhere"
    assert (articles / "bridge.txt").exists()


def test_for_reading_only_nothing_is_removed(articles: Path, tmp_path: Path) -> None:
    (articles / "bridge.txt").write_text("ข่าวสะพาน\n\nสะพาน", "utf-8")
    service = Service(tmp_path / "index", [articles], read_only=True)
    service.rebuild()
    assert set(removable(service).values()) == {False}
    refused(service, "articles/bridge.txt", "read_only")


def refused(service: Service, identity: str, code: str) -> None:
    """Sees that an article stays where it is, and why."""
    before = service.articles
    with pytest.raises(KhamtopError) as told:
        service.remove(identity)
    assert told.value.code == code
    assert service.rebuild().articles == before


@pytest.mark.parametrize(("offset", "limit"), [(-1, 5), (0, 0), (0, 101)])
def test_a_list_without_sense_is_refused(service: Service, offset: int, limit: int) -> None:
    service.rebuild()
    with pytest.raises(KhamtopError) as told:
        service.list_articles("", offset, limit)
    assert told.value.code == "list.bounds"


def test_articles_that_are_not_there_are_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(KhamtopError) as told:
        Service(tmp_path / "index", [tmp_path / "nowhere"]).start()
    assert told.value.code == "articles.missing"


def test_watching_rebuilds_when_the_articles_change(
    service: Service, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, watched = threading.Event(), threading.Event()

    def changes(paths: Any, index: Path) -> Any:
        assert changed.wait(20)
        yield
        watched.set()  # what follows a change is done when the next one is waited for

    monkeypatch.setattr("khamtop.index.building.watch.changes", changes)
    service.rebuild()
    service.watch()
    (articles / "harbour.txt").write_text("ข่าวท่าเรือ\n\nท่าเรือบ้านทรายเปิดเมื่อ พ.ศ. 2560", "utf-8")
    changed.set()
    assert watched.wait(20)
    assert service.articles == 2
    assert "2560" in service.ask("ท่าเรือบ้านทรายเปิดเมื่อใด").citations[0].quote


class OnceAway:
    """A writer that is away when it is first asked."""

    name, host = "toy", ""

    def __init__(self) -> None:
        self.asked = 0

    def write(self, answer: Answer) -> Iterable[Sentence]:
        self.asked += 1
        if self.asked == 1:
            raise KhamtopError("writer.away")
        yield Sentence("ตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551", (1,))


def test_a_writer_is_asked_again_for_what_it_could_not_say_and_not_for_what_it_said(
    articles: Path, tmp_path: Path
) -> None:
    writer = OnceAway()
    service = Service(tmp_path / "index", [articles], writer=writer)
    service.rebuild()
    found = service.ask("ตลาดน้ำบ้านสวนเปิดเมื่อใด")
    first, second, third = (service.write(found) for _ in range(3))
    assert first.writing
    assert (first.sentences, first.writing.problem) == ((), "writer.away")
    assert [one.text for one in second.sentences] == ["ตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551"]
    assert (third, writer.asked) == (second, 2)


def test_without_a_writer_an_answer_stays_as_it_is(service: Service) -> None:
    service.rebuild()
    found = service.ask("ตลาดน้ำบ้านสวนเปิดเมื่อใด")
    assert service.write(found) is found
