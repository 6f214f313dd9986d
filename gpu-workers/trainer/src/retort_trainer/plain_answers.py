"""Compares answers that need no parsing: equal texts, or two plain numbers.

Implements the same rules as io.retort.answers.PlainAnswers; `tests/answer_cases.jsonl` tests both.
"""

import re
from decimal import Decimal

_DECORATION = re.compile(r"\\(?:left|right|displaystyle)(?![A-Za-z])|\\[()\[\]]|\\?\$")
_FRACTION = re.compile(r"\\[dt]frac(?![A-Za-z])")
_WORDS = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_NUMBER = re.compile(r"([-+\u2212]?)[ ]?([1-9][0-9]{0,2}(?:,[0-9]{3}){1,12}|[0-9]{1,40})(\.[0-9]{1,40})?")
# Longer decimals may result from floating-point arithmetic; they are parsed and compared with a tolerance.
_MOST_DECIMAL_DIGITS = 9
_LETTERS = 2


def canonical(answer: str) -> str:
    """The canonical text, which ignores blanks, formula and emphasis marks, a full stop, and the case of
    words.
    """
    text = " ".join(_DECORATION.sub("", _FRACTION.sub(r"\\frac", answer)).split())
    text = text.strip("* ").removesuffix(".").rstrip("* ")
    # "x" and "X" are different variables.
    return text.casefold() if len(text) > _LETTERS and _WORDS.fullmatch(text) else text


def equal(gold: str, answer: str) -> bool | None:
    """None if they have to be parsed."""
    first, second = canonical(gold), canonical(answer)
    if first == second:
        return first != ""
    known, found = number(first), number(second)
    return None if known is None or found is None else known == found


def number(plain: str) -> Decimal | None:
    """The plain number that a canonical text represents, with or without thousands separators."""
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    sign, whole, decimals = match.groups()
    digits = whole.replace(",", "")
    if decimals and len((digits + decimals[1:]).lstrip("0")) > _MOST_DECIMAL_DIGITS:
        return None
    value = Decimal(digits + (decimals or ""))
    return -value if sign in ("-", "\u2212") else value
