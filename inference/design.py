"""The design: likes at risk laid out by the hazard's terms, once, to be weighted anew for each bootstrap.

`Design.totals` and `Design.evidence` give `model.latent` what it fits. Which terms there are stands in `terms`, where likes at
risk come from in `atrisk`, what comments said before a moment in `claimed`.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import logit

from ..model.claims import TRUNCATED
from ..model.hazard import AGE_EDGES, BINS, Group, Totals
from ..model.traits import CARRIERS, TRAITS, Evidence
from .atrisk import CELL, AtRisk
from .claimed import Claimed
from .terms import GROUP_NAMES, GROUPS, OBSERVED, Latent, Term

UNSCORED = 0.1  # chance of a trait where nothing scored the video
_SPREAD, _USUAL = 1.5, -1.7  # of the sharpened scores' logits: standard deviation and mean

Weights = tuple[np.ndarray, np.ndarray]  # of the groups of users, of the groups of videos


@dataclass(frozen=True)
class Design:
    """Likes at risk by term.

    `cell_time` (terms, clusters, BINS), `clusters` (clusters, 2) and `event_groups` (events, 2): group of users, of videos;
    `video_time` {clock: (videos, BINS)}; `score`, `sharp` (videos, traits) logits; `said_before`, `said`: see `traits.Evidence`.
    """

    terms: tuple[Term, ...]
    group_of: np.ndarray
    cell_time: np.ndarray
    clusters: np.ndarray
    event_terms: np.ndarray
    event_bin: np.ndarray
    event_user: np.ndarray
    event_groups: np.ndarray
    event_video: np.ndarray
    event_clocks: dict[str, np.ndarray]
    user_person_time: dict[str, np.ndarray]
    user_group: np.ndarray
    video_group: np.ndarray
    video_time: dict[str, np.ndarray]
    score: np.ndarray
    sharp: np.ndarray
    said_before: np.ndarray
    said: np.ndarray

    @property
    def informed(self) -> bool:
        """Whether any text speaks: a score that differs between videos, or a comment."""
        return bool(np.ptp(self.score, axis=0).any() or self.said.any()) if len(self.score) else False

    @property
    def even(self) -> Weights:
        """The weights of the data as they are."""
        return np.ones(int(self.clusters[:, 0].max()) + 1), np.ones(int(self.clusters[:, 1].max()) + 1)

    def totals(self, weights: Weights | None = None) -> Totals:
        """Totals of the observed terms, with a weight for each group of users and of videos."""
        of_users, of_videos = weights or self.even
        by_cluster = of_users[self.clusters[:, 0]] * of_videos[self.clusters[:, 1]]
        time = np.einsum("tcb,c->tb", self.cell_time, by_cluster)
        # Where videos are left out, a user has as much less at risk as all users have.
        whole = np.einsum("tcb,c->", self.cell_time, of_users[self.clusters[:, 0]])
        share = float(time.sum() / whole) if whole > 0 else 1.0
        return Totals(
            time,
            self.event_terms,
            self.event_bin,
            self.event_user,
            of_users[self.event_groups[:, 0]] * of_videos[self.event_groups[:, 1]],
            {name: seconds * share for name, seconds in self.user_person_time.items()},
            of_users[self.user_group],
        )

    def evidence(self, terms: tuple[Latent, ...], weights: Weights | None = None) -> Evidence:
        """What latent terms see."""
        _, of_videos = weights or self.even
        n = self.event_bin.size
        return Evidence(
            np.array([CARRIERS.index(term.carrier) for term in terms], dtype=int),
            np.array([GROUP_NAMES.index(term.group) for term in terms], dtype=int),
            np.column_stack([self.event_clocks[term.clock] for term in terms])
            if terms
            else np.zeros((n, 0), bool),
            tuple(self.video_time[term.clock] for term in terms),
            self.event_video,
            of_videos[self.video_group],
            self.score,
            self.sharp,
            self.said_before,
            self.said,
        )

    def acting(self, account: tuple[Latent, ...]) -> tuple[Latent, ...]:
        """The terms of an account that have anything at risk."""
        return tuple(term for term in account if self.video_time[term.clock].sum() > 0)

    def part(self, video_groups: int) -> "Design":
        """The first groups of videos and their un-likes alone; fit it with weights that are zero elsewhere."""
        kept = np.flatnonzero(self.event_groups[:, 1] < video_groups)
        videos = np.flatnonzero(self.video_group < video_groups)
        row = np.full(self.video_group.size, -1)
        row[videos] = np.arange(videos.size)
        return replace(
            self,
            event_terms=self.event_terms[kept],
            event_bin=self.event_bin[kept],
            event_user=self.event_user[kept],
            event_groups=self.event_groups[kept],
            event_video=row[self.event_video[kept]],
            event_clocks={name: acts[kept] for name, acts in self.event_clocks.items()},
            video_group=self.video_group[videos],
            video_time={name: seconds[videos] for name, seconds in self.video_time.items()},
            score=self.score[videos],
            sharp=self.sharp[videos],
            said_before=self.said_before[:, kept],
            said=self.said[:, videos],
        )


def design(data: AtRisk, packages: pa.Table, said: Claimed) -> Design:
    """Lay out aggregated likes; observed terms that can never act are left out."""
    cells = columns(data.cells)
    pairs = np.column_stack([array(data.cells, "user_group"), array(data.cells, "video_group")])
    clusters, of_cell = np.unique(pairs, axis=0, return_inverse=True)
    of_cell = of_cell.ravel()
    time = np.zeros((len(OBSERVED), len(clusters), BINS))
    for k, term in enumerate(OBSERVED):
        acts = term.acts(cells)
        for b, seconds in _seconds(data.cells, term, GROUPS[GROUP_NAMES.index(term.group)]):
            np.add.at(time[k, :, b], of_cell[acts], seconds[acts])
    kept = [k for k in range(len(OBSERVED)) if time[k].sum() > 0]
    terms = tuple(OBSERVED[k] for k in kept)
    events, at_event = data.events, columns(data.events)
    acting = [term.acts(at_event) & _ticking(events, term.clock) for term in terms]
    taps = [name for name in data.users.column_names if name.startswith("tap_")]
    tap_time = [array(data.users, taps[k]) for k in kept if OBSERVED[k].group == "tap"]
    video = array(events, "video").astype(np.int64)
    clocks = {name.rsplit("_", 1)[0] for name in data.videos.column_names if name.endswith("_0")}
    video_time = {c: np.column_stack([array(data.videos, f"{c}_{b}") for b in range(BINS)]) for c in clocks}
    event_clocks = {c: _ticking(events, c) for c in clocks - {"friend"}}
    event_clocks["friend"] = at_event["friend"] == 1
    score, sharp = _scores(packages)
    said_before, said_at_all = _said(events, video, packages, said)
    return Design(
        terms,
        np.array([GROUP_NAMES.index(term.group) for term in terms]),
        time[kept],
        clusters,
        np.array(acting, dtype=bool).reshape(len(terms), len(events)).T,
        np.clip(np.searchsorted(AGE_EDGES, array(events, "age") / 1e6, side="right") - 1, 0, BINS - 1),
        place(events["user_key"], data.users["user_key"]),
        np.column_stack([array(events, "user_group"), array(events, "video_group")]).reshape(-1, 2),
        video,
        event_clocks,
        {
            "tap": np.column_stack(tap_time) if tap_time else np.zeros((len(data.users), 0)),
            "background": array(data.users, "seconds")[:, None],
        },
        array(data.users, "user_group").astype(np.int64),
        array(data.videos, "video_group").astype(np.int64),
        video_time,
        score,
        sharp,
        said_before,
        said_at_all,
    )


def _scores(packages: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Logits of the videos' scores, and the same spread out; (videos, traits).

    The fit begins with the spread ones: where scores hardly differ, it would else begin by calling all traits alike.
    """
    known = np.full((len(packages), len(TRAITS)), UNSCORED)
    for t, trait in enumerate(TRAITS):
        if (
            f"p_{trait}" in packages.column_names
        ):  # no video is scored for poor content: only comments tell of it
            known[:, t] = np.nan_to_num(array(packages, f"p_{trait}").astype(float), nan=UNSCORED)
    score = logit(np.clip(known, 1e-4, 1 - 1e-4))
    spread = score.std(axis=0)
    sharp = (score - score.mean(axis=0)) / np.maximum(spread, 1e-9) * _SPREAD + _USUAL
    return score, np.where(spread > 1e-9, sharp, score)


def _said(
    events: pa.Table, video: np.ndarray, packages: pa.Table, said: Claimed
) -> tuple[np.ndarray, np.ndarray]:
    """Comments by score before each un-like, and before the last un-like of each video."""
    source, shift = array(packages, "source"), array(packages, "shift").astype(np.int64)
    moment = array(events, "unliked_at").astype(np.int64)
    last = np.full(len(packages), np.iinfo(np.int64).min // 2)
    np.maximum.at(last, video, moment)
    weight = np.where(array(packages, "thread_truncated") > 0, TRUNCATED, 1.0).astype(np.float32)
    before = said.before(source[video], moment - shift[video]) * weight[video, None]
    return before, said.before(source, last - shift) * weight[:, None]


def _seconds(cells: pa.Table, term: Term, group: Group):
    if term.clock in ("flare", "flood"):
        yield BINS - 1, array(cells, term.clock)  # flat: the bin does not matter
        return
    for b in np.flatnonzero(group.support):
        yield b, array(cells, f"{term.clock}_{b}")


def _ticking(events: pa.Table, clock: str) -> np.ndarray:
    """Whether a clock had struck before the un-like."""
    age = array(events, "age")
    if clock == "all":
        return np.ones(age.size, dtype=bool)
    if clock in ("flare", "flood"):
        return (array(events, f"{clock}_from") < age) & (age < array(events, f"{clock}_until"))
    return array(events, clock) < age


def columns(table: pa.Table) -> dict[str, np.ndarray]:
    """The covariates of cells or of events."""
    return {name: array(table, name) for name in CELL}


def place(keys: pa.ChunkedArray, among: pa.ChunkedArray) -> np.ndarray:
    """The row of each key among others, which are unique; -1 where it is not there."""
    found = pc.call_function("index_in", [keys], pc.SetLookupOptions(among.combine_chunks()))
    return pc.fill_null(found, -1).to_numpy().astype(np.int64)


def array(table: pa.Table, name: str) -> np.ndarray:
    """A column as an array."""
    return table[name].to_numpy(zero_copy_only=False)
