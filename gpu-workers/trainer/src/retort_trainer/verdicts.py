"""What a program says of two answers."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """UNDECIDED is no word on the answer: it could not be read, or not be compared within the limits."""

    EQUAL = "EQUAL"
    DIFFERENT = "DIFFERENT"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Decision:
    """A verdict, and for people why it is UNDECIDED."""

    verdict: Verdict
    reason: str = ""


EQUAL = Decision(Verdict.EQUAL)
DIFFERENT = Decision(Verdict.DIFFERENT)


def undecided(reason: str) -> Decision:
    return Decision(Verdict.UNDECIDED, reason)


def of(equal: bool) -> Decision:
    return EQUAL if equal else DIFFERENT
