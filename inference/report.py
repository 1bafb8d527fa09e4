"""The page: one HTML file that opens from disk with no network, in Chinese and English.

`findings` reads the outputs, `charts` draws, the template lays out; this module joins the three. All that users wrote is
escaped by the template.
"""

import json
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..model.taxonomy import CAUSES, TAGS
from . import charts
from .findings import Findings, findings
from .outputs import whole


def write_report(folder: Path, out: Path) -> Path:
    """Write the page about the attribution in `folder` to `out`.

    Raises
    ------
    InputError
        If an output of the attribution is missing.
    """
    page = render(findings(folder))
    with whole(out) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return out


def render(found: Findings) -> str:
    """The page as one string."""
    environment = Environment(
        loader=PackageLoader("huizan.inference", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    return template.render(
        found=found,
        causes=CAUSES,
        tags={tag.name: tag for tag in TAGS},
        colours=charts.COLOURS,
        specs=_json({language: _specs(found, language) for language in ("zh", "en")}),
        vega=Markup(vl_convert.javascript_bundle()),
    )


def _specs(found: Findings, language: charts.Language) -> dict[str, Any]:
    if found.shares["n_reversals"] == 0:
        return {}
    by = {"week": charts.WORDS["week"][language], "category": "", "creator_id": ""}
    drawn = {
        "shares": charts.shares(found.shares["shares"], language),
        "tags": charts.shares(found.shares["tags"], language, of_tags=True),
        "ages": charts.ages(found.ages, language),
    }
    return drawn | {
        f"by_{name}": charts.stacked(rows, language, by[name]) for name, rows in found.by.items() if rows
    }


def _json(value: Any) -> Markup:
    """JSON that may stand inside a script element, whatever users wrote."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
