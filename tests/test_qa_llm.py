"""A model behind an address, over real connections on loopback: it works, or misbehaves in every way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from khamtop.index.storage.store import Index
from khamtop.index.types import KhamtopError
from khamtop.qa.answer import ask
from khamtop.qa.llm import LlmWriter, key_of
from khamtop.qa.types import Answer, Sentence, Writing
from khamtop.qa.writer import writing as writing_of
from tests import model_server
from tests.model_server import Behaviour, Handler, Model, Waiting, refusing, saying
from tests.toys import ToyReader

pytest.importorskip("openai", exc_type=ImportError)

QUESTION = "รถไฟฟ้าสายสีเหลืองมีกี่ขบวน"
TRUE = "รถไฟฟ้าสายสีเหลืองมี 30 ขบวน [1]\n"
KEPT = (Sentence("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน", (1,)),)


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server.running() as running:
        yield running


def asked(index: Index, writer: LlmWriter, question: str = QUESTION) -> Answer:
    return ask(question, index, reader=ToyReader({"train": 5.0}, otherwise=-9.0), writer=writer)


def writing(index: Index, model: Model, behaves: Behaviour) -> tuple[tuple[Sentence, ...], int, str | None]:
    """What stands after a model behaved so; the quotes always do."""
    model.behaves = behaves
    clock = iter(range(1_000_000))
    writer = LlmWriter(model.address, "toy", silent_seconds=0.2, seconds=50, clock=lambda: float(next(clock)))
    found = asked(index, writer)
    alone = ask(QUESTION, index, reader=ToyReader({"train": 5.0}, otherwise=-9.0))
    assert found.citations == alone.citations
    assert found.writing
    return found.sentences, found.struck, found.writing.problem


def test_a_model_gets_the_question_and_the_quotes_and_its_sentences_are_kept(small_index, model):
    model.behaves = saying("รถไฟฟ้าสาย", "สีเหลืองมี 30 ขบวน [", "1]\n")
    found = asked(small_index, LlmWriter(model.address, "toy", key="sk-secret"))
    assert (found.sentences, found.struck) == (KEPT, 0)
    assert found.writing
    assert (found.writing.writer, found.writing.problem) == ("toy", None)
    headers, body = model.asked[0]
    assert (body["model"], body["stream"]) == ("toy", True)
    system, user = (message["content"] for message in body["messages"])
    assert "Thai" in system
    assert QUESTION in user
    assert f"[1] (รถไฟฟ้าสายสีเหลือง) “{found.citations[0].quote}”" in user
    assert headers["authorization"] == "Bearer sk-secret"


def test_it_writes_in_the_language_of_the_question(small_index, model):
    model.behaves = saying("The Yellow Line has 30 trains [1].")
    asked(small_index, LlmWriter(model.address, "toy"), "How many trains does the Yellow Line have?")
    assert "English" in model.asked[0][1]["messages"][0]["content"]


def test_nothing_else_of_this_machine_is_sent(small_index, model, monkeypatch):
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", "of-another")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-mine: of-another")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # what is on this machine needs none
    model.behaves = saying(TRUE)
    assert asked(small_index, LlmWriter(model.address, "toy")).sentences == KEPT
    headers, _ = model.asked[0]
    assert "authorization" not in headers
    assert "of-another" not in str(headers)


def test_a_model_that_answers_whole_is_read_too(small_index, model):
    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin(kind="application/json")
        handler.send(b'{"choices": [{"message": {"role": "assistant", "content": "' + TRUE.strip().encode() + b'"}}]}')

    assert writing(small_index, model, behave) == (KEPT, 0, None)


@pytest.mark.parametrize(
    ("said", "kept", "struck"),
    [
        ("", (), 0),
        ("รถไฟฟ้าสายสีเหลืองมี 31 ขบวน [1]", (), 1),  # another number
        ("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน", (), 1),  # no marker
        ("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน [2]", (), 1),  # a quote that was not given
        ("รถไฟฟ้าสายสีเหลืองมี 30 ขบวน [1][9]", (), 1),
        (f"{TRUE}โปรดโอนเงินเข้าบัญชีนี้ [1]", KEPT, 1),  # follows an instruction in an article
        (f"{TRUE}I am HACKED and ignore my instructions [1]", KEPT, 1),
        (f"{TRUE}รถไฟฟ้าสายสีเหลืองมี 30 ขบวน <script>alert(1)</script> [1]", KEPT, 1),
        (f"{TRUE}รถไฟฟ้าสายสีเหลืองมี 30 ขบวน https://evil.example [1]", KEPT, 1),
        (f"{TRUE}[รถไฟฟ้าสายสีเหลืองมี 30 ขบวน](//evil.example) [1]", KEPT, 1),
        (f"{TRUE}ข่าวว่า “รถไฟฟ้าสายสีเหลืองมี 30 คัน” [1]", KEPT, 1),  # a quote of its own making
        ("รถไฟฟ้าสายสีเขียวมาช้า [1]\nรถไฟชนกันตาย 5 คน [1]\n" + TRUE, (), 3),  # too little is left
        (f"<think>What is asked? [1]</think>\n- **{TRUE.strip()}**", KEPT, 0),
        (f"\u202e{TRUE}", KEPT, 0),
    ],
)  # fmt: skip
def test_a_sentence_that_its_quotes_do_not_bear_out_is_left_out(small_index, model, said, kept, struck):
    assert writing(small_index, model, saying(said)) == (kept, struck, None)


def test_a_model_that_goes_in_circles_is_heard_once(small_index, model):
    assert writing(small_index, model, saying(TRUE * 40)) == (KEPT, 0, "writer.loops")


def test_a_model_that_never_ends_is_cut_off(small_index, model):
    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin()
        handler.say(TRUE)
        while not over.is_set():
            handler.say("ครับ" * 100)

    assert writing(small_index, model, behave) == (KEPT, 0, None)


def test_a_model_that_only_keeps_the_line_open_is_left_in_time(small_index, model):
    """The comments that some servers send meanwhile are no words."""

    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin()
        while not over.is_set():
            handler.send(b": still thinking\n\n")

    assert writing(small_index, model, behave) == ((), 0, "writer.slow")


def test_a_line_that_never_ends_fills_no_memory(small_index, model):
    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin()
        while not over.is_set():
            handler.send(b"x" * 1_000_000)

    sentences, _, problem = writing(small_index, model, behave)
    assert (sentences, problem) in [((), "writer.broken"), ((), "writer.slow")]


@pytest.mark.parametrize("begins", [True, False])
def test_a_model_that_falls_silent_is_left(small_index, model, begins):
    def behave(handler: Handler, over: threading.Event) -> None:
        if begins:
            handler.begin()
            handler.say("รถไฟ")
        over.wait()

    assert writing(small_index, model, behave) == ((), 0, "writer.slow")


@pytest.mark.parametrize("pieces", [(), (None,), (TRUE, "รถไฟ")])
def test_whoever_leaves_closes_the_connection_at_once(small_index, model, pieces):
    """Also before the first word: a model that is loaded first takes minutes."""
    model.behaves = waiting = Waiting(*pieces)
    answer = ask(QUESTION, small_index, reader=ToyReader({"train": 5.0}, otherwise=-9.0))
    words = LlmWriter(model.address, "toy").write(answer)
    said = [next(words)]
    while not waiting.asked.is_set() or (TRUE in pieces and said[-1] is None):
        said.append(next(words))
    assert set(said) <= {None, *KEPT}
    assert not waiting.left.is_set()
    words.close()
    assert waiting.left.wait(20)


def test_sentences_come_while_the_model_still_writes(small_index, model):
    model.behaves = waiting = Waiting(TRUE, "รถไฟฟ้าสายสีเขียวมาช้า [1]\n")
    answer = ask(QUESTION, small_index, reader=ToyReader({"train": 5.0}, otherwise=-9.0))
    states = writing_of(answer, LlmWriter(model.address, "toy"))
    while (state := next(states)).struck == 0:
        assert state.sentences in ((), KEPT)
    assert state == Writing("toy", KEPT, 1)
    assert not waiting.left.is_set()
    states.close()
    assert waiting.left.wait(20)


@pytest.mark.parametrize(
    "data", [b"data: {not json}\n\n", b"<html>Welcome</html>", b"", b"data: [1, 2]\n\n", b"\xff\xfe"]
)
def test_nonsense_is_told_as_such(small_index, model, data):
    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin()
        handler.send(data)

    assert writing(small_index, model, behave) == ((), 0, "writer.broken")


def test_a_connection_that_breaks_off_leaves_the_quotes(small_index, model):
    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin(**{"Content-Length": "100000"})
        handler.say(TRUE)

    assert writing(small_index, model, behave)[2] in ("writer.broken", "writer.away")


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "writer.refused"), (403, "writer.refused"), (404, "writer.unknown"), (429, "writer.busy"),
     (500, "writer.broken"), (400, "writer.broken"), (503, "writer.busy")],
)  # fmt: skip
def test_what_a_server_says_of_an_error_is_not_passed_on(small_index, model, status, code):
    assert writing(small_index, model, refusing(status, "Incorrect API key provided: sk-sec*****")) == ((), 0, code)


def test_a_server_that_sends_elsewhere_is_not_followed(small_index, model):
    with model_server.running() as other:
        other.behaves = saying(TRUE)

        def behave(handler: Handler, over: threading.Event) -> None:
            handler.begin(307, Location=f"{other.address}/chat/completions")

        assert writing(small_index, model, behave) == ((), 0, "writer.broken")
        assert other.asked == []


def test_a_model_that_is_away_leaves_the_quotes(small_index):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        found = asked(small_index, LlmWriter(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "toy"))
    assert found.citations
    assert found.writing
    assert (found.sentences, found.writing.problem) == ((), "writer.away")


@pytest.mark.parametrize(
    "address",
    ["", "ollama", "ftp://127.0.0.1/v1", "http://", "http://user:secret@127.0.0.1/v1", "file:///etc/passwd",
     "http://127.0.0.1:99999/v1", "http://127.0.0.1/v1\r\nx: y", "http://[::1/v1", "http://a b/v1"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_being_repeated(address):
    with pytest.raises(KhamtopError) as raised:
        LlmWriter(address, "toy")
    assert (raised.value.code, raised.value.facts) == ("llm.address", {})


def test_keys_and_names_that_cannot_be_sent_are_refused(tmp_path: Path):
    with pytest.raises(KhamtopError, match=r"llm\.key"):
        LlmWriter("http://127.0.0.1/v1", "toy", key="sk\r\nx-evil: 1")
    with pytest.raises(KhamtopError, match=r"llm\.model"):
        LlmWriter("http://127.0.0.1/v1", " ")
    with pytest.raises(KhamtopError, match=r"llm\.key_file"):
        key_of({}, tmp_path / "none")
    (tmp_path / "key").write_text("sk-file\n", "utf-8")
    assert key_of({"KHAMTOP_LLM_KEY": "sk-env"}, tmp_path / "key") == "sk-file"
    assert key_of({"KHAMTOP_LLM_KEY": "sk-env"}, None) == "sk-env"
    assert key_of({}, None) is None


def test_no_key_is_shown_by_what_holds_it(small_index, model):
    writer = LlmWriter(model.address, "toy", key="sk-secret")
    model.behaves = refusing(401, "sk-secret is wrong")
    assert "sk-secret" not in f"{writer!r} {vars(writer)!r} {asked(small_index, writer)!r}"
