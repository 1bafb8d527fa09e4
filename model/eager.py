"""The encoder through PyTorch: on a GPU, in training, where the weights still move, and for families that `graph` does not write.

A batch holds rows of exactly one length, so that attention needs no mask and nothing is padded; on a GPU it runs in bfloat16,
ids go over from pinned memory while the last batch is computed, and logits come back once.
"""

from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from .runtime import of_one_length
from .vocabulary import Ragged

BUDGET = {"cpu": 2048, "cuda": 131_072}  # tokens in a batch


class Eager:
    """A PyTorch model that turns token ids into logits, in its own precision on its own device."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model.eval()
        self.precision = str(model.dtype).removeprefix("torch.")

    @classmethod
    def load(cls, folder: Path, device: torch.device, threads: int | None = None) -> "Eager":
        """Load a checkpoint's encoder: bfloat16 on a GPU, float32 elsewhere, there on `threads` processors."""
        disable_progress_bar()  # loading takes a blink; the bar would mix with the caller's own
        dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        if threads and device.type == "cpu":
            torch.set_num_threads(threads)
        model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=dtype, local_files_only=True)
        return cls(model.to(device))  # pyright: ignore[reportArgumentType]

    @torch.inference_mode()
    def logits(self, rows: Ragged) -> np.ndarray:
        """Logit of every head for every row; float64 (rows, heads)."""
        device = self.model.device
        order, found = [np.empty(0, dtype=np.int64)], []
        for chosen, ids in of_one_length(rows, BUDGET.get(device.type, BUDGET["cpu"])):
            given = torch.from_numpy(ids)
            if device.type == "cuda":
                given = given.pin_memory()
            order.append(chosen)
            found.append(self.model(input_ids=given.to(device, non_blocking=True)).logits)
        result = np.empty((len(rows), int(self.model.config.num_labels or 0)))
        if found:
            result[np.concatenate(order)] = torch.cat(found).double().cpu().numpy()
        return result
