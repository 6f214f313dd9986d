"""The verdict on two answers in their original notation."""

import re

from retort_trainer.mathematics.comparison import compare
from retort_trainer.mathematics.forms import Form
from retort_trainer.mathematics.lexer import Unreadable
from retort_trainer.mathematics.reading import readings
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, Verdict, undecided

_DECIMAL_COMMA = re.compile(r"^([-+]?[0-9][0-9 ]*),([0-9]+)(?![0-9,]|\s*,)")


def decide(gold: str, answer: str) -> Decision:
    """Symmetric. May run without end; the caller limits its time."""
    decision = _decide(gold, answer, common_logarithm=True)
    if decision == DIFFERENT and EQUAL in (
        _decide(_with_point(gold), answer, common_logarithm=True),
        _decide(gold, _with_point(answer), common_logarithm=True),
    ):
        return undecided("a decimal comma, or a list")
    if "log" not in gold + answer:
        return decision
    # The base of "log", 10 or e, is ambiguous.
    other = _decide(gold, answer, common_logarithm=False)
    return decision if other.verdict is decision.verdict else undecided("log without its base")


def _with_point(answer: str) -> str:
    """ "3,14" as a decimal, as in much of Europe."""
    return _DECIMAL_COMMA.sub(r"\1.\2", answer)


def _decide(gold: str, answer: str, *, common_logarithm: bool) -> Decision:
    read: list[list[Form]] = []
    for text, name in ((gold, "the gold answer"), (answer, "the answer")):
        try:
            read.append(readings(text, common_logarithm=common_logarithm))
        except Unreadable as error:
            return undecided(f"{name} is not read: {error}")
    decisions: list[Decision] = []
    for left in read[0]:
        for right in read[1]:
            try:
                decisions.append(compare(left, right))
            except Unreadable as error:
                decisions.append(undecided(str(error)))
    if EQUAL in decisions:
        return EQUAL
    return next((one for one in decisions if one.verdict is Verdict.UNDECIDED), decisions[0])
