"""Verdicts of the answer checker on two answers."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """UNDECIDED makes no statement: the answer could not be parsed, or not be compared within the limits."""

    EQUAL = "EQUAL"
    DIFFERENT = "DIFFERENT"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Decision:
    """A verdict, and for people the reason if it is UNDECIDED."""

    verdict: Verdict
    reason: str = ""


EQUAL = Decision(Verdict.EQUAL)
DIFFERENT = Decision(Verdict.DIFFERENT)


def undecided(reason: str) -> Decision:
    return Decision(Verdict.UNDECIDED, reason)


def of(equal: bool) -> Decision:
    return EQUAL if equal else DIFFERENT
