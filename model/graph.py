"""The encoder as one ONNX graph, written from a checkpoint's weights; no PyTorch takes part.

What is exact and saves work is done here: the first norm is folded into the embeddings, the last layer is computed for the
first position only, every projection is a product of its own, so that nothing is split or copied, and rows of a batch have one
length, so that nothing is masked. With `ranges` the layers' products are in int8: weights per output column, activations
by one fixed scale per product, so that a row's result does not depend on the other rows of its batch. Which ranges is
`ranges`' work, running the graph `runtime`'s.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from .errors import InputError

IDS, LOGITS = "ids", "logits"
MICROSOFT = "com.microsoft"
Range = tuple[float, float]


def encoder_graph(folder: Path, ranges: list[Range] | None = None, seen: bool = False) -> bytes:
    """An ONNX model: `ids` int32 (rows, length) to `logits` float32 (rows, heads).

    Parameters
    ----------
    ranges
        Least and greatest value at the entry of each product in the layers, in the order of the graph; None leaves all
        in float32.
    seen
        Add these entries to the outputs, so that their ranges can be measured.

    Raises
    ------
    InputError
        If the checkpoint's encoder is not of the design that `encoder` describes.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    _check(folder, config)
    return _Writer(config, load_file(folder / "model.safetensors"), ranges).model(seen)


def _check(folder: Path, config: dict[str, Any]) -> None:
    wanted = {
        "model_type": "modernbert", "hidden_activation": "gelu", "classifier_activation": "gelu",
        "classifier_pooling": "cls", "attention_bias": False, "mlp_bias": False, "norm_bias": False, "classifier_bias": False,
    }  # fmt: skip
    other = {name: config.get(name) for name, value in wanted.items() if config.get(name, value) != value}
    other |= {name: name for name in set(config.get("layer_types") or ()) - {"full_attention"}}
    if other:
        raise InputError(
            "The encoder is a ModernBERT without biases, with global attention and pooled at its first token",
            f"{folder / 'config.json'} has {other}",
            "Take a checkpoint whose encoder `huizan-train pretrain` wrote",
        )


class _Writer:
    """Nodes and constants of one graph, as they are written."""

    def __init__(self, config: dict[str, Any], weights: dict[str, np.ndarray], ranges: list[Range] | None):
        self.config, self.ranges = config, ranges
        self.weights = {
            name: value.astype(np.float32) for name, value in weights.items() if not name.endswith(".bias")
        }
        self.bias = weights["classifier.bias"].astype(np.float32)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.entries: list[str] = []

    def model(self, seen: bool) -> bytes:
        """Write everything."""
        hidden = self.config["hidden_size"]
        x = normed = self.op("Gather", self.constant(self._embeddings()), IDS, axis=0)
        layers = self.config["num_hidden_layers"]
        for layer in range(layers):
            after = (
                f"model.layers.{layer + 1}.attn_norm.weight"
                if layer + 1 < layers
                else "model.final_norm.weight"
            )
            x, normed = self.layer(f"model.layers.{layer}.", x, normed, after, last=layer + 1 == layers)
        pooled = self.op("Reshape", normed, self.constant(np.array([-1, hidden])))
        dense = self.op("Gelu", self.op("MatMul", pooled, self.weight("head.dense.weight")), domain=MICROSOFT)
        last = self.op("MatMul", self.norm(dense, "head.norm.weight"), self.weight("classifier.weight"))
        self.nodes.append(helper.make_node("Add", [last, self.constant(self.bias)], [LOGITS]))
        outputs = [helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, ["rows", self.bias.size])]
        if seen:
            outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.entries]
        ids = helper.make_tensor_value_info(IDS, TensorProto.INT32, ["rows", "length"])
        graph = helper.make_graph(self.nodes, "encoder", [ids], outputs, self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()

    def layer(self, name: str, x: str, normed: str, after: str, last: bool) -> tuple[str, str]:
        """One layer: x (rows, length, hidden) and its norm in, the same out; of the last layer the first position only."""
        query, key, value = np.split(self.weights[f"{name}attn.Wqkv.weight"], 3)
        if last:  # at position 0 the rotation is the identity
            k, v = self.products(normed, key, value)
            x, normed = self.first(x), self.first(normed)
            (q,) = self.products(normed, query)
        else:
            q, k, v = self.products(normed, query, key, value)
            q = self.rotated(q)
        heads = self.config["num_attention_heads"]
        read = self.op("MultiHeadAttention", q, self.rotated(k), v, domain=MICROSOFT, num_heads=heads)
        x = self.op("Add", x, self.products(read, self.weights[f"{name}attn.Wo.weight"])[0])
        up, gate = self.products(
            self.norm(x, f"{name}mlp_norm.weight"), *np.split(self.weights[f"{name}mlp.Wi.weight"], 2)
        )
        middle = self.op("Mul", self.op("Gelu", up, domain=MICROSOFT), gate)
        x = self.op("Add", x, self.products(middle, self.weights[f"{name}mlp.Wo.weight"])[0])
        return x, self.norm(x, after)

    def products(self, x: str, *weights: np.ndarray) -> list[str]:
        """x (…, in) times each weight (out, in)."""
        self.entries.append(x)
        if self.ranges is None:
            return [self.op("MatMul", x, self.constant(weight.T)) for weight in weights]
        low, high = self.ranges[len(self.entries) - 1]
        step = np.float32((high - low) / 255 or 1)
        scale, zero = self.constant(step), self.constant(np.uint8(np.clip(round(-low / float(step)), 0, 255)))
        narrow = self.op("QuantizeLinear", x, scale, zero)
        found = []
        for weight in weights:
            column = np.abs(weight).max(axis=1) / 127
            column[column == 0] = 1
            whole = self.constant(np.rint(weight / column[:, None]).astype(np.int8).T)
            column = self.constant(column.astype(np.float32))
            found.append(
                self.op("MatMulIntegerToFloat", narrow, whole, scale, column, zero, domain=MICROSOFT)
            )
        return found

    def rotated(self, x: str) -> str:
        """Rotary positions on x (rows, length, hidden)."""
        if not hasattr(self, "angles"):
            size = self.config["hidden_size"] // self.config["num_attention_heads"]
            theta = self.config["rope_parameters"]["full_attention"]["rope_theta"]
            waves = 1 / theta ** (np.arange(0, size, 2, dtype=np.float32) / size)
            angle = (
                np.arange(self.config["max_position_embeddings"], dtype=np.float32)[:, None]
                * waves.astype(np.float32)[None]
            )
            self.angles = (
                self.constant(np.zeros(1, dtype=np.int64)),
                self.constant(np.cos(angle)),
                self.constant(np.sin(angle)),
            )
        return self.op("RotaryEmbedding", x, *self.angles, domain=MICROSOFT)

    def first(self, x: str) -> str:
        """The first position of x (rows, length, hidden); (rows, 1, hidden)."""
        zero, one = (self.constant(np.array([n])) for n in (0, 1))
        return self.op("Slice", x, zero, one, one)

    def norm(self, x: str, name: str) -> str:
        """Layer norm over the last axis."""
        scale = self.constant(self.weights[name])
        return self.op("LayerNormalization", x, scale, axis=-1, epsilon=self.config["norm_eps"])

    def weight(self, name: str) -> str:
        """A weight (out, in), turned to (in, out)."""
        return self.constant(self.weights[name].T)

    def constant(self, value: np.ndarray | np.generic) -> str:
        """Add a constant."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name))
        return name

    def op(self, kind: str, *entries: str, domain: str = "", **attributes: Any) -> str:
        """Add a node of one output."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, entries, [name], domain=domain, **attributes))
        return name

    def _embeddings(self) -> np.ndarray:
        table = self.weights["model.embeddings.tok_embeddings.weight"].astype(np.float64)
        table -= table.mean(axis=1, keepdims=True)
        table /= np.sqrt((table**2).mean(axis=1, keepdims=True) + self.config["norm_eps"])
        return (table * self.weights["model.embeddings.norm.weight"]).astype(np.float32)
