"""Values of expressions at fixed points."""

import functools
import random
from collections.abc import Callable, Sequence

import mpmath
import sympy
from sympy import Expr

_POINTS = 12
_DIGITS = 40


def digits_needed(*expressions: Expr) -> int:
    """The number of digits at which the smallest constant of the expressions still counts."""
    numbers = {number for side in expressions for number in side.atoms(sympy.Rational)}
    bits = sum(abs(number.p).bit_length() + number.q.bit_length() for number in numbers)
    return _DIGITS + int(2 * 0.30103 * bits)


def names_of(*expressions: Expr) -> list[sympy.Symbol]:
    return sorted({name for side in expressions for name in side.free_symbols}, key=str)


@functools.cache
def points(count: int) -> tuple[tuple[mpmath.mpf, ...], ...]:
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


class Sampled:
    """An expression as a function of its names."""

    def __init__(self, expression: Expr, names: Sequence[sympy.Symbol]) -> None:
        self._function = sympy.lambdify(list(names), expression, "mpmath")
        self._expression = expression
        self._names = list(names)
        self._has_complex = expression.has(sympy.I)

    @functools.cached_property
    def _inside(self) -> list[Callable[..., object]]:
        """What roots and logarithms are taken of."""
        parts = {power.base for power in self._expression.atoms(sympy.Pow) if not power.exp.is_integer}
        parts |= {logarithm.args[0] for logarithm in self._expression.atoms(sympy.log)}
        return [sympy.lambdify(self._names, part, "mpmath") for part in parts if part.free_symbols]

    def at(self, point: Sequence[mpmath.mpf]) -> "mpmath.mpc | None":
        """The value at a point, in the current precision; None if there is none."""
        return _number(self._function, point)

    def is_real_at(self, point: Sequence[mpmath.mpf]) -> bool:
        """Whether the roots and logarithms at a point are those of numbers that are not negative."""
        if self._has_complex:
            return False
        inside = [_number(part, point) for part in self._inside]
        return all(number is not None and not number.imag and number.real >= 0 for number in inside)


def _number(function: Callable[..., object], point: Sequence[mpmath.mpf]) -> "mpmath.mpc | None":
    try:
        number = mpmath.mpmathify(function(*point))
    except (ArithmeticError, ValueError, TypeError, NameError):
        return None
    return None if mpmath.isnan(number) or mpmath.isinf(number) else mpmath.mpc(number)
