"""The verdict on two answers in their original notation."""

import re
from collections.abc import Callable, Iterator

from retort_trainer.mathematics.comparison import compare
from retort_trainer.mathematics.forms import Form
from retort_trainer.mathematics.lexer import Unreadable
from retort_trainer.mathematics.reading import readings
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, Verdict, undecided

_DECIMAL_COMMA = re.compile(r"^([-+]?[0-9][0-9 ]*),([0-9]+)(?![0-9,]|\s*,)")

_WHOLE_AND_FRACTION = re.compile(r"(?<=\d) and (?=\d+ ?/ ?\d|\$?\\[dt]?frac)")


def decide(gold: str, answer: str) -> Decision:
    """Symmetric. May run without end; the caller limits its time."""
    decision = _decide(gold, answer, common_logarithm=True)
    if decision == DIFFERENT:
        for respelled, doubt in ((_with_point, "a decimal comma"), (_mixed, "a mixed number")):
            if EQUAL in (
                _decide(*pair, common_logarithm=True) for pair in _respellings(gold, answer, respelled)
            ):
                return undecided(f"{doubt}, or a list")
    if "log" not in gold + answer:
        return decision
    # The base of "log", 10 or e, is ambiguous.
    other = _decide(gold, answer, common_logarithm=False)
    return decision if other.verdict is decision.verdict else undecided("log without its base")


def _with_point(answer: str) -> str:
    """ "3,14" as a decimal, as in much of Europe."""
    return _DECIMAL_COMMA.sub(r"\1.\2", answer)


def _mixed(answer: str) -> str:
    """ "2 and 3/5" as a mixed number."""
    return _WHOLE_AND_FRACTION.sub(" ", answer)


def _respellings(gold: str, answer: str, respelled: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The pairs with one side respelled, if that changes it."""
    if respelled(gold) != gold:
        yield respelled(gold), answer
    if respelled(answer) != answer:
        yield gold, respelled(answer)


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
