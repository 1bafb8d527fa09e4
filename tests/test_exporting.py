from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from click.testing import CliRunner
from huizan.model.checkpoint import DEFAULT
from huizan.model.errors import InputError
from huizan.model.graph import IDS
from huizan.model.units import comment_units
from huizan.model.vocabulary import Vocabulary
from huizan.training.commands import main
from huizan.training.exporting import BESIDE, export
from transformers import AutoModelForSequenceClassification

TEXTS = ["演的吧", "这个视频真的有用,谢谢分享", "标题党,点进来什么都没有[doge]"]


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-3), ("int8", 0.05)])
def test_the_graph_gives_what_pytorch_gives(precision: str, tolerance: float, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "--out", str(tmp_path / "out"), "--precision", precision])
    assert done.exit_code == 0, done.output
    session = onnxruntime.InferenceSession(
        tmp_path / "out" / "model.onnx", providers=["CPUExecutionProvider"]
    )
    torch_model = AutoModelForSequenceClassification.from_pretrained(DEFAULT, dtype=torch.float32).eval()
    rows = comment_units(TEXTS, [""] * len(TEXTS)).encode(Vocabulary.read(tmp_path / "out" / "vocab.txt"))
    for i in range(len(TEXTS)):
        ids = rows.ids[rows.offsets[i] : rows.offsets[i + 1]][None].astype(np.int32)
        ours = session.run(None, {IDS: ids})[0]
        with torch.no_grad():
            theirs = torch_model(torch.from_numpy(ids.astype(np.int64))).logits.numpy()
        np.testing.assert_allclose(1 / (1 + np.exp(-ours)), 1 / (1 + np.exp(-theirs)), atol=tolerance)
    assert all((tmp_path / "out" / name).is_file() for name in BESIDE)


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(InputError, match="is new"):
        export(DEFAULT, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]
