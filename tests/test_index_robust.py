"""Never half an index: whatever ends a build, the last committed index answers, and the next build finishes."""

import ctypes
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from khamtop.index.building import build as building
from khamtop.index.building.build import build
from khamtop.index.rankings import dense
from khamtop.index.sources.source import File
from khamtop.index.storage.check import problems
from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.types import KhamtopError
from tests.toys import NEWS, ToyEncoder, each, in_memory, lines, write_files

ALL_WORDS = "น้ำ ท่วม กรุงเทพ ญี่ปุ่น รถไฟ ประชุม ข่าว ดาวเทียม ฝน".split()
QUESTIONS = ["น้ำท่วมกรุงเทพ", "ประชุมนาโตที่มาดริด", "ขบวนรถไฟจากจีน", "ดาวเทียมขึ้นสู่วงโคจร"]


@pytest.fixture
def tmp_path(tmp_path):
    with in_memory(tmp_path) as folder:
        yield folder


@pytest.fixture
def folder(news, tmp_path):
    """The index of the three articles of `NEWS`."""
    build([news], tmp_path / "index", ToyEncoder())
    return tmp_path / "index"


def change(news):
    """One file is new, one changed, one gone, one renamed."""
    write_files(news, {"more.txt": "ข่าวใหม่\nดาวเทียมขึ้นสู่วงโคจร", "flood.txt": "น้ำลดแล้ว\nถนนทุกสายแห้ง"})
    (news / "train.txt").unlink()
    (news / "nato.txt").rename(news / "summit.txt")


def answers(index):
    """All that the index says of its articles, and what both rankings give for each of `QUESTIONS`."""
    found = [[article.id, article.title, article.text] for article in index.articles()]
    for question in QUESTIONS:
        wanted = {"words": each(thai.words(thai.normalise(question).text))}
        vector = index.encoder.encode_questions([question])[0]
        for ranking in (index.rankings.lexical.search(wanted, 10), index.rankings.dense.search(vector, 10)):
            found.append([[index.passage(item.passage)[0].id, item.score] for item in ranking])
    return found


def asked(folder):
    return answers(Index.open(folder, ToyEncoder()))


def assert_whole(folder, *states):
    """The index is in order, and answers as one of `states` does; tells which."""
    assert list(problems(folder, ToyEncoder())) == []
    now = asked(folder)
    assert now in states
    return states.index(now)


def assert_tidy(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["CURRENT", (folder / "CURRENT").read_text().strip(), "lock"]


def code_of(call, *arguments):
    with pytest.raises(KhamtopError) as caught:
        call(*arguments)
    return caught.value.code


def forking(function, *arguments):
    """What a function of this file prints as JSON in a new process, which has no threads yet and so may fork."""
    paths = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
    code = f"import sys; from {Path(__file__).stem} import {function.__name__} as run; run(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, check=True, timeout=120,
    )  # fmt: skip
    return json.loads(done.stdout)


# Killed

#: How the names of those functions end that touch the disk, the database or a ranking.
TOUCHING = (
    "mkdir", "link", "sendfile", "rename", "replace", "fsync", "unlink", "rmdir", "chmod", "write",
    "execute", "executemany", "executescript", "commit", "add_document", "delete_documents_by_term",
    "wait_merging_threads", "writer", "rollback", "write_index", "read_index", "add_with_ids", "remove_ids",
)  # fmt: skip


def build_with_moments(news, folder, meet):
    """Builds, and calls `meet` with a name at every moment before and after something is touched."""

    def called(_, kind, call):
        if kind[:2] == "c_" and call.__name__.endswith(TOUCHING) and not isinstance(call.__self__, str):
            meet(f"{kind[2:]} {call.__name__}")

    sys.setprofile(called)
    build([news], folder, ToyEncoder(), lambda stage, *_: meet(stage))
    sys.setprofile(None)


def forked(function, *arguments):
    """Runs a function in a process of its own; how that ended: 0, or the signal that killed it."""
    if (child := os.fork()) == 0:
        try:
            function(*arguments)
        finally:
            os._exit(int(sys.exc_info()[0] is not None))
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, arguments
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def note_moments(news, folder, file):
    """Writes the names of all moments of a build to a file."""
    met = []
    build_with_moments(news, folder, met.append)
    Path(file).write_text(json.dumps(met))


def die_at(news, folder, moment):
    """Kills itself at the moment of that number."""
    left = iter(range(moment))
    build_with_moments(news, folder, lambda _: next(left, None) is None and os.kill(os.getpid(), signal.SIGKILL))


def die_after(news, folder, seconds):
    """Is ended by the kernel after so long, whatever any of its threads does then."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    build([news], folder, ToyEncoder())


_OF_LISTS = ("FLAT_MOST", "LISTS", "GROWTH", "MOST_DELTA", "MOST_GONE")


def use_lists(most_beside):
    """Vectors are sorted into two lists from four on, beside which so great a part of all is kept; for this process."""
    dense.FLAT_MOST, dense.LISTS, dense.GROWTH = 3, 2, 100
    dense.MOST_DELTA = dense.MOST_GONE = float(most_beside)


@pytest.fixture
def in_lists(monkeypatch):
    """`use_lists` for one test."""
    for name in _OF_LISTS:
        monkeypatch.setattr(dense, name, getattr(dense, name))  # so that they are put back
    return use_lists


def kill_builds(base, count, *in_lists):
    """Kills a build of `base`/news in a copy of `base`/index at each of many moments; prints which."""
    base = Path(base)
    if in_lists:
        use_lists(*in_lists)
    news, start = base / "news", base / "index"

    def copy(name):
        if start.exists():
            shutil.copytree(start, base / name)
        return base / name

    ToyEncoder().encode_passages(["น้ำ"])  # loads the words once, and not in each process
    assert forked(note_moments, news, copy("dry"), base / "moments.json") == 0
    names = json.loads((base / "moments.json").read_text())
    first = {name: at for at, name in reversed(list(enumerate(names)))}.values()  # one of each kind, if they fit in
    others = [at for at in range(len(names)) if at not in set(first)]
    pick = random.Random(7)
    chosen = [*pick.sample(list(first), len(first)), *pick.sample(others, len(others))][: int(count)]
    killed = {}
    for moment in chosen:
        assert forked(die_at, news, copy(f"at {moment}"), moment) == signal.SIGKILL, names[moment]
        killed[f"at {moment}"] = names[moment]
    for number in range(5):
        forked(die_after, news, copy(f"after {number}"), 0.004 * (number + 1))
        killed[f"after {number}"] = "by a timer"
    print(json.dumps(killed))


def assert_all_recover(news, killed, before, after):
    """Each index whose build was killed is the old one or the new one, whole, and the next build finishes it."""
    states = []
    for name in killed:
        states.append(assert_whole(news.parent / name, before, after))
        build([news], news.parent / name, ToyEncoder())
        assert_whole(news.parent / name, after)
        assert_tidy(news.parent / name)
    assert set(states) == {0, 1}  # some were killed before CURRENT was replaced, and some after


def test_a_build_killed_at_any_moment_leaves_a_whole_index_and_the_next_one_finishes(folder, news):
    before = asked(folder)
    change(news)
    shutil.copytree(folder, news.parent / "unhindered")
    build([news], news.parent / "unhindered", ToyEncoder())
    after = asked(news.parent / "unhindered")
    killed = forking(kill_builds, news.parent, 65)
    assert len(killed) == 70
    assert {"read", "embed", "write", "call write_index", "call rename", "call replace"} <= set(killed.values())
    assert_all_recover(news, killed, before, after)


@pytest.mark.parametrize(("most_beside", "written"), [(100, "vectors.gone"), (0, "vectors.faiss")])
def test_a_build_of_a_large_index_killed_at_any_moment_leaves_it_whole(news, in_lists, most_beside, written):
    """What changes is kept beside the lists, or they are written anew."""
    in_lists(most_beside)
    folder = news.parent / "index"
    build([news], folder, ToyEncoder())
    before = asked(folder)
    start = {file.name: file.read_bytes() for file in folder.glob("g*/vectors.*")}
    change(news)
    shutil.copytree(folder, news.parent / "unhindered")
    build([news], news.parent / "unhindered", ToyEncoder())
    (file,) = (news.parent / "unhindered").glob(f"g*/{written}")
    assert file.read_bytes() != start[written]
    after = asked(news.parent / "unhindered")
    killed = forking(kill_builds, news.parent, 65, most_beside)
    assert {"call write_index", "return write_index", "call replace", "return replace"} <= set(killed.values())
    assert_all_recover(news, killed, before, after)


def test_a_first_build_killed_at_any_moment_leaves_none_or_a_whole_index(news):
    build([news], news.parent / "unhindered", ToyEncoder())
    after = asked(news.parent / "unhindered")
    killed = forking(kill_builds, news.parent, 20)
    for name in killed:
        if (news.parent / name / "CURRENT").exists():
            assert_whole(news.parent / name, after)
        else:
            assert code_of(asked, news.parent / name) == "index.missing"
        build([news], news.parent / name, ToyEncoder())
        assert_whole(news.parent / name, after)
        assert_tidy(news.parent / name)


# No room, no memory


@pytest.fixture
def small_disk(tmp_path):
    """A file system of four megabytes."""
    if sys.platform != "linux":
        pytest.skip("mounts as Linux does")
    libc, place = ctypes.CDLL(None), tmp_path / "disk"
    place.mkdir()
    if libc.mount(b"none", bytes(place), b"tmpfs", 0, b"size=4m"):
        pytest.skip("mounting is not permitted")
    yield place
    libc.umount2(bytes(place), 2)  # lazily: what is still mapped goes when it is let go


def room(place):
    state = os.statvfs(place)
    return state.f_bavail * state.f_frsize


def longer(news):
    """Enough new text that each file of the index grows."""
    pick = random.Random(3)
    texts = (f"{' '.join(''.join(pick.choices(ALL_WORDS, k=3)) for _ in range(60))}\n" * 5 for _ in range(12))
    write_files(news, {f"long{number}.txt": f"ข่าวที่ {number}\n{text}" for number, text in enumerate(texts)})


def outcomes_on_a_disk_that_fills(news, disk):
    """A build for each of many amounts of free room: what it raised, after looking at what it left."""
    build([news], disk / "index", ToyEncoder())
    before = asked(disk / "index")
    longer(news)
    start = room(disk)
    shutil.copytree(disk / "index", disk / "copy")
    least = room(disk)
    build([news], disk / "copy", ToyEncoder())
    needed = start - room(disk)
    assert room(disk) < least
    shutil.rmtree(disk / "copy")
    outcomes = []
    for free in [*range(0, needed, needed // 16), *range(needed - 6 * 4096, needed, 4096)]:
        (disk / "filler").write_bytes(bytes(room(disk) - free))
        try:
            build([news], disk / "index", ToyEncoder())
        except Exception as error:
            outcomes.append(error)
            assert_whole(disk / "index", before)
        (disk / "filler").unlink()
    return outcomes


def test_a_disk_that_fills_leaves_the_last_index_and_the_next_build_finishes(small_disk, news):
    assert len(outcomes_on_a_disk_that_fills(news, small_disk)) > 10
    assert build([news], small_disk / "index", ToyEncoder()).articles == 15
    assert list(problems(small_disk / "index", ToyEncoder())) == []
    assert_tidy(small_disk / "index")


def test_a_disk_that_fills_leaves_the_last_large_index(small_disk, news, in_lists):
    in_lists(100)
    told = {getattr(error, "code", repr(error)) for error in outcomes_on_a_disk_that_fills(news, small_disk)}
    assert told == {"index.unwritable"}
    assert build([news], small_disk / "index", ToyEncoder()).articles == 15
    assert list(problems(small_disk / "index", ToyEncoder())) == []
    assert_tidy(small_disk / "index")


def test_a_disk_that_fills_is_told_wherever_it_does(small_disk, news):
    told = {getattr(error, "code", repr(error)) for error in outcomes_on_a_disk_that_fills(news, small_disk)}
    assert told == {"index.unwritable"}


def build_with_small_files(base, name, *limits):
    """Builds where no file may grow beyond each of some sizes; prints what came of it."""
    base = Path(base)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit in limits:
        if (base / name).exists():
            shutil.copytree(base / name, base / f"{name} {limit}")
        forked(build_with_limit, base / "news", base / f"{name} {limit}", int(limit))
    print(json.dumps({limit: (base / f"{name} {limit}.outcome").read_text() for limit in limits}))


def build_with_limit(news, folder, limit):
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        build([news], folder, ToyEncoder())
        outcome = "done"
    except Exception as error:
        outcome = getattr(error, "code", repr(error))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    folder.with_name(f"{folder.name}.outcome").write_text(outcome)


LIMITS = [0, 300, 3000, 30_000, 60_000, 80_000, 100_000]


def test_files_that_cannot_grow_leave_the_last_index(folder, news):
    before = asked(folder)
    longer(news)
    outcomes = forking(build_with_small_files, folder.parent, folder.name, *LIMITS)
    assert "done" not in outcomes.values()
    for limit in LIMITS:
        assert_whole(folder.with_name(f"index {limit}"), before)
    build([news], folder.with_name("index 30000"), ToyEncoder())
    assert list(problems(folder.with_name("index 30000"), ToyEncoder())) == []
    assert_tidy(folder.with_name("index 30000"))


def test_files_that_cannot_grow_are_told(folder, news):
    longer(news)
    outcomes = forking(build_with_small_files, folder.parent, folder.name, *LIMITS)
    assert set(outcomes.values()) == {"index.unwritable"}


def test_a_first_build_without_room_is_told(news):
    outcomes = forking(build_with_small_files, news.parent, "first", 0, 300, 3000, 30_000)
    assert set(outcomes.values()) == {"index.unwritable"}


def test_an_encoder_that_runs_out_of_memory_is_told_and_the_last_index_stays(folder, news):
    class Large(ToyEncoder):
        def encode_passages(self, texts):
            raise MemoryError

    before = asked(folder)
    change(news)
    assert code_of(build, [news], folder, Large()) == "index.memory"
    assert_whole(folder, before)
    assert_tidy(folder)
    assert build([news], folder, ToyEncoder()).added == 1


def test_a_worker_killed_for_its_memory_is_told_and_the_last_index_stays(folder, news, monkeypatch):
    monkeypatch.setattr(building, "_ARTICLES_A_CHUNK", 1)
    monkeypatch.setattr(building, "_CHUNKS_ALONE", 1)
    monkeypatch.setattr(building, "cores", lambda: 2)
    before = asked(folder)
    longer(news)

    def kill_workers(stage, done, _):
        if (stage, done) == ("embed", 2):  # the first that came from a process
            workers = multiprocessing.active_children()
            assert workers
            for worker in workers:
                os.kill(worker.pid, signal.SIGKILL)

    assert code_of(build, [news], folder, ToyEncoder(), kill_workers) == "index.memory"
    assert multiprocessing.active_children() == []
    assert_whole(folder, before)
    assert_tidy(folder)
    report = build([news], folder, ToyEncoder())  # the processes do it
    assert (report.added, report.unchanged) == (12, 3)
    assert list(problems(folder, ToyEncoder())) == []


# Side by side


def build_twice_at_once(base):
    """While one process is in the middle of a build, another tries; prints what came of both."""
    base = Path(base)
    (in_middle, tell_middle), (may_end, tell_end) = os.pipe(), os.pipe()

    def wait(stage, *_):
        if stage == "embed":
            os.write(tell_middle, b".")
            os.read(may_end, 1)

    if (child := os.fork()) == 0:
        os._exit(build([base / "news"], base / "index", ToyEncoder(), wait).added)
    os.read(in_middle, 1)
    try:
        build([base / "news"], base / "index", ToyEncoder())
        second = "done"
    except KhamtopError as error:
        second = error.code
    os.write(tell_end, b".")
    _, status = os.waitpid(child, 0)
    print(json.dumps([second, os.WEXITSTATUS(status)]))


def test_of_two_builds_at_once_the_second_is_told_and_the_first_finishes(folder, news):
    write_files(news, {"more.txt": "ข่าวใหม่\nดาวเทียมขึ้นสู่วงโคจร"})
    assert forking(build_twice_at_once, folder.parent) == ["index.busy", 1]
    assert list(problems(folder, ToyEncoder())) == []
    assert_tidy(folder)


def test_readers_answer_as_before_at_every_stage_of_a_build_and_after_it(folder, news):
    reader = Index.open(folder, ToyEncoder())
    before = answers(reader)
    stages = []

    def ask(stage, *_):
        stages.append(stage)
        assert asked(folder) == answers(reader) == before

    change(news)
    build([news], folder, ToyEncoder(), ask)
    assert set(stages) == {"read", "afresh.words", "embed", "write"}
    after = asked(folder)
    assert after != before
    for text in ("หนึ่ง", "สอง"):
        write_files(news, {"more.txt": text})
        build([news], folder, ToyEncoder())
    assert answers(reader) == before


# Articles that change meanwhile


def articles_in(folder):
    return {article.id: article.text for article in Index.open(folder, ToyEncoder()).articles()}


def at_first_article(act):
    """A progress callback that acts once, when the first article has been read."""
    acts = iter([act])

    def report(stage, *_):
        if stage == "read":
            next(acts, lambda: None)()

    return report


def test_files_that_come_go_and_change_while_the_folder_is_read_cost_only_their_own_news(folder, news):
    write_files(news, {"aaa.txt": "ก่อนใคร", "middle.txt": "เดิม ๆ", "zoo.jsonl": lines({"id": "z", "text": "สวนสัตว์"})})

    def meddle():
        (news / "middle.txt").unlink()
        write_files(news, {"nato.txt": "ข่าวที่แก้แล้ว", "aab.txt": "มาทีหลัง", "zoo.jsonl": "{"})

    report = build([news], folder, ToyEncoder(), at_first_article(meddle))
    assert list(problems(folder, ToyEncoder())) == []
    found = articles_in(folder)
    assert {"news/aaa.txt", "news/flood.txt", "news/train.txt"} <= set(found)
    assert found["news/nato.txt"] in (NEWS["nato.txt"], "ข่าวที่แก้แล้ว")
    assert {(Path(item.path).name, item.reason) for item in report.rejected} == {
        ("middle.txt", "file.unreadable"),
        ("zoo.jsonl", "line.broken"),
    }
    write_files(news, {"zoo.jsonl": lines({"id": "z", "text": "สวนสัตว์"})})
    assert build([news], folder, ToyEncoder()).rejected == ()
    assert set(articles_in(folder)) == {"z", *(f"news/{name}.txt" for name in ("aaa", "aab", "flood", "nato", "train"))}
    assert articles_in(folder)["news/nato.txt"] == "ข่าวที่แก้แล้ว"


def test_a_folder_that_goes_while_it_is_read_leaves_the_others(folder, news):
    write_files(news, {"aaa.txt": "ก่อนใคร", "sub/one.txt": "หนึ่ง", "sub/two.txt": "สอง"})
    report = build([news], folder, ToyEncoder(), at_first_article(lambda: shutil.rmtree(news / "sub")))
    assert set(articles_in(folder)) == {f"news/{name}.txt" for name in ("aaa", "flood", "nato", "train")}
    assert [item.reason for item in report.rejected] == ["file.unreadable"]
    assert list(problems(folder, ToyEncoder())) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "newest"),
    [
        ("nato.txt", NEWS["nato.txt"], "ระหว่างทาง", "หลังสุด"),
        ("zoo.jsonl", *(lines({"id": "z", "text": text}) for text in ("สวนสัตว์เดิม", "สวนสัตว์ระหว่างทาง", "สวนสัตว์หลังสุด"))),
    ],
)
def test_a_file_rewritten_as_it_is_read_is_read_again_by_the_next_build(
    folder, news, monkeypatch, name, old, new, newest
):
    write_files(news, {name: old})
    build([news], folder, ToyEncoder())
    write_files(news, {name: new})
    original = File.digest

    def late(file):
        digest = original(file)
        if file.path.name == name:
            write_files(news, {name: newest})
        return digest

    with monkeypatch.context() as patch:
        patch.setattr(File, "digest", late)
        build([news], folder, ToyEncoder())
    assert list(problems(folder, ToyEncoder())) == []
    build([news], folder, ToyEncoder())
    assert any("หลังสุด" in text for text in articles_in(folder).values())
    fresh = news.parent / "fresh"
    build([news], fresh, ToyEncoder())
    assert articles_in(folder) == articles_in(fresh)


def test_a_file_of_lines_cut_off_or_grown_as_it_is_read_loses_nothing_else(folder, news):
    every = [{"id": f"{number}", "text": f"ข่าวที่ {number} " + "ฝนตก " * 1000} for number in range(20)]
    write_files(news, {"aaa.jsonl": lines(*every)})

    def cut():
        os.truncate(news / "aaa.jsonl", 30_000)

    def grow():
        with open(news / "aaa.jsonl", "a") as file:
            file.write(lines({"id": "new", "text": "มาทีหลัง"}))

    build([news], folder, ToyEncoder(), at_first_article(cut))
    assert list(problems(folder, ToyEncoder())) == []
    assert {"0", *(f"news/{name}" for name in NEWS)} <= set(articles_in(folder))
    write_files(news, {"aaa.jsonl": lines(*every, {"id": "20", "text": "ข่าวสุดท้าย"})})
    build([news], folder, ToyEncoder(), at_first_article(grow))
    assert list(problems(folder, ToyEncoder())) == []
    assert build([news], folder, ToyEncoder()).rejected == ()
    assert set(articles_in(folder)) == {"new", *map(str, range(21)), *(f"news/{name}" for name in NEWS)}


def test_a_file_that_is_as_it_was_again_after_it_was_read_half_written_is_read_again(folder, news):
    """A program that writes a file in place empties it first."""
    every = [{"id": f"{number}", "text": f"ข่าวที่ {number} " + "ฝนตก " * 1000} for number in range(20)]
    write_files(news, {"aaa.jsonl": lines(*every)})
    build([news], folder, ToyEncoder(), at_first_article(lambda: os.truncate(news / "aaa.jsonl", 30_000)))
    write_files(news, {"aaa.jsonl": lines(*every)})
    build([news], folder, ToyEncoder())
    assert {*map(str, range(20))} <= set(articles_in(folder))
