"""Compares the output of a program with the expected one, by the rules of LiveCodeBench."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

# int() refuses more digits.
_MOST_DIGITS = 4_000


def same_output(output: str, expected: str) -> bool:
    """Whether two texts have the same lines, ignoring surrounding blanks.

    Lines are equal if their texts are equal, or if they are equal word by word as exact finite decimal
    numbers: "1.0 2" equals "1 2.00".
    """
    found, wanted = _lines(output), _lines(expected)
    return len(found) == len(wanted) and all(map(_same_line, found, wanted))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _same_line(one: str, other: str) -> bool:
    if one == other:
        return True
    ours, theirs = one.split(), other.split()
    if len(ours) != len(theirs):
        return False
    return all(
        (number := _number(word)) is not None and number == _number(known)
        for word, known in zip(ours, theirs, strict=True)
    )


def _number(word: str) -> Decimal | None:
    try:
        number = Decimal(word)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def parse_value(text: str | bytes) -> Any:
    """The value of JSON text. Raises ValueError for text that is not JSON, or is nested too deeply."""
    try:
        return json.loads(text, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < _MOST_DIGITS else Decimal(digits)


def same_value(value: Any, expected: Any) -> bool:
    """Whether two parsed JSON values are equal; numbers are compared exactly."""
    try:
        return bool(value == expected)
    except RecursionError:
        return False
