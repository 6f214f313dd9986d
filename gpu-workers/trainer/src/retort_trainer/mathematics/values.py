"""Compares two values.

The comparison is exact if both are exact. A decimal with the digits of floating-point arithmetic has a
relative tolerance, and a decimal stands for a value with infinitely many digits if it is that value, rounded;
there is no absolute tolerance.
"""

import mpmath
import sympy
from sympy import Expr, Rational

from retort_trainer.mathematics.sampling import Sampled, digits_needed, names_of, points
from retort_trainer.verdicts import DIFFERENT, EQUAL, Decision, of, undecided

# Number of digits from which a decimal counts as the result of floating-point arithmetic.
_FLOATING_DIGITS = 15
# A few units in the last place of a double.
_FLOATING = Rational(1, 2**49)
# Amounts of money and other numbers with two decimals are exact, however large they are.
_EXACT_PLACES = 100
# Minimum number of digits of a rounded decimal that equals a value with infinitely many digits.
_ROUNDED_DIGITS = 6
_PRECISIONS = (60, 400)
MOST_DIGITS = 25_000
# For expressions with names, which are compared at many points.
_MOST_SAMPLED_DIGITS = 4_000
# Number of points at which two expressions have to agree.
_FEWEST_POINTS = 3
_TOO_LONG = "numbers of too many digits"


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
    if _is_floating(left, right, left, decimals[0]) or _is_floating(left, right, right, decimals[1]):
        return True
    return _stands_for(left, right, decimals[0]) or _stands_for(right, left, decimals[1])


def _is_floating(left: Expr, right: Expr, decimal: Expr, digits: int) -> bool:
    """Whether two values differ only by the rounding errors of a decimal."""
    if digits < _FLOATING_DIGITS or (decimal * _EXACT_PLACES).is_Integer:
        return False
    return bool(abs(left - right) <= _FLOATING * max(abs(left), abs(right)))


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
    needed = min(2 * digits_needed(left, right), MOST_DIGITS)
    for precision in (*_PRECISIONS, *((needed,) if needed > _PRECISIONS[-1] else ())):
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
    return EQUAL if needed < MOST_DIGITS else undecided(_TOO_LONG)


def _rounded_constant(left: Expr, right: Expr, first: Expr, second: Expr, decimals: tuple[int, int]) -> bool:
    # The single decimal is exact; for the other value, its digits are sufficient.
    for decimal, value, digits in ((left, second, decimals[0]), (right, first, decimals[1])):
        if digits and decimal.is_Rational:
            return _is_floating(first, second, decimal, digits) or _stands_for(decimal, value, digits)
    return False


def _same_function(left: Expr, right: Expr) -> Decision:
    """Compares at fixed sample points: two expressions that agree at all of them count as equal.

    Real functions are compared where both are real: ln(ab) is also defined where ln a + ln b is not.
    """
    if left.has(sympy.core.function.AppliedUndef) or right.has(sympy.core.function.AppliedUndef):
        return EQUAL if sympy.expand(left - right) == 0 else undecided("a function that is not known")
    names = names_of(left, right)
    digits = digits_needed(left, right)
    if digits > _MOST_SAMPLED_DIGITS:
        return undecided(_TOO_LONG)
    with mpmath.workdps(digits):
        first, second = Sampled(left, names), Sampled(right, names)
        real: list[bool] = []
        others: list[bool] = []
        for point in points(len(names)):
            one, other = first.at(point), second.at(point)
            if one is None or other is None:
                if one is not other:
                    return DIFFERENT
                continue
            agree = _agree(one, other, digits)
            of_reals = first.is_real_at(point) and second.is_real_at(point)
            if of_reals and not agree:
                return DIFFERENT
            (real if of_reals else others).append(agree)
    if len(real) < _FEWEST_POINTS and not all(others):
        is_complex = left.has(sympy.I) or right.has(sympy.I)
        return undecided("expressions of several branches") if any(others) and not is_complex else DIFFERENT
    if len(real) + len(others) < _FEWEST_POINTS:
        return undecided("expressions that have a value nowhere near zero")
    return EQUAL


def _agree(first: "mpmath.mpc", second: "mpmath.mpc", digits: int) -> bool:
    largest = max(abs(first), abs(second))
    return bool(abs(first - second) <= mpmath.mpf(10) ** (-digits // 2) * largest) or not largest


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
    names = names_of(left)
    ratios = []
    digits = digits_needed(left, right)
    if digits > _MOST_SAMPLED_DIGITS:
        return undecided(_TOO_LONG)
    with mpmath.workdps(digits):
        first, second = Sampled(left, names), Sampled(right, names)
        for point in points(len(names)):
            above, below = first.at(point), second.at(point)
            if above is not None and below:
                ratios.append(above / below)
        if len(ratios) < _FEWEST_POINTS:
            return undecided("sides that have a value nowhere near zero")
        spread = max(abs(ratio - ratios[0]) for ratio in ratios)
        constant = spread <= mpmath.mpf(10) ** (-digits // 2) * abs(ratios[0])
        if constant:
            return of(bool(ratios[0]) and not (positive and mpmath.re(ratios[0]) < 0))
    if left.is_polynomial(*names) and right.is_polynomial(*names):
        return DIFFERENT
    return undecided("equations that are no multiples of each other")
