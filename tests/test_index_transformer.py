"""A transformer's folder: what is wrong with one is told in one sentence, and a whole one runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from khamtop.index.encoders.wiring import EMBEDDED, load_encoder
from khamtop.index.transformer import GRAPH, SETTINGS, TOKENIZER, Transformer
from khamtop.index.types import KhamtopError
from khamtop.qa.reader import EMBEDDED as READER
from khamtop.qa.reader import load_reader


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EMBEDDED, tmp_path / "model"))


def error_of(folder: Path) -> tuple[str, dict[str, object]]:
    """What is raised when the encoder in a folder is opened and asked."""
    with pytest.raises(KhamtopError) as caught:
        load_encoder(str(folder)).encode_questions(["น้ำท่วม"])
    return caught.value.code, caught.value.facts


@pytest.mark.parametrize("file", [GRAPH, TOKENIZER, SETTINGS])
@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe\x00nonsense"])
def test_a_damaged_model_is_told_by_its_file(folder: Path, file: str, content: bytes | None) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    assert error_of(folder) == ("model.damaged", {"folder": str(folder), "file": file})


@pytest.mark.parametrize("missing", ["dimensions", "query", "most_pieces", "cosine_weight"])
def test_a_model_without_its_settings_is_damaged(folder: Path, missing: str) -> None:
    settings = json.loads((folder / SETTINGS).read_text("utf-8"))
    del settings[missing]
    (folder / SETTINGS).write_text(json.dumps(settings), "utf-8")
    assert error_of(folder) == ("model.damaged", {"folder": str(folder), "file": SETTINGS})


def test_a_model_of_another_kind_is_told() -> None:
    assert error_of(READER) == ("model.kind", {"folder": str(READER), "found": "reader", "wanted": "encoder"})
    with pytest.raises(KhamtopError) as caught:
        load_reader(str(EMBEDDED))
    assert caught.value.code == "model.kind"


@pytest.mark.parametrize("missing", ["sure", "unsure", "large", "rank_weight", "chance", "kinds", "most_pieces"])
def test_a_reader_without_its_calibration_is_damaged(tmp_path: Path, missing: str) -> None:
    folder = Path(shutil.copytree(READER, tmp_path / missing))
    settings = json.loads((folder / SETTINGS).read_text("utf-8"))
    del settings[missing]
    (folder / SETTINGS).write_text(json.dumps(settings), "utf-8")
    with pytest.raises(KhamtopError) as caught:
        load_reader(str(folder))
    assert (caught.value.code, caught.value.facts["file"]) == ("model.damaged", SETTINGS)


def test_what_a_text_gives_does_not_depend_on_what_is_run_beside_it() -> None:
    model = Transformer(EMBEDDED, "encoder")
    texts = [[model.begin, *model.pieces(text).ids, model.end] for text in ("น้ำท่วม", "Who won?", "ราคาข้าว " * 20)]
    together = [vector for (vector,) in model.run(texts)]
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(next(iter(model.run([text])))[0], vector)
    assert list(model.run([])) == []


def test_another_place_is_the_same_model_and_other_weights_are_another(folder: Path) -> None:
    assert load_encoder(str(folder)).name == load_encoder().name
    with open(folder / TOKENIZER, "ab") as file:
        file.write(b" ")
    assert load_encoder(str(folder)).name != load_encoder().name
