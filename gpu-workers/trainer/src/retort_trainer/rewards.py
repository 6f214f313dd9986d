"""How far CogPO's model prefers chosen to rejected chains, by gap class: margins, accuracies and drift.

Of a pair with `beta`, with log p the sum of log-probabilities over completion tokens and p_ref the frozen
stage-1 model (DPO's implicit reward, Rafailov et al. 2023, arXiv 2305.18290, equation 5, without the term
that chosen and rejected share):

    reward(y) = beta (log p(y) - log p_ref(y))
    margin    = reward(chosen) - reward(rejected)
    accuracy  = share of pairs with a margin above 0
    drift(y)  = log p(y) - log p_ref(y), in nats

These are TRL's `rewards/margins`, `rewards/accuracies`, `rewards/chosen` and `rewards/rejected`, but for each
gap class, and weighted by its number of pairs. In a trainer's log a class has one entry for each figure,
named `gaps/<class>/<figure>`, in evaluations with `eval_` before it.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch

from retort_trainer.data import Gap
from retort_trainer.job import GapRewards, RewardPoint

MAX_CURVE_POINTS = 50
# Logged steps that progress is over: a step alone may have no pair of a class.
LATEST_STEPS = 10

_GAPS = tuple(Gap)
_PAIRS = "pairs"
# In the order of a row of sums, after the number of pairs.
_MEANS = (
    "margin",
    "accuracy",
    "chosen_reward",
    "rejected_reward",
    "chosen_log_probability_drift",
    "rejected_log_probability_drift",
)


def index(gap: Gap) -> int:
    """A gap class as a number, for tensors."""
    return _GAPS.index(gap)


class RewardSums:
    """Sums over the pairs since the last log."""

    def __init__(self) -> None:
        self._sums = torch.zeros(len(_GAPS), 1 + len(_MEANS), dtype=torch.float64)

    def add(
        self, gaps: torch.Tensor, betas: torch.Tensor, chosen: torch.Tensor, rejected: torch.Tensor
    ) -> None:
        """Adds pairs, one for each entry of the four vectors.

        Args:
            gaps: classes by `index`.
            betas: beta of each pair.
            chosen: log p - log p_ref of the chosen sides, in nats.
            rejected: the same of the rejected sides.
        """
        betas, chosen, rejected = (values.detach().double().cpu() for values in (betas, chosen, rejected))
        margins = betas * (chosen - rejected)
        figures = [
            torch.ones_like(margins),
            margins,
            (margins > 0).double(),
            betas * chosen,
            betas * rejected,
            chosen,
            rejected,
        ]
        self._sums.index_add_(0, gaps.detach().long().cpu(), torch.stack(figures, dim=1))

    def take(self, prefix: str = "") -> dict[str, float]:
        """The log's entries of every class that had a pair; the sums begin anew."""
        entries: dict[str, float] = {}
        for gap, (pairs, *sums) in zip(_GAPS, self._sums.tolist(), strict=True):
            if pairs:
                entries[_key(prefix, gap, _PAIRS)] = pairs
                for name, total in zip(_MEANS, sums, strict=True):
                    entries[_key(prefix, gap, name)] = total / pairs
        self._sums.zero_()
        return entries


def pooled(logs: Sequence[dict[str, float]], prefix: str = "") -> list[GapRewards]:
    """Over the pairs of several logs: first all pairs together, then each class that had one."""
    classes = [rewards for gap in _GAPS if (rewards := _of_class(logs, gap, prefix)) is not None]
    if not classes:
        return []
    pairs = sum(rewards.pairs for rewards in classes)
    means = {
        name: sum(getattr(rewards, name) * rewards.pairs for rewards in classes) / pairs for name in _MEANS
    }
    named = [rewards for rewards in classes if rewards.gap is not Gap.UNSPECIFIED]
    return [GapRewards(gap=Gap.UNSPECIFIED, pairs=pairs, **means), *named]


def latest(history: Sequence[dict[str, float]]) -> list[GapRewards]:
    """Of the last `LATEST_STEPS` logged steps."""
    return pooled(_steps(history)[-LATEST_STEPS:])


def curve(history: Sequence[dict[str, float]]) -> list[RewardPoint]:
    """At most `MAX_CURVE_POINTS` points, each over the pairs of the steps since the point before it."""
    steps = _steps(history)
    count = min(len(steps), MAX_CURVE_POINTS)
    bounds = [round(number * len(steps) / count) for number in range(count + 1)] if count else []
    points = [
        RewardPoint(int(steps[end - 1]["step"]), pooled(steps[start:end])) for start, end in pairwise(bounds)
    ]
    return [point for point in points if point.rewards]


def last_pass(history: Sequence[dict[str, float]], taken_step: int) -> list[GapRewards]:
    """Of the steps of the last pass over the pairs, up to the step whose model was taken."""
    steps = [entry for entry in _steps(history) if entry["step"] <= taken_step]
    # Logged epochs are rounded.
    return pooled([entry for entry in steps if entry["epoch"] > steps[-1]["epoch"] - 1 + 1e-6])


def held_out(history: Sequence[dict[str, float]], taken_step: int) -> list[GapRewards]:
    """Of the held-out pairs, at the last evaluation up to the step whose model was taken."""
    evaluations = [entry for entry in history if "eval_loss" in entry and entry["step"] <= taken_step]
    return pooled(evaluations[-1:], "eval_")


def _of_class(logs: Sequence[dict[str, float]], gap: Gap, prefix: str) -> GapRewards | None:
    having = [entry for entry in logs if _key(prefix, gap, _PAIRS) in entry]
    if not having:
        return None
    weights = [entry[_key(prefix, gap, _PAIRS)] for entry in having]
    pairs = sum(weights)

    def mean(name: str) -> float:
        values = [entry[_key(prefix, gap, name)] for entry in having]
        return sum(weight * value for weight, value in zip(weights, values, strict=True)) / pairs

    return GapRewards(gap=gap, pairs=int(pairs), **{name: mean(name) for name in _MEANS})


def _steps(history: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    return [entry for entry in history if "loss" in entry]


def _key(prefix: str, gap: Gap, name: str) -> str:
    return f"{prefix}gaps/{gap.value.removeprefix('GAP_').lower()}/{name}"
