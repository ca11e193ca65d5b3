"""POST /v1/chat/completions and GET /v1/models: the articles as a model that chat programs know how to ask.

The last message of the user is the question and the earlier ones are its history. What else is said in the
conversation, such as how to answer, is passed over: the answer is quotes, whoever asks. Quotes are annotations
(`url_citation`) with the address of their place on the page. Where a model is served that writes (`--llm`), its
sentences stand before the quotes. The protocol has no way to take back what was streamed, as `qa.writer.writing` may:
so they are streamed when all of them are checked.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import Any, Literal, NotRequired, TypedDict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from khamtop.index.panics import panics_raised
from khamtop.index.types import KhamtopError
from khamtop.qa.question import check
from khamtop.qa.types import Answer, Writing
from khamtop.ui.events import NOTHING, Streamed
from khamtop.ui.guard import Access
from khamtop.ui.markdown import Cited, Written, to_markdown
from khamtop.ui.openapi import Operation
from khamtop.ui.replies import Reply, failed, json_bytes
from khamtop.ui.sent import json_of
from khamtop.ui.service import Service
from khamtop.ui.working import Endpoint, Threads, in_thread, last_of, page_of, respond

_log = logging.getLogger(__name__)

MODEL = "khamtop"
#: No program asks when the model was made; the protocol wants a time.
_MADE = 0


# -- What the protocol calls things -----------------------------------------------------------------


class ChatPart(TypedDict):
    """A part of a message; only text counts."""

    type: str
    text: NotRequired[str]


class ChatMessageSent(TypedDict):
    """A message of the conversation."""

    role: str
    content: NotRequired[str | list[ChatPart] | None]


class ChatSent(TypedDict):
    """A conversation. Whatever else the protocol knows is passed over."""

    model: str
    messages: list[ChatMessageSent]
    stream: NotRequired[bool]


class UrlCitation(TypedDict):
    """A quote: its characters in the message, and where it stands in its article."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(TypedDict):
    """What is said of a stretch of the message."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class ChatMessage(TypedDict):
    """The answer, in Markdown."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(TypedDict):
    """The only one there is."""

    index: int
    message: ChatMessage
    finish_reason: Literal["stop"]
    logprobs: None


class Head(TypedDict):
    """What each piece of an answer begins with."""

    id: str
    created: int
    model: str


class ChatCompletion(Head):
    """An answer."""

    object: Literal["chat.completion"]
    choices: list[Choice]


class Model(TypedDict):
    """A model."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(TypedDict):
    """The models that there are."""

    object: Literal["list"]
    data: list[Model]


class Nothing(TypedDict):
    """Nothing."""


OPERATIONS = (
    Operation(
        "/v1/chat/completions",
        ("POST",),
        ChatSent,
        ChatCompletion,
        "Answers the last message of a conversation, by OpenAI's protocol.\n\n"
        "The answer is Markdown. Quotes, and what a model that is served with --llm says about them, are annotations "
        "with the address of the quote's place on the page.",
        "With `stream`: data: {chat.completion.chunk} for each piece, the annotations in the last, then data: [DONE]",
        loose=True,
    ),
    Operation("/v1/models", ("GET",), Nothing, Models, "Lists the models, by OpenAI's protocol."),
    Operation(f"/v1/models/{MODEL}", ("GET",), Nothing, Model, "Describes the model, by OpenAI's protocol."),
)


# -- Answering --------------------------------------------------------------------------------------


def routes(service: Service, threads: Threads, access: Access) -> list[Route]:
    """The routes below `/v1`."""
    model: Model = {"id": MODEL, "object": "model", "created": _MADE, "owned_by": MODEL}
    models: Models = {"object": "list", "data": [model]}
    return [
        Route("/chat/completions", _completions(service, threads, access), methods=["POST"]),
        Route("/models", _telling(lambda: models)),
        Route(f"/models/{MODEL}", _telling(lambda: model)),
    ]


def _completions(service: Service, threads: Threads, access: Access) -> Endpoint:
    async def complete(request: Request) -> Response:
        async def work() -> Response:
            sent = await json_of(request)
            question, history = conversation_of(sent)
            answer = await in_thread(threads.asking, partial(service.ask, question, history))
            page, states = page_of(request, access), service.writing(answer)
            if sent.get("stream") is True:
                return Streamed(_chunks(answer, states, page), threads.writing)
            written = await last_of(states, request, threads.writing)
            return Reply(_completion(to_markdown(replace(answer, writing=written), page)))

        return await respond(request, work)

    return complete


def conversation_of(sent: Any) -> tuple[str, list[str]]:
    """The question of a conversation, and the earlier ones.

    Raises:
        KhamtopError: `call.invalid` with the name of the field that is wrong; `call.model` for another model.
    """
    if not isinstance(sent, dict):
        raise KhamtopError("call.invalid", field="{}")
    model, messages = sent.get("model"), sent.get("messages")
    if not isinstance(model, str):
        raise KhamtopError("call.invalid", field="model")
    if model != MODEL:
        raise KhamtopError("call.model", model=model)
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise KhamtopError("call.invalid", field="messages")
    said = [_words_of(message.get("content")) for message in messages if message.get("role") == "user"]
    if not said:
        raise KhamtopError("call.invalid", field="messages")
    return said[-1], [question for question in said[:-1] if _is_question(question)]


def _words_of(content: Any) -> str:
    """The text of a message."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    return "\n".join(text for text in texts if isinstance(text, str))


def _is_question(words: str) -> bool:
    """Whether an earlier message can be gone on from: a long text that was pasted in cannot."""
    try:
        check(words)
    except KhamtopError:
        return False
    return True


def _annotations(written: Written) -> list[Annotation]:
    return [{"type": "url_citation", "url_citation": _citation(cited)} for cited in written.cited]


def _citation(cited: Cited) -> UrlCitation:
    return {"start_index": cited.start, "end_index": cited.end, "title": cited.title, "url": cited.url}


def _completion(written: Written) -> ChatCompletion:
    message: ChatMessage = {
        "role": "assistant",
        "content": written.text,
        "refusal": None,
        "annotations": _annotations(written),
    }
    choice: Choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**_head(), "object": "chat.completion", "choices": [choice]}


def _chunks(answer: Answer, states: Generator[Writing], page: str) -> Generator[bytes]:
    """The same in pieces, as server-sent events; the annotations follow the text that they speak of."""
    head = _head()

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return b"data: %s\n\n" % json_bytes({**head, "object": "chat.completion.chunk", "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    try:
        with panics_raised():
            for state in states:
                answer = replace(answer, writing=state)
                yield NOTHING
    except Exception:
        _log.exception("a call of a program failed")
        yield b"data: %s\n\n" % json_bytes(failed(KhamtopError("internal"), answer.language))
        return
    written = to_markdown(answer, page)
    for piece in written.pieces:
        yield chunk({"content": piece})
    if written.cited:
        yield chunk({"annotations": _annotations(written)})
    yield chunk({}, "stop")
    yield b"data: [DONE]\n\n"


def _head() -> Head:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}


def _telling(told: Callable[[], Any]) -> Endpoint:
    """An endpoint that always tells the same."""

    async def tell(request: Request) -> Response:
        return Reply(told())

    return tell
