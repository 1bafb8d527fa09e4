from dataclasses import replace

import numpy as np
import pytest
from huizan.model import traits
from huizan.model.claims import SCORE_BINS
from huizan.model.hazard import AGE_EDGES, BINS, Group, Totals, start
from huizan.model.latent import Model, begin, expect, fit
from huizan.model.traits import CARRIED, CARRIERS, PRESENT, STRENGTHS, TRAITS, Evidence

DAY = 86_400.0


def totals(
    person_time: np.ndarray, event_terms: np.ndarray, event_bin: np.ndarray, users: int = 1, user=None
) -> Totals:
    events = event_bin.size
    user = np.zeros(events, dtype=int) if user is None else user
    return Totals(
        person_time, event_terms, event_bin, user, np.ones(events),
        {"background": np.full((users, 1), person_time[-1].sum() / users)}, np.ones(users),
    )  # fmt: skip


def no_latent(events: int) -> Evidence:
    """One video of which nothing is known."""
    zeros = np.zeros((1, len(TRAITS)))
    return Evidence(
        np.empty(0, int), np.empty(0, int), np.empty((events, 0)), (), np.zeros(events, int), np.ones(1), zeros, zeros,
        np.zeros((len(TRAITS), events, SCORE_BINS)), np.zeros((len(TRAITS), 1, SCORE_BINS)),
    )  # fmt: skip


def fitted(groups: tuple[Group, ...], data: Totals, **how) -> tuple[Model, np.ndarray]:
    evidence = no_latent(data.event_bin.size)
    model = begin(start(np.arange(len(groups)), groups, data), data, evidence)
    model = fit(model, data, evidence, **how)
    return model, expect(model, data, evidence).observed


def test_one_flat_term_is_events_over_person_time() -> None:
    time = np.zeros((1, BINS))
    time[0, 10:20] = np.linspace(1e4, 9e4, 10)
    model, _ = fitted((Group("only", flat=True),), totals(time, np.ones((37, 1)), np.full(37, 12)))
    assert model.observed.level[0] == pytest.approx(37 / time.sum(), rel=1e-12)


def test_terms_that_share_no_bin_share_no_event() -> None:
    groups = (Group("early", stop=30.0), Group("late", start=DAY))
    time = np.zeros((2, BINS))
    time[0, :8] = 1e3
    time[1, AGE_EDGES[:-1] >= DAY] = 1e6
    _, shares = fitted(groups, totals(time, np.ones((4, 2)), np.array([0, 1, 20, 21])))
    np.testing.assert_allclose(shares, [[1, 0], [1, 0], [0, 1], [0, 1]], atol=1e-9)


def test_responsibilities_recover_the_split_of_two_levels() -> None:
    """Everybody has a background of 2e-6; half of the person-time has 6e-6 more."""
    groups = (Group("marked", flat=True), Group("everyone", flat=True))
    time = np.zeros((2, BINS))
    time[:, 15] = [1e9, 2e9]
    events = np.repeat([[1.0, 1.0], [0.0, 1.0]], [8_000, 2_000], axis=0)
    model, shares = fitted(
        groups, totals(time, events, np.full(10_000, 15)), iterations=2_000, tolerance=1e-12
    )
    np.testing.assert_allclose(model.observed.level, [6e-6, 2e-6], rtol=1e-4)
    assert shares[:8_000, 0].mean() == pytest.approx(0.75, abs=1e-4)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


def test_the_order_of_events_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    groups = (Group("marked"), Group("background", flat=True, frailty=True))
    time = rng.uniform(1e5, 1e6, (2, BINS))
    events, bins, user = (
        rng.integers(0, 2, (300, 2)).astype(float),
        rng.integers(0, BINS, 300),
        rng.integers(0, 20, 300),
    )
    events[:, 1] = 1
    order = rng.permutation(300)
    one, two = (
        fitted(groups, totals(time, events[o], bins[o], 20, user[o])) for o in (np.arange(300), order)
    )
    np.testing.assert_allclose(one[1][order], two[1], atol=1e-9)
    np.testing.assert_allclose(one[0].observed.level, two[0].observed.level, rtol=1e-9)


def test_a_user_who_often_cleans_up_has_more_background() -> None:
    groups = (Group("marked", flat=True), Group("background", flat=True, frailty=True))
    time = np.zeros((2, BINS))
    time[:, 20] = [1e8, 2e8]
    user = np.concatenate([np.zeros(50, dtype=int), np.arange(1, 51)])
    shares = fitted(groups, totals(time, np.ones((100, 2)), np.full(100, 20), 100, user))[1][:, 1]
    assert shares[:50].mean() > shares[50:].mean() + 0.2


class Hidden:
    """600 videos with 200 likes each; a third are clickbait, which triples the rate at which likes are lost after an hour."""

    def __init__(self, seed: int, scored: bool = True) -> None:
        rng = np.random.default_rng(seed)
        n = 600
        self.trait = rng.random(n) < 0.33
        self.time = np.zeros((n, BINS))
        self.time[:, [8, 13, 16]] = [200 * 60.0, 200 * 5_000.0, 200 * 30_000.0]
        rate = np.zeros((n, BINS))
        rate[:, [8, 13, 16]] = 2e-6
        rate[self.trait, 13] += 1.5e-5
        struck = rng.poisson(rate * self.time)
        video, bins = np.nonzero(struck)
        times = struck[video, bins]
        self.video, self.bin = np.repeat(video, times), np.repeat(bins, times)
        score = np.zeros((n, len(TRAITS)))
        score[:, 0] = rng.normal(np.where(self.trait, 0.5, -1.9), 1.1) if scored else -0.7
        score[:, 1:] = -8.0
        self.groups = (Group("cooling", start=5.0), Group("background", flat=True))
        data_time = np.array([self.time.sum(axis=0)])
        self.totals = totals(data_time, np.ones((self.bin.size, 1)), self.bin)
        counts = np.zeros((len(TRAITS), n, SCORE_BINS))
        self.evidence = Evidence(
            np.array([0]), np.array([0]), np.ones((self.bin.size, 1)), (self.time,), self.video, np.ones(n), score, score,
            counts[:, self.video], counts,
        )  # fmt: skip

    def fitted(self) -> Model:
        observed = start(np.array([1]), self.groups, self.totals)
        return fit(begin(observed, self.totals, self.evidence), self.totals, self.evidence)


def test_a_hidden_trait_is_found_from_noisy_scores_and_from_what_was_taken_back() -> None:
    world = Hidden(1)
    model = world.fitted()
    found = expect(model, world.totals, world.evidence)
    has = (found.belief @ PRESENT)[:, 0]
    by_score = 1 / (1 + np.exp(-world.evidence.score[:, 0]))
    assert np.abs(has - world.trait).mean() < 0.5 * np.abs(by_score - world.trait).mean()
    in_bin = world.bin == 13
    share = found.latent[in_bin].mean()
    truth = 1.5e-5 * world.time[world.trait, 13].sum() / in_bin.sum()
    assert share == pytest.approx(truth, abs=0.05)
    np.testing.assert_allclose(found.observed.sum(axis=1) + found.latent.sum(axis=1), 1.0)
    np.testing.assert_allclose(found.belief.sum(axis=1), 1.0)


def test_the_likelihood_never_falls_once_the_fit_is_warm() -> None:
    world = Hidden(2)
    model = world.fitted()
    seen = []
    for _ in range(5):
        model = fit(model, world.totals, world.evidence, iterations=1, cold=False)
        seen.append(expect(model, world.totals, world.evidence).log_likelihood)
    assert (np.diff(seen) > -1e-2).all()  # the shapes' pseudo-events may cost a hair


def test_a_video_counted_twice_is_two_videos() -> None:
    world = Hidden(3)
    double = Hidden(3)
    double.evidence.video_weight[:] = 2
    double.totals.event_weight[:] = 2
    double.totals.person_time[:] *= 2
    once, twice = world.fitted(), double.fitted()
    a, b = expect(once, world.totals, world.evidence), expect(twice, double.totals, double.evidence)
    assert b.latent.mean() == pytest.approx(
        a.latent.mean(), abs=0.02
    )  # pseudo-events weigh less in larger data
    assert b.log_likelihood == pytest.approx(2 * a.log_likelihood, rel=1e-3)


def test_classes_are_every_combination_of_strengths() -> None:
    classes = int(np.prod([len(STRENGTHS[trait]) for trait in TRAITS]))
    assert CARRIED.shape == (classes, len(CARRIERS)) and PRESENT.shape == (classes, len(TRAITS))
    assert len(np.unique(CARRIED, axis=0)) == classes
    either = [TRAITS.index("clickbait"), TRAITS.index("staged")]
    assert (CARRIED[:, CARRIERS.index("either")] == CARRIED[:, either].max(axis=1)).all()


def test_runs_hold_every_video_and_every_event_once_and_their_size_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Hidden(4)
    model = world.fitted()
    monkeypatch.setattr(traits, "RUN", 10**6)
    world.evidence = replace(world.evidence)  # what it had worked out is left behind
    whole = expect(model, world.totals, world.evidence)
    assert len(world.evidence.runs) == 1
    monkeypatch.setattr(traits, "RUN", 37)
    evidence = replace(world.evidence)
    videos = [v for run, _ in evidence.runs for v in range(run.start, run.stop)]
    events = [e for _, place in evidence.runs for e in evidence.by_video[place]]
    assert len(evidence.runs) > 10
    assert videos == list(range(600)) and sorted(events) == list(range(world.bin.size))
    parted = expect(model, world.totals, evidence)
    for name in ("observed", "latent", "belief", "log_likelihood"):
        np.testing.assert_allclose(getattr(parted, name), getattr(whole, name), rtol=1e-12)


def test_what_is_not_judged_has_no_likelihood_and_the_same_credit() -> None:
    world = Hidden(5)
    model = world.fitted()
    judged, unjudged = (
        expect(model, world.totals, world.evidence, texts_alone=True, judged=j) for j in (True, False)
    )
    assert np.isfinite(judged.log_likelihood) and np.isnan(unjudged.log_likelihood)
    np.testing.assert_array_equal(judged.latent, unjudged.latent)
