"""Paired differences of two arms over problems and seeds, with 95 % intervals.

`over_problems` is the interval of docs/evaluation.md (`PairedDifference`): Student's, of the differences by
problem and of two more that are plus and minus 1/sqrt(answers) (Bonett and Price 2012). It tells of other
problems, for the models that were trained.

`over_problems_and_seeds` also tells of other seeds. Problems and seeds are crossed random effects, so that
the variance of the mean of D[seed][problem] is

    A / problems + B / seeds - C / (problems seeds)

with A and B the variances of the means by problem (with the two more, as above) and by seed, and C that of
the residuals, and nowhere below its first or second term. The degrees of freedom are Satterthwaite's (1946)
of the first two terms.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """A mean difference and its interval, as shares from -1 to 1."""

    mean: float
    low: float
    high: float

    def answer(self) -> str:
        """Whether the first arm is better: "yes", "no" or "cannot tell"."""
        return "yes" if self.low > 0 else "no" if self.high < 0 else "cannot tell"

    def __str__(self) -> str:
        return f"{100 * self.mean:+.1f} [{100 * self.low:+.1f}, {100 * self.high:+.1f}]"


def over_problems(differences: Sequence[float], answers: int) -> Difference:
    """Of one difference for each problem, of `answers` answers of each arm."""
    centre, variance = _problem_moments(differences, answers)
    count = len(differences) + 2
    return _interval(differences, centre, math.sqrt(variance / count), count - 1)


def over_problems_and_seeds(differences: Sequence[Sequence[float]], answers: int) -> Difference:
    """Of at least two seeds' differences, each by problem in the same order."""
    seeds, problems = len(differences), len(differences[0])
    if seeds < 2 or any(len(row) != problems for row in differences):
        raise ValueError(f"{seeds} seeds of {problems} problems (expected: at least 2, of the same problems)")
    by_problem = [_mean(column) for column in zip(*differences, strict=True)]
    by_seed = [_mean(row) for row in differences]
    total = _mean(by_seed)
    residuals = sum(
        (value - by_problem[problem] - by_seed[seed] + total) ** 2
        for seed, row in enumerate(differences)
        for problem, value in enumerate(row)
    )
    centre, variance = _problem_moments(by_problem, answers * seeds)
    first = variance / (problems + 2)
    second = _variance(by_seed, total) / seeds
    third = residuals / ((problems - 1) * (seeds - 1)) / (problems * seeds) if problems > 1 else 0.0
    whole = max(first + second - third, first, second)
    freedom = (first + second) ** 2 / (first**2 / (problems + 1) + second**2 / (seeds - 1))
    return _interval(by_problem, centre, math.sqrt(whole), freedom)


def student_quantile(probability: float, freedom: float) -> float:
    """Student's quantile, by bisection of its distribution; `probability` from 0.5 to below 1."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if 1 - _beta(freedom / (freedom + middle * middle), freedom / 2, 0.5) / 2 < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _interval(values: Sequence[float], centre: float, error: float, freedom: float) -> Difference:
    mean = _mean(values)
    half = student_quantile(0.975, freedom) * error
    return Difference(mean, max(-1.0, min(mean, centre - half)), min(1.0, max(mean, centre + half)))


def _problem_moments(differences: Sequence[float], answers: int) -> tuple[float, float]:
    """Mean and variance of the differences and of the two more."""
    step = 1 / math.sqrt(answers)
    values = [*differences, step, -step]
    centre = _mean(values)
    return centre, _variance(values, centre)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _variance(values: Sequence[float], mean: float) -> float:
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by Lentz's continued fraction (Press et al. 1992, 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(1 - x)
    )
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    total = d
    for m in range(1, 500):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + numerator * d, tiny)
            c = _away(1 + numerator / c, tiny)
            total *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return total


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
