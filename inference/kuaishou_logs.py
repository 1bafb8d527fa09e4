"""KuaiRec and KuaiRand: public logs of Kuaishou that count, per video, likes given and likes cancelled.

KuaiRec counts per video and day; KuaiRand gives means over days and places of the app and how many such counts there were,
so that mean times counts is the total of its month, without a day. Likes are aggregated: there is no user and no delay in
them. Captions lie in files of their own (Zenodo 18164998 and 18159199); without them there is nothing to tag.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from . import cells
from .collection import Collection
from .daily import CANCELLED, LIKES, Daily
from .exports import exported, sheets
from .fields import fields
from .hashtags import inline, listed
from .progress import Stage
from .unfit import At, Unfit

KUAIREC, KUAIRAND = "kuairec", "kuairand"
UNKNOWN = "UNKNOWN"
NO_TEXTS = "captions, which lie in a file of their own: there is nothing to tag"


def read_kuairec(collection: Collection, daily: Daily, path: Path, stage: Stage) -> dict[str, Any]:
    """Add the counts of `item_daily_features.csv`, and captions where `kuairec_caption_category.csv` is there."""

    seen: set[str] = set()

    def counts(at: At, row: dict[str, Any]) -> None:
        daily.add(at, row)
        if (video := str(row.get("video_id"))) in seen:  # the same facts on every day
            return
        seen.add(video)
        given = {
            "video_id": row.get("video_id"), "creator_id": row.get("author_id"), "published_at": row.get("upload_dt"),
            "duration_ms": _milliseconds(row.get("video_duration")),
        }  # fmt: skip
        collection.video(at, KUAIREC, given)

    wanted = ("video_id", "date", "author_id", "upload_dt", "video_duration", LIKES, CANCELLED)
    read = {"counts": _each(path, "item_daily_features", collection.unfit, stage, wanted, counts)}
    if not read["counts"]:
        raise _none(path, "item_daily_features.csv", "KuaiRec's data folder")

    def caption(at: At, row: dict[str, Any]) -> None:
        given = {
            "video_id": row.get("video_id"), "title": _known(row.get("caption")),
            "ocr_text": _known(row.get("manual_cover_text")), "category": _known(row.get("first_level_category_name")),
        }  # fmt: skip
        tags = listed(_known(row.get("topic_tag")))
        collection.video(at, KUAIREC, given, tags or inline(cells.text(given["title"]), "#tag"))

    wanted = ("video_id", "caption", "manual_cover_text", "topic_tag", "first_level_category_name")
    read["captions"] = _each(path, "kuairec_caption_category", collection.unfit, stage, wanted, caption)
    if not read["captions"]:
        collection.unfit.notes[NO_TEXTS] = 0
    return {"read": read}


def read_kuairand(collection: Collection, daily: Daily, path: Path, stage: Stage) -> dict[str, Any]:
    """Add the totals of `video_features_statistic_*.csv`, creators of `video_features_basic_*.csv`, captions where they are."""
    wanted = ("video_id", "counts", LIKES, CANCELLED)
    read = {"counts": _each(path, "video_features_statistic", collection.unfit, stage, wanted, daily.add)}
    if not read["counts"]:
        raise _none(path, "video_features_statistic_*.csv", "KuaiRand's data folder")

    def basic(at: At, row: dict[str, Any]) -> None:
        given = {
            "video_id": row.get("video_id"), "creator_id": row.get("author_id"), "published_at": row.get("upload_dt"),
            "duration_ms": _milliseconds(row.get("video_duration")),
        }  # fmt: skip
        collection.video(at, KUAIRAND, given)

    wanted = ("video_id", "author_id", "upload_dt", "video_duration")
    read["videos"] = _each(path, "video_features_basic", collection.unfit, stage, wanted, basic)

    def caption(at: At, row: dict[str, Any]) -> None:
        video = row.get("final_video_id", row.get("video_id"))
        given = {
            "video_id": video, "title": _known(row.get("caption")), "ocr_text": _known(row.get("show_cover_text"))
        }  # fmt: skip
        collection.video(at, KUAIRAND, given, inline(cells.text(given["title"]), "#tag"))

    wanted = ("final_video_id", "video_id", "caption", "show_cover_text")
    read["captions"] = _each(path, "kuairand_video_captions", collection.unfit, stage, wanted, caption)
    if not read["captions"]:
        collection.unfit.notes[NO_TEXTS] = 0
    return {"read": read}


def _each(
    path: Path, stem: str, unfit: Unfit, stage: Stage, wanted: tuple[str, ...], add: Callable[[At, dict[str, Any]], None]
) -> int:  # fmt: skip
    """Give every row of the files of this name to `add`; returns how many there were."""
    rows = 0
    for file in exported(path, (".csv",)):
        if not file.stem.startswith(stem):
            continue
        for sheet in sheets(file):
            if not {"video_id", "final_video_id"} & set(sheet.columns):
                found = ", ".join(sheet.columns[:8])
                raise InputError(
                    f"{file.name} must have the column video_id", found, "Give the file as published"
                )
            for at, row in fields(sheet, path, unfit, wanted=wanted):
                rows += 1
                stage.advance()
                add(at, row)
    return rows


def _none(path: Path, name: str, folder: str) -> InputError:
    return InputError(f"PATH must hold {name}", f"{path} does not, or it is empty", f"Give {folder}")


def _known(cell: Any) -> Any:
    return None if isinstance(cell, str) and cell.strip() == UNKNOWN else cell


def _milliseconds(cell: Any) -> Any:
    """A duration as a whole number, where it is one; what is not is left to be reported."""
    try:
        return None if cells.nothing(cell) else round(float(cell))
    except (TypeError, ValueError):
        return cell
