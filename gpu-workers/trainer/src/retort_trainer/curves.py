"""What a training has logged so far, as short curves that its progress reports while it runs."""

import time
from collections.abc import Callable, Sequence

from retort_trainer import rewards, validation
from retort_trainer.data import Gap
from retort_trainer.job import CurvePoint, TrainingCurves

MAX_POINTS = 200
# A long history is not read at every step.
_SECONDS_BETWEEN_UPDATES = 2.0


class Curves:
    """Curves of one attempt. Losses and margins begin with the training, speeds with the attempt."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._updated_at = -_SECONDS_BETWEEN_UPDATES
        self._latest = TrainingCurves()
        self._speeds: list[CurvePoint] = []

    def add_speed(self, step: int, tokens_per_second: float) -> None:
        self._speeds.append(CurvePoint(step, tokens_per_second))
        if len(self._speeds) > 2 * MAX_POINTS:
            # Every second point, with the last one.
            self._speeds = self._speeds[::-2][::-1]

    def speeds(self) -> list[CurvePoint]:
        return thinned(self._speeds)

    def latest(self, history: Sequence[dict[str, float]]) -> TrainingCurves:
        """At most a few seconds old."""
        now = self._clock()
        if now - self._updated_at >= _SECONDS_BETWEEN_UPDATES:
            self._updated_at = now
            self._latest = TrainingCurves(
                loss=_logged(history, "loss"),
                validation_loss=_logged(history, validation.LOSS),
                margin=_margins(history),
                tokens_per_second=self.speeds(),
            )
        return self._latest


def thinned(points: list[CurvePoint]) -> list[CurvePoint]:
    """At most MAX_POINTS, evenly spaced, first and last included."""
    if len(points) <= MAX_POINTS:
        # A copy: what was reported does not change.
        return list(points)
    stride = (len(points) - 1) / (MAX_POINTS - 1)
    return [points[round(index * stride)] for index in range(MAX_POINTS)]


def _logged(history: Sequence[dict[str, float]], name: str) -> list[CurvePoint]:
    return thinned([CurvePoint(int(entry["step"]), float(entry[name])) for entry in history if name in entry])


def _margins(history: Sequence[dict[str, float]]) -> list[CurvePoint]:
    return [
        CurvePoint(point.step, reward.margin)
        for point in rewards.curve(history)
        for reward in point.rewards
        if reward.gap is Gap.UNSPECIFIED
    ]
