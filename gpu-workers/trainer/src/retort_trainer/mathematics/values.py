"""Compares two values.

The comparison is exact if both are exact, and has a relative tolerance if one is a rounded decimal; there is
no absolute tolerance.
"""

import functools
import random
from collections.abc import Sequence

import mpmath
import sympy
from sympy import Expr, Rational

from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, of, undecided

# Number of digits from which a decimal counts as the result of floating-point arithmetic.
FLOATING_DIGITS = 10
_FLOATING = Rational(1, 10**9)
# Minimum number of digits of a rounded decimal that equals a value with infinitely many digits.
_ROUNDED_DIGITS = 6
_PRECISIONS = (60, 400)
_POINTS = 12
_POINT_DIGITS = 40


def same(left: Expr, right: Expr, decimals: tuple[int, int] = (0, 0)) -> Decision:
    """`decimals` are the significant digits of both, if they are single decimals."""
    if left == right:
        return EQUAL
    if left.is_Rational and right.is_Rational:
        return of(_rounded(left, right, decimals))
    if left.free_symbols or right.free_symbols:
        return _same_function(left, right)
    if (
        left.is_infinite
        or right.is_infinite
        or left.has(sympy.zoo, sympy.nan)
        or right.has(sympy.zoo, sympy.nan)
    ):
        return DIFFERENT
    return _same_constant(left, right, decimals)


def _rounded(left: Expr, right: Expr, decimals: tuple[int, int]) -> bool:
    largest = max(abs(left), abs(right))
    if max(decimals) >= FLOATING_DIGITS and abs(left - right) <= _FLOATING * largest:
        return True
    return _stands_for(left, right, decimals[0]) or _stands_for(right, left, decimals[1])


def _stands_for(decimal: Expr, value: Expr, digits: int) -> bool:
    """Whether a decimal is a value with infinitely many digits, rounded or truncated at its last digit."""
    if digits < _ROUNDED_DIGITS or not decimal or (value.is_Rational and _ends(value)):
        return False
    exponent = int(mpmath.floor(mpmath.log10(mpmath.mpf(abs(decimal).p) / mpmath.mpf(abs(decimal).q))))
    unit = Rational(10) ** (exponent - digits + 1)
    difference = abs(decimal - value)
    cut = bool(abs(value) > abs(decimal)) and bool(difference < unit)
    return cut or bool(difference <= unit / 2)


def _ends(value: Expr) -> bool:
    denominator = value.q
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return bool(denominator == 1)


def _same_constant(left: Expr, right: Expr, decimals: tuple[int, int]) -> Decision:
    for precision in _PRECISIONS:
        first, second = (sympy.N(side, precision, maxn=4 * precision) for side in (left, right))
        if (
            not (first.is_number and second.is_number)
            or first.has(sympy.Function)
            or second.has(sympy.Function)
        ):
            return undecided("a value that cannot be computed")
        largest = max(abs(first), abs(second))
        if abs(first - second) > largest * Rational(1, 10 ** (precision // 2)):
            if first.is_real and second.is_real and max(decimals):
                return of(_rounded_constant(left, right, first, second, decimals))
            return DIFFERENT
        if not largest:
            break
    return EQUAL


def _rounded_constant(left: Expr, right: Expr, first: Expr, second: Expr, decimals: tuple[int, int]) -> bool:
    # The single decimal is exact; for the other value, its digits are sufficient.
    if max(decimals) >= FLOATING_DIGITS and abs(first - second) <= _FLOATING * max(abs(first), abs(second)):
        return True
    if decimals[0] and left.is_Rational:
        return _stands_for(left, second, decimals[0])
    return bool(decimals[1] and right.is_Rational and _stands_for(right, first, decimals[1]))


def _same_function(left: Expr, right: Expr) -> Decision:
    """Compares at fixed sample points: two expressions that agree at all of them count as equal."""
    names = sorted(left.free_symbols | right.free_symbols, key=str)
    if left.has(sympy.core.function.AppliedUndef) or right.has(sympy.core.function.AppliedUndef):
        return EQUAL if sympy.expand(left - right) == 0 else undecided("a function that is not known")
    agreed = 0
    for point in _points(len(names)):
        first, second = _at(left, names, point), _at(right, names, point)
        if first is None and second is None:
            continue
        if first is None or second is None:
            return DIFFERENT
        if abs(first - second) > mpmath.mpf(10) ** (-_POINT_DIGITS // 2) * max(
            abs(first), abs(second), _TINY
        ):
            return DIFFERENT
        agreed += 1
    return EQUAL if agreed >= 3 else undecided("expressions that have a value nowhere near zero")


_TINY = mpmath.mpf(10) ** -60


@functools.cache
def _points(count: int) -> tuple[tuple[mpmath.mpf, ...], ...]:
    chosen = random.Random(20_250_101)
    scales = (3, 3, 3, 10, 1, 3)
    return tuple(
        tuple(
            mpmath.mpf(chosen.randint(1, 10**6) * scales[index % len(scales)])
            / 10**6
            * (1 if index % 2 else sign)
            for sign in (chosen.choice((1, -1)) for _ in range(count))
        )
        for index in range(_POINTS)
    )


def _at(value: Expr, names: Sequence[sympy.Symbol], point: Sequence[mpmath.mpf]) -> "mpmath.mpc | None":
    with mpmath.workdps(_POINT_DIGITS):
        try:
            found = sympy.lambdify(list(names), value, "mpmath")(*point)
            number = mpmath.mpmathify(found)
        except (ArithmeticError, ValueError, TypeError, NameError):
            return None
        if mpmath.isnan(number) or mpmath.isinf(number):
            return None
        return mpmath.mpc(number)


def same_zeros(left: Expr, right: Expr) -> Decision:
    """Whether left = 0 and right = 0 are equivalent equations: one is a multiple of the other."""
    left, right = (sympy.numer(sympy.together(side)) for side in (left, right))
    if left.free_symbols != right.free_symbols:
        return DIFFERENT
    return _constant_ratio(left, right, positive=False)


def same_sign(left: Expr, right: Expr) -> Decision:
    """Whether left > 0 and right > 0 are equivalent inequalities."""
    if left.free_symbols != right.free_symbols:
        return DIFFERENT
    return _constant_ratio(left, right, positive=True)


def _constant_ratio(left: Expr, right: Expr, *, positive: bool) -> Decision:
    names = sorted(left.free_symbols, key=str)
    ratios = []
    with mpmath.workdps(_POINT_DIGITS):
        for point in _points(len(names)):
            first, second = _at(left, names, point), _at(right, names, point)
            if first is not None and second:
                ratios.append(first / second)
        if len(ratios) < 3:
            return undecided("sides that have a value nowhere near zero")
        spread = max(abs(ratio - ratios[0]) for ratio in ratios)
        constant = spread <= mpmath.mpf(10) ** (-_POINT_DIGITS // 2) * abs(ratios[0])
        if constant:
            return of(bool(ratios[0]) and not (positive and mpmath.re(ratios[0]) < 0))
    if left.is_polynomial(*names) and right.is_polynomial(*names):
        return DIFFERENT
    return undecided("equations that are no multiples of each other")
