from pathlib import Path

import numpy as np
from huizan.model.tagger import Tagger
from huizan.model.taxonomy import head_names
from huizan.training.labels import Labelled, concatenate, from_rows
from huizan.training.widening import widen
from sklearn.metrics import average_precision_score

STAGED = head_names().index("comment_staged")
CLICKBAIT = head_names().index("comment_clickbait")


def labelled(n: int, offset: int) -> Labelled:
    texts = ["演的吧", "剧本吧", "这个好看", "不用了"]
    rows = [
        {"text": texts[i % 4] + "!?,"[(i + offset) % 3], "labels": {"staged": int(i % 4 < 2), "clickbait": 0}}
        for i in range(n)
    ]
    return from_rows(rows, "comment")


def test_ngrams_help_where_the_encoder_knows_nothing(tiny_checkpoint: Path) -> None:
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    tagger.wide = widen(tagger, {"comment": labelled(120, 0)}, {"comment": labelled(60, 1)})
    assert tagger.wide.mix[STAGED, 1] > 0
    test = labelled(40, 2)
    staged = test.targets[:, STAGED] > 0.5
    mixed = tagger.probabilities(test.units)[:, STAGED]
    tagger.wide = None
    alone = tagger.probabilities(test.units)[:, STAGED]
    mixed_ap, alone_ap = (average_precision_score(staged, p) for p in (mixed, alone))
    assert mixed_ap > 0.9 and mixed_ap > alone_ap + 0.1


def test_too_few_positives_are_mixed_in_halves(tiny_checkpoint: Path) -> None:
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    wide = widen(tagger, {"comment": labelled(120, 0)}, {"comment": labelled(60, 1)})
    np.testing.assert_array_equal(wide.mix[CLICKBAIT], [0.5, 0.5, 0.0])
    assert (wide.mix[:, :2] >= 0).all()


def test_words_of_an_author_do_not_carry_how_often_the_author_chose_a_tag(tiny_checkpoint: Path) -> None:
    """Half of the extra texts are staged, of the real ones one in twenty; half of the staged ones say so."""

    def rows(n: int, style: str, every: int) -> Labelled:
        return from_rows(
            [
                {
                    "text": style + "".join(rng.choice(filler, 6)) + ("演的" if i % (2 * every) == 0 else ""),
                    "labels": {"staged": int(i % every == 0)},
                }
                for i in range(n)
            ],
            "comment",
        )

    rng, filler = np.random.default_rng(0), np.array(list("天地人你我他上下来去"))
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    real, made = rows(400, "", 20), rows(200, "话说", 2)
    asked = from_rows([{"text": style + "天地人你", "labels": {}} for style in ("话说", "")], "comment").units
    gaps = []
    for extra in (made, made.as_extra()):
        wide = widen(tagger, {"comment": concatenate([real, extra])}, {"comment": real})
        styled, plain = wide.logits(asked.encode(tagger.vocabulary), "comment")[:, STAGED]
        gaps.append(styled - plain)
    assert gaps[0] > 0 and gaps[1] < 0.5 * gaps[0]
