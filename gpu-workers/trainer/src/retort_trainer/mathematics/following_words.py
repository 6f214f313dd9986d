"""The words that may follow a number: a scale, a fraction, a power, a percent sign, a unit, and things."""

import re
from dataclasses import dataclass

from sympy import Expr, Integer

from retort_trainer.mathematics import han_numerals, numerals, units
from retort_trainer.mathematics.lexer import Unreadable

_SCALES = numerals.SCALES | han_numerals.SCALES
_PERCENT = frozenset({"percent", "percentage", "pct", "per cent"})
_POWERS = {"squared": 2, "cubed": 3}
# After them the number alone is not the value.
_CHANGING_TEXT = "factorial least most minimum maximum below under above over beyond remainder modulo than"
_CHANGING = frozenset(_CHANGING_TEXT.split())
_HAN_CHANGING = re.compile(r"^[折成余多]|以[上下内外]|[多余折成]$")
# Coins, or fourths; teams play halves.
_COINS = frozenset({"quarter", "quarters", "halves"})


@dataclass(frozen=True)
class Following:
    scale: Expr
    exponent: int
    percent: bool
    unit: units.Unit | None
    # Words that do not change the value.
    others: tuple[str, ...]

    def applied(self, value: Expr) -> Expr:
        return value**self.exponent * self.scale


def read(words: list[str], *, is_whole: bool) -> Following:
    """`is_whole`: whether the words follow a whole number. Raises Unreadable where they change its value."""
    rest = list(words)
    scale = Integer(1)
    while rest and rest[0].lower() in _SCALES:
        scale *= _SCALES[rest.pop(0).lower()]
    if rest and is_whole and scale == 1:
        if rest[0].lower() in _COINS:
            raise Unreadable(f"{rest[0]!r}, which are things or fractions")
        below = numerals.denominator(rest[0])
        if below is not None:
            scale, rest = scale / below, rest[1:]
    exponent = _POWERS.get(rest[0].lower(), 1) if rest else 1
    if exponent > 1:
        rest = rest[1:]
    percent = bool(rest) and rest[0].lower() in _PERCENT
    unit, others = units.read(rest[1:] if percent else rest)
    for word in others:
        if word in _CHANGING or numerals.is_part(word) or _HAN_CHANGING.search(word):
            raise Unreadable(f"{word!r} after a number")
    return Following(scale, exponent, percent, unit, others)
