"""Lists that continue as they began: "1, 3, 5, ..., 2n-1"."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, expand, simplify

from retort_trainer.mathematics import values
from retort_trainer.mathematics.forms import Ellipsis, Form, Items, Quantity
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, Verdict, of, undecided

_UNKNOWN = "a list that goes on in a way that is not known"


@dataclass(frozen=True)
class _Progression:
    """From `first` by adding or multiplying `step`, to `last` if the list has an end."""

    first: Expr
    step: Expr
    last: Expr | None
    geometric: bool


def compare(left: Items, right: Items, same: Callable[[Form, Form], Decision]) -> Decision:
    """Equal if their items are equal, else if their rules are equal."""
    if len(left.items) == len(right.items):
        decisions = [same(one, other) for one, other in zip(left.items, right.items, strict=True)]
        if all(decision == EQUAL for decision in decisions):
            return EQUAL
    first, second = _progression(left), _progression(right)
    for one, other in ((first, right), (second, left)):
        if one is not None and not any(isinstance(item, Ellipsis) for item in other.items):
            return _written_out(one, other, same)
    if first is None or second is None:
        return undecided(_UNKNOWN)
    if first.geometric != second.geometric or (first.last is None) != (second.last is None):
        return DIFFERENT
    pairs = [(first.first, second.first), (first.step, second.step)]
    if first.last is not None and second.last is not None:
        pairs.append((first.last, second.last))
    verdicts = [values.same(one, other).verdict for one, other in pairs]
    if Verdict.DIFFERENT in verdicts:
        return DIFFERENT
    return undecided(_UNKNOWN) if Verdict.UNDECIDED in verdicts else EQUAL


def _written_out(progression: _Progression, items: Items, same: Callable[[Form, Form], Decision]) -> Decision:
    """Whether a list without dots contains all items of a progression of numbers."""
    value, last = progression.first, progression.last
    if last is None:
        return DIFFERENT
    if not (value.is_Rational and progression.step.is_Rational and last.is_Rational):
        return undecided(_UNKNOWN)
    for index, item in enumerate(items.items):
        if same(Quantity(value), item) != EQUAL:
            return DIFFERENT
        if index == len(items.items) - 1:
            break
        value = value * progression.step if progression.geometric else value + progression.step
    return of(value == last)


def _progression(items: Items) -> _Progression | None:
    dots = [index for index, item in enumerate(items.items) if isinstance(item, Ellipsis)]
    if len(dots) != 1:
        return None
    begun = [item.value for item in items.items[: dots[0]] if isinstance(item, Quantity)]
    ends = [item.value for item in items.items[dots[0] + 1 :] if isinstance(item, Quantity)]
    if len(begun) + len(ends) + 1 != len(items.items) or not begun:
        return None
    last = ends[-1] if ends else None
    if len(begun) == 1:
        # "1, ..., n" counts in steps of one.
        return _Progression(begun[0], begun[0] ** 0, last, geometric=False) if last is not None else None
    known = begun + ends if len(ends) > 1 else begun
    differences = [expand(after - before) for before, after in itertools.pairwise(begun)]
    if len(set(differences)) == 1:
        if len(ends) > 1 and expand(ends[-1] - ends[-2]) != differences[0]:
            return None
        return _Progression(begun[0], differences[0], last, geometric=False)
    if len(begun) < 3 or any(value.is_zero for value in known):
        return None
    ratios = {simplify(after / before) for before, after in itertools.pairwise(begun)}
    return _Progression(begun[0], ratios.pop(), last, geometric=True) if len(ratios) == 1 else None
