"""Watching: one wake-up for a change or a burst of them, none for what is not watched, and an end when asked."""

import queue
import threading

import pytest

from khamtop.index.building import watch
from tests.toys import write_files

#: Longer than anything takes; reached only where a test fails.
LONG = 20


#: The folder of the index, where it lies among the articles.
INDEX = "the index"


class Watcher:
    """Follows `changes` in a thread, one wake-up at a time; `judged` tells each changed path, and if it concerns us."""

    def __init__(self, *paths):
        self.woken, self.judged = queue.Queue(), queue.Queue()
        self.may_go_on = threading.Semaphore(0)
        self.stop, self.begun = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._follow, args=(paths,), daemon=True)

    def _follow(self, paths):
        for _ in watch.changes(paths, paths[0] / INDEX, self):
            self.woken.put(True)
            self.may_go_on.acquire()

    def is_set(self):
        """What watchfiles asks of an event again and again, from when it watches."""
        self.begun.set()
        return self.stop.is_set()

    def wait(self):
        """Waits for a wake-up, and lets the next one come."""
        self.woken.get(timeout=LONG)
        self.may_go_on.release()

    def judgement(self, path):
        """Whether the change of a path concerned us."""
        while True:
            judged, verdict = self.judged.get(timeout=LONG)
            if judged == str(path):
                return verdict

    def end(self):
        """Stops watching; how many wake-ups nobody waited for."""
        self.stop.set()
        self.may_go_on.release()
        self.thread.join(LONG)
        assert not self.thread.is_alive()
        return self.woken.qsize()


@pytest.fixture
def start(monkeypatch):
    """Starts a watcher, and gives it back when it watches."""
    monkeypatch.setattr(watch, "QUIET_MS", 40)
    original, started = watch.watch, []

    def spied(*paths, watch_filter, stop_event, **options):
        def judge(change, name):
            verdict = watch_filter(change, name)
            stop_event.judged.put((name, verdict))
            return verdict

        return original(*paths, watch_filter=judge, stop_event=stop_event, **options)

    def start(*paths):
        started.append(Watcher(*paths))
        started[-1].thread.start()
        assert started[-1].begun.wait(LONG)
        return started[-1]

    monkeypatch.setattr(watch, "watch", spied)
    yield start
    for watcher in started:
        watcher.end()


@pytest.fixture
def place(news):
    """The folder of the news, by the name that the system reports its changes under."""
    return news.resolve()


def test_each_kind_of_change_wakes(place, start):
    watcher = start(place)
    for change in (
        lambda: write_files(place, {"new.txt": "ใหม่"}),
        lambda: write_files(place, {"nato.txt": "ข่าวที่แก้แล้ว"}),
        lambda: (place / "new.txt").rename(place / "renamed.txt"),
        lambda: (place / "train.txt").unlink(),
        lambda: write_files(place, {"sub/deep/more.txt": "ลึก"}),
    ):
        change()
        watcher.wait()


def test_a_burst_of_changes_is_one_wake_up(place, start):
    watcher = start(place)
    write_files(place, {"new.txt": "ใหม่"})
    watcher.woken.get(timeout=LONG)  # somebody is rebuilding
    write_files(place, {f"{number}.txt": "ใหม่" for number in range(50)})
    watcher.may_go_on.release()
    watcher.wait()
    write_files(place, {"last.txt": "ใหม่"})
    watcher.wait()
    assert watcher.end() == 0


def test_a_file_that_is_given_is_watched_and_its_neighbours_are_not(place, start):
    watcher = start(place / "nato.txt")
    write_files(place, {"train.txt": "รถไฟ"})
    assert not watcher.judgement(place / "train.txt")
    assert watcher.woken.empty()
    write_files(place, {"nato.txt": "แก้ในที่เดิม"})
    watcher.wait()
    write_files(place.parent, {"draft": "แก้แล้วนำมาแทน"})
    (place.parent / "draft").replace(place / "nato.txt")
    watcher.wait()


def test_a_folder_beside_the_one_that_is_watched_is_not(place, start):
    write_files(place.parent, {"news 2/a.txt": "ก", "single.txt": "ข"})
    watcher = start(place, place.parent / "single.txt")
    write_files(place.parent, {"news 2/a.txt": "กก"})
    assert not watcher.judgement(place.parent / "news 2" / "a.txt")
    assert watcher.woken.empty()


@pytest.mark.parametrize("name", [INDEX, ".hidden"])
def test_an_index_inside_the_watched_folder_does_not_wake_its_own_build(place, start, name):
    (place / name).mkdir()
    watcher = start(place)
    (place / name / "lock").touch()
    assert not watcher.judgement(place / name / "lock")


def test_a_folder_given_through_a_link_is_watched(place, start):
    (place.parent / "link").symlink_to(place)
    watcher = start(place.parent / "link")
    write_files(place, {"new.txt": "ใหม่"})
    watcher.wait()


def test_stop_ends_the_wait(place, start):
    watcher = start(place)
    assert watcher.end() == 0
