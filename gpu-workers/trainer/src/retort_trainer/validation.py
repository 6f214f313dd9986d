"""Rows that are held out of training, to tell how the student does on problems that it has not seen."""

import hashlib
from collections.abc import Sequence

from retort_trainer.failures import user_error


def held_out(problems: Sequence[str], ratio: float, seed: int) -> list[bool]:
    """For the problem of each row, whether the row is held out; all rows of a problem fall on the same side.

    `ratio` (0 to 0.5) is the share of the distinct problems, rounded, but at least one of them. The choice
    depends on `seed` and the problems alone. Raises a USER failure where one side would have no problem.
    """
    distinct = set(problems)
    if ratio == 0:
        return [False] * len(problems)
    if len(distinct) < 2:
        raise user_error(
            "NO_VALIDATION_ROWS",
            f"validation_ratio: {ratio:g} of {len(distinct)} problem (expected: at least 2 problems). "
            "Give more data, or leave validation_ratio out.",
        )
    ranked = sorted(distinct, key=lambda problem: hashlib.sha256(f"{seed}/{problem}".encode()).digest())
    chosen = set(ranked[: max(1, round(ratio * len(distinct)))])
    return [problem in chosen for problem in problems]
