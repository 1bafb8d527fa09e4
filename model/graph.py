"""The encoder as one ONNX graph, written from a checkpoint's weights; no PyTorch takes part.

What is exact and saves work is done here. The first norm is folded into the embeddings, and so are the first layer's
projections, which see nothing but a token: the session makes tables of them. The last layer is computed for the first position
only. Norms take no mean away, for what is added up has none (Ashkboos et al. 2024, arXiv:2401.15024). Every projection is a
product of its own, so that nothing is split or copied, and rows of a batch have one length, so that nothing is masked.

With `ranges` the layers' products are in int8: weights per output column, activations by one fixed scale per product, so that
a row's result does not depend on the other rows of its batch; GELU takes its form by tanh, which is off by far less than
one step of such a scale. Which ranges is `ranges`' work, running the graph `runtime`'s.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from .errors import InputError
from .shortcut import Shortcut

IDS, LOGITS = "ids", "logits"
MICROSOFT = "com.microsoft"
DESIGN = 2  # of the products and their order: ranges that were measured for another do not fit
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
    shortcut = Shortcut.read(folder) if seen or ranges else None
    return _Writer(config, load_file(folder / "model.safetensors"), ranges, shortcut).model(seen)


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

    def __init__(
        self,
        config: dict[str, Any],
        weights: dict[str, np.ndarray],
        ranges: list[Range] | None,
        shortcut: Shortcut | None,
    ):
        self.config, self.ranges, self.shortcut = config, ranges, shortcut
        self.heads = config["num_attention_heads"]
        self.size = config["hidden_size"] // self.heads  # of a head
        self.weights = {
            name: value.astype(np.float32) for name, value in weights.items() if not name.endswith(".bias")
        }
        self.bias = weights["classifier.bias"].astype(np.float32)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.entries: list[str] = []

    def model(self, seen: bool) -> bytes:
        """Write everything."""
        embeddings = self.constant(self._embeddings())
        level = self.op("Sub", embeddings, self.op("ReduceMean", embeddings, axes=[1]))
        x = self.looked_up(level)
        names = [f"model.layers.{layer}." for layer in range(self.config["num_hidden_layers"])]
        alone = 1 if self.shortcut is None else 2  # layers that are computed for the first position alone
        before, last = names[:-alone], names[-alone:]
        normed = embeddings if before else self.looked_up(embeddings)
        for name, after in zip(before, names[1:], strict=False):
            x = self.op("Add", x, self.reads(name, normed, tokens=name == names[0]))
            x, normed = self.gated(name, x, f"{after}attn_norm.weight")
        x, first = self.first(x), self.first(normed)
        (keys,) = self.products(normed, self.query_key_value(last[0])[1])
        keys = self.rotated(keys)
        for name, after in zip(last, [*last[1:], None], strict=True):
            asked, added = self.asks(name, first) if name == last[0] else self.asks_far(first)
            x = self.op("Add", x, self.first_reads(asked, added, keys, normed))
            x, first = self.gated(name, x, f"{after}attn_norm.weight" if after else "model.final_norm.weight")
        pooled = self.op("Reshape", first, self.constant(np.array([-1, self.config["hidden_size"]])))
        dense = self.op("Gelu", self.op("MatMul", pooled, self.weight("head.dense.weight")), domain=MICROSOFT)
        dense = self.norm(dense, "head.norm.weight", "LayerNormalization")
        logits = self.op("MatMul", dense, self.weight("classifier.weight"))
        self.nodes.append(helper.make_node("Add", [logits, self.constant(self.bias)], [LOGITS]))
        outputs = [helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, ["rows", self.bias.size])]
        if seen:
            outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.entries]
        ids = helper.make_tensor_value_info(IDS, TensorProto.INT32, ["rows", "length"])
        graph = helper.make_graph(self.nodes, "encoder", [ids], outputs, self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()

    def reads(self, name: str, entry: str, tokens: bool) -> str:
        """What attention adds at every position; of `entry`, normed (rows, length, hidden) or, of tokens, their table."""
        weights = self.query_key_value(name)
        if tokens:
            tables = [self.op("MatMul", entry, self.constant(weight.T)) for weight in weights]
            q, k, v = (self.looked_up(table) for table in tables)
        else:
            q, k, v = self.products(entry, *weights)
        q, k = self.rotated(q), self.rotated(k)
        read = self.op("MultiHeadAttention", q, k, v, domain=MICROSOFT, num_heads=self.heads)
        return self.products(read, self.adding(f"{name}attn.Wo.weight"))[0]

    def asks(self, name: str, first: str) -> tuple[str, list[np.ndarray]]:
        """What each head of a layer asks at the first position, whose rotation is the identity, and its part in what is added.

        `first` is the norm there (rows, 1, hidden); asked (rows, heads, hidden), added heads times (hidden, hidden).
        """
        query, _, value = self.query_key_value(name)
        q = self.scaled(first, query)
        own = np.repeat(np.eye(self.heads, dtype=np.float32), self.size, axis=1)  # each head its own part
        out = np.split(self.adding(f"{name}attn.Wo.weight"), self.heads, axis=1)
        added = [o @ v for o, v in zip(out, np.split(value, self.heads), strict=True)]
        return self.op("Mul", q, self.constant(own)), added

    def asks_far(self, first: str) -> tuple[str, list[np.ndarray]]:
        """The same of the shortcut's heads, which ask whole keys of the layer before."""
        assert self.shortcut is not None
        heads, hidden, _ = self.shortcut.query.shape
        q = self.scaled(first, self.shortcut.query.reshape(-1, hidden))
        added = [value - value.mean(axis=0) for value in self.shortcut.value]
        return self.op("Reshape", q, self.constant(np.array([0, heads, hidden]))), added

    def scaled(self, first: str, query: np.ndarray) -> str:
        """Queries by the weight `query` (out, hidden), scaled as attention scales its scores."""
        return self.products(first, query / np.float32(np.sqrt(self.size)))[0]

    def first_reads(self, asked: str, added: list[np.ndarray], keys: str, normed: str) -> str:
        """What attention adds at the first position; of `keys` and `normed` of every position (rows, length, hidden).

        A head weighs the positions before their values are projected: one projection instead of one per position, and one
        matrix with that of what was read.
        """
        scores = self.op("FusedMatMul", asked, keys, domain=MICROSOFT, transB=1)
        weighed = self.op("MatMul", self.op("Softmax", scores, axis=-1), normed)  # (rows, heads, hidden)
        weight = np.concatenate(added, axis=1)
        weighed = self.op("Reshape", weighed, self.constant(np.array([0, 1, weight.shape[1]])))
        return self.products(weighed, weight)[0]

    def query_key_value(self, name: str) -> list[np.ndarray]:
        """The three projections of a layer's attention, each (hidden, hidden)."""
        return np.split(self.weights[f"{name}attn.Wqkv.weight"], 3)

    def gated(self, name: str, x: str, after: str) -> tuple[str, str]:
        """x (rows, length, hidden) with the gated products of a layer added, and its norm."""
        normed = self.norm(x, f"{name}mlp_norm.weight")
        up, gate = self.products(normed, *np.split(self.weights[f"{name}mlp.Wi.weight"], 2))
        gelu = self.op("Gelu" if self.ranges is None else "FastGelu", up, domain=MICROSOFT)
        x = self.op(
            "Add", x, self.products(self.op("Mul", gelu, gate), self.adding(f"{name}mlp.Wo.weight"))[0]
        )
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
            theta = self.config["rope_parameters"]["full_attention"]["rope_theta"]
            waves = 1 / theta ** (np.arange(0, self.size, 2, dtype=np.float32) / self.size)
            places = np.arange(self.config["max_position_embeddings"], dtype=np.float32)
            angle = np.outer(places, waves.astype(np.float32))
            zero = np.zeros(1, dtype=np.int64)
            self.angles = [self.constant(part) for part in (zero, np.cos(angle), np.sin(angle))]
        return self.op("RotaryEmbedding", x, *self.angles, domain=MICROSOFT)

    def first(self, x: str) -> str:
        """The first position of x (rows, length, hidden); (rows, 1, hidden)."""
        zero, one = (self.constant(np.array([n])) for n in (0, 1))
        return self.op("Slice", x, zero, one, one)

    def looked_up(self, table: str) -> str:
        """Each token's row of a table (tokens, hidden); (rows, length, hidden)."""
        return self.op("Gather", table, IDS, axis=0)

    def norm(self, x: str, name: str, kind: str = "SimplifiedLayerNormalization") -> str:
        """Layer norm over the last axis, of whose values the mean is 0 already."""
        return self.op(kind, x, self.constant(self.weights[name]), axis=-1, epsilon=self.config["norm_eps"])

    def weight(self, name: str) -> str:
        """A weight (out, in), turned to (in, out)."""
        return self.constant(self.weights[name].T)

    def adding(self, name: str) -> np.ndarray:
        """A weight (out, in) without the mean of what it gives: every norm after it would take that away."""
        return self.weights[name] - self.weights[name].mean(axis=0)

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
