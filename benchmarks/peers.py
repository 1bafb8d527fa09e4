"""The same checkpoint through other libraries, each as its documentation has it: pairs of texts in, probabilities out.

Every peer is given normalised texts and tokenises them itself. Optimum asks for an older transformers, so its two ways are done
here as it does them: an exported graph, dynamically quantised per channel for ONNX Runtime, or quantised by NNCF with a
calibration set for OpenVINO; batches of 64, sorted by length and padded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

Pairs = list[tuple[str, str]]
Peer = Callable[[Pairs], np.ndarray]  # float (pairs, heads)
BATCH = 64


@dataclass(frozen=True)
class Place:
    """Where PyTorch computes, and in what; `batch` texts at a time where a peer is told how many."""

    device: str = "cpu"
    dtype: torch.dtype = torch.float32
    batch: int = BATCH


def pipeline_default(folder: Path) -> Peer:
    """`transformers.pipeline`, called with a list."""
    return _pipeline(folder, Place(), tuned=False)


def pipeline_tuned(folder: Path, place: Place = Place()) -> Peer:
    """`transformers.pipeline`, sorted by length, in batches."""
    return _pipeline(folder, place, tuned=True)


def _pipeline(folder: Path, place: Place, tuned: bool) -> Peer:
    tokenizer = AutoTokenizer.from_pretrained(folder, model_input_names=["input_ids", "attention_mask"])
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=place.dtype)
    classify = pipeline(
        "text-classification", model=model, tokenizer=tokenizer, top_k=None, device=place.device
    )
    columns = model.config.label2id

    def run(pairs: Pairs) -> np.ndarray:
        order = _by_length(pairs) if tuned else np.arange(len(pairs))
        given = [{"text": pairs[i][0], "text_pair": pairs[i][1]} for i in order]
        found = classify(given, batch_size=place.batch if tuned else None, function_to_apply="sigmoid")
        result = np.empty((len(pairs), len(columns)))
        for i, row in zip(order, found, strict=True):
            for cell in row:
                result[i, columns[cell["label"]]] = cell["score"]
        return result

    return run


def cross_encoder(folder: Path, place: Place = Place()) -> Peer:
    """`sentence_transformers.CrossEncoder.predict`, which sorts by itself."""
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(
        str(folder), device=place.device, max_length=512, model_kwargs={"dtype": place.dtype}
    )

    def run(pairs: Pairs) -> np.ndarray:
        activation = torch.nn.Sigmoid()
        return np.asarray(
            model.predict(pairs, batch_size=place.batch, activation_fn=activation, show_progress_bar=False)
        )

    return run


def onnxruntime_int8(folder: Path, graph: Path, threads: int) -> Peer:
    """ONNX Runtime on the exported graph, dynamically quantised."""
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    narrow = graph.with_name("dynamic.onnx")
    quantize_dynamic(graph, narrow, weight_type=QuantType.QInt8, per_channel=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(narrow, options, providers=["CPUExecutionProvider"])
    return _batched(folder, lambda entries: session.run(None, entries)[0])


def openvino_int8(folder: Path, graph: Path, threads: int, calibration: Pairs) -> Peer:
    """OpenVINO on the exported graph, quantised by NNCF with a calibration set."""
    import nncf
    import openvino

    core = openvino.Core()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    samples = nncf.Dataset([_entries(tokenizer, [pair]) for pair in calibration])
    narrow = nncf.quantize(
        core.read_model(graph), samples, model_type=nncf.ModelType.TRANSFORMER, subset_size=len(calibration)
    )
    compiled = core.compile_model(narrow, "CPU", {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1})
    request = compiled.create_infer_request()
    return _batched(folder, lambda entries: request.infer(entries)[compiled.output(0)])


def export(folder: Path, path: Path) -> Path:
    """The transformers model as an ONNX file with rows and length left open."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).logits

    ids = torch.randint(5, model.config.vocab_size, (2, 17))
    axes = {0: torch.export.Dim("rows", min=1, max=4096), 1: torch.export.Dim("length", min=2, max=1024)}
    names = ["input_ids", "attention_mask"]
    program = torch.onnx.export(
        Logits(), (ids, torch.ones_like(ids)), dynamo=True, dynamic_shapes=dict.fromkeys(names, axes),
        input_names=names, output_names=["logits"], opset_version=18, verbose=False,
    )  # fmt: skip
    program.save(path)
    return path


def _batched(folder: Path, run: Callable[[dict[str, np.ndarray]], np.ndarray]) -> Peer:
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def peer(pairs: Pairs) -> np.ndarray:
        order, parts = _by_length(pairs), []
        for begin in range(0, len(order), BATCH):
            chosen = [pairs[i] for i in order[begin : begin + BATCH]]
            parts.append(np.array(run(_entries(tokenizer, chosen))))
        result = np.empty((len(pairs), parts[0].shape[1]))
        result[order] = 1 / (1 + np.exp(-np.concatenate(parts)))
        return result

    return peer


def _entries(tokenizer, pairs: Pairs) -> dict[str, np.ndarray]:
    first, second = (list(part) for part in zip(*pairs, strict=True))
    found = tokenizer(first, second, padding=True, return_tensors="np", return_token_type_ids=False)
    return {name: found[name].astype(np.int64) for name in ("input_ids", "attention_mask")}


def _by_length(pairs: Pairs) -> np.ndarray:
    return np.argsort([len(a) + len(b) for a, b in pairs], kind="stable")
