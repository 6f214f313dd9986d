"""Compares two quantities: their values, units, percent signs and words."""

import sympy

from retort_trainer.mathematics import values
from retort_trainer.mathematics.forms import Quantity
from retort_trainer.verdicts import DIFFERENT, Decision, Verdict, undecided


def compare(left: Quantity, right: Quantity) -> Decision:
    factors = [sympy.Integer(1), sympy.Integer(1)]
    if left.unit and right.unit and not (left.unit.is_also(right.unit) or right.unit.is_also(left.unit)):
        if left.unit.dimensions != right.unit.dimensions:
            return _dimensions(left, right)
        factors = [
            sympy.Rational(unit.factor.numerator, unit.factor.denominator) for unit in (left.unit, right.unit)
        ]
    scaled = [side.value * factor for side, factor in zip((left, right), factors, strict=True)]
    decimals = (left.decimals, right.decimals)
    decision = values.same(scaled[0], scaled[1], decimals)
    if decision.verdict is not Verdict.EQUAL and left.percent != right.percent:
        hundredths = [
            value / 100 if side.percent else value for value, side in zip(scaled, (left, right), strict=True)
        ]
        decision = values.same(hundredths[0], hundredths[1], decimals)
    if decision.verdict is not Verdict.EQUAL and not (left.unit and right.unit):
        decision = _radians(left, right) or decision
    if decision.verdict is Verdict.EQUAL and left.words and right.words:
        fewer, more = sorted((set(left.words), set(right.words)), key=len)
        if not fewer <= more:
            return undecided(f"{' '.join(left.words)} and {' '.join(right.words)} may differ")
    if decision.verdict is Verdict.EQUAL and bool(left.unit) != bool(right.unit):
        of_thing = right if left.unit else left
        if of_thing.words:
            return undecided(f"{' '.join(of_thing.words)} and a unit")
    if decision.verdict is Verdict.DIFFERENT and left.base != right.base and _is_without_base(left, right):
        return undecided("the same digits without their number base")
    return decision


def _dimensions(left: Quantity, right: Quantity) -> Decision:
    """Compares values whose units have two dimensions."""
    assert left.unit is not None and right.unit is not None
    if left.unit.is_loose_of(right.unit):
        return undecided("units without a fixed ratio")
    for one, other in ((left, right), (right, left)):
        assert one.unit is not None and other.unit is not None
        if (one.unit.dimensions, other.unit.dimensions) == ((("angle", 1),), (("radian", 1),)):
            factor = sympy.Rational(one.unit.factor.numerator, one.unit.factor.denominator)
            return values.same(one.value * factor * sympy.pi / 180, other.value)
    return DIFFERENT


def _radians(left: Quantity, right: Quantity) -> Decision | None:
    for one, other in ((left, right), (right, left)):
        if (
            one.unit
            and one.unit.dimensions == (("angle", 1),)
            and not other.unit
            and other.value.has(sympy.pi)
        ):
            return values.same(one.value * sympy.pi / 180, other.value)
    return None


def _is_without_base(left: Quantity, right: Quantity) -> bool:
    return 10 in (left.base, right.base) and left.written.lower() == right.written.lower() != ""
