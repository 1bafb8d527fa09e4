from itertools import combinations

import numpy as np
import pytest
from huizan.inference.palette import PAPERS, SHADES, WRITING, palette
from huizan.model.taxonomy import cause_names

# Machado, Oliveira and Fernandes, IEEE TVCG 2009, severity 1.0, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _lab(shade: str, sight: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of a shade as it is seen."""
    rgb = np.array([int(shade[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.clip(sight @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
    x = TO_XYZ @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_every_cause_has_a_colour_of_its_own() -> None:
    assert tuple(palette()) == cause_names() == tuple(SHADES)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("paper", [0, 1])
def test_colours_stay_apart_for_every_kind_of_sight(sight: str, paper: int) -> None:
    for one, other in combinations(cause_names(), 2):
        apart = np.linalg.norm(
            _lab(SHADES[one][paper], SIGHT[sight]) - _lab(SHADES[other][paper], SIGHT[sight])
        )
        assert apart > 18, (one, other, apart)


def _brightness(shade: str) -> float:
    """Relative luminance, WCAG 2.2."""
    rgb = np.array([int(shade[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ TO_XYZ[1])


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("on", ["paper", "raised", "wash"])
def test_writing_stands_out_from_the_paper(name: str, on: str) -> None:
    for theme in (0, 1):
        light, dark = sorted((_brightness(PAPERS[name][theme]), _brightness(PAPERS[on][theme])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, on, theme)
