"""Quantities: an expression with its percent sign, unit, currency and words."""

import itertools
import re
from fractions import Fraction

from sympy import Rational

from retort_trainer.mathematics import following_words, units
from retort_trainer.mathematics.brackets import outside
from retort_trainer.mathematics.expressions import expression
from retort_trainer.mathematics.forms import Clock, Quantity, Words
from retort_trainer.mathematics.lexer import Kind, Token, Unreadable

_CURRENCIES = frozenset({"$", "€", "£", "¥", "₹", "¢", "usd", "eur", "gbp", "rs", "us"})
_LEADING_TEXT = (
    "about approximately approx roughly around exactly nearly the a an only just is are equal to "
    "equals therefore thus so hence simply indeed at in total of value amount cost price rate it "
    "was be"
)
_LEADING = frozenset(_LEADING_TEXT.split())
_CLOCK = re.compile(
    r"(?:at )?(\d{1,2})(?:\s?:\s?(\d{2}))?(?:\s?:\s?(\d{2}))?"
    r"\s?(?:\\text\{ ?)?((?:[ap]\.?\s?m\b\.?)|o'clock|noon|midnight)?\s?\}?[.]?",
    re.IGNORECASE,
)
_NAMED_TIMES = {"noon": 12, "midnight": 0}
_PART = r"(\d+(?:\.\d+)?(?:\s?/\s?\d+)?)\s?(?:\\text\{ ?)?([A-Za-z\u4e00-\u9fff]+)\.? ?\}?"
_PARTS = re.compile(_PART)
_COMPOUND = re.compile(rf"{_PART}(?:\s?(?:,|and|, and|\\text\{{ ?and ?\}})?\s?{_PART}){{1,4}}\.?")


def clock(spelled: str) -> Clock | None:
    """A time of day, with a colon or with a.m. or p.m."""
    word = spelled.lower().replace("12:00 ", "").strip(" .")
    if word in _NAMED_TIMES:
        return Clock(_NAMED_TIMES[word] * 3600, known_half=True)
    match = _CLOCK.fullmatch(spelled)
    if match is None or not (match[2] or match[4]):
        return None
    hours, minutes, seconds = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[4] or "").lower().replace(".", "").replace(" ", "")
    if half in ("am", "pm") and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half == "pm" else 0)
    elif half in ("am", "pm") or half in _NAMED_TIMES:
        return None
    if hours > 24 or minutes > 59 or seconds > 59:
        return None
    known = half in ("am", "pm") or hours > 12 or hours == 0
    return Clock(hours * 3600 + minutes * 60 + seconds, known, hour_only=not match[2])


def compound(spelled: str) -> Quantity | None:
    """ "2 hours and 30 minutes": parts whose units have the same dimension."""
    if _COMPOUND.fullmatch(spelled) is None:
        return None
    total = Fraction(0)
    dimensions: set[tuple[tuple[str, int], ...]] = set()
    for number, word in _PARTS.findall(spelled):
        # 分 is a minute, a point or a cent.
        unit, others = units.read(["分钟" if word == "分" and "时" in spelled else word])
        if unit is None or others:
            return None
        dimensions.add(unit.dimensions)
        total += Fraction(re.sub(r"\s", "", number)) * unit.factor
    if len(dimensions) != 1:
        return None
    return Quantity(Rational(total.numerator, total.denominator), units.Unit(dimensions.pop(), Fraction(1)))


def with_letter_units(tokens: list[Token]) -> list[Token] | None:
    """The tokens with the letters of "5 m" and "5 m/s" as units; None if no letter could be a unit."""
    start = next(
        (
            index
            for index, token in enumerate(tokens)
            if index and token.kind is Kind.NAME and token.spaced and _may_have(token.text, tokens[index - 1])
        ),
        None,
    )
    if start is None:
        return None
    side = max(
        (index for index, token in enumerate(tokens[:start]) if token.is_sign("=", "approx")), default=-1
    )
    if any(token.kind is Kind.NAME for token in tokens[side + 1 : start]):
        return None
    rest = tokens[start:]
    together = any(
        token.kind is before.kind is Kind.NAME and not token.spaced
        for before, token in itertools.pairwise(rest)
    )
    if together or not all(_is_of_unit(token) for token in rest):
        return None
    return [
        *tokens[:start],
        *(Token(Kind.WORD, token.text, True) if token.kind is Kind.NAME else token for token in rest),
    ]


def _may_have(letter: str, before: Token) -> bool:
    """Whether the letter may be the unit of what ends before it; after π most letters are variables."""
    if before.kind is Kind.NUMBER:
        return units.is_letter_unit(letter)
    return letter == "m" and before.is_sign("pi", ")", "}")


def _is_of_unit(token: Token) -> bool:
    is_letter = units.is_letter_unit(token.text)
    return token.is_sign("^", "/", "{", "}", ".") or token.is_whole or token.kind is Kind.WORD or is_letter


def quantity(tokens: list[Token], *, plus: bool, common_logarithm: bool) -> Quantity | Words:
    """Raises Unreadable."""
    tokens = _currency_last(_without_leading(tokens))
    start = next(
        (
            index
            for index, (token, bare) in enumerate(zip(tokens, outside(tokens), strict=True))
            if bare and token.kind is Kind.WORD
        ),
        len(tokens),
    )
    number, behind = tokens[:start], tokens[start:]
    if number and number[-1].is_sign("/"):
        number, behind = number[:-1], [number[-1], *behind]
    if not number:
        return _in_words(behind)
    number, percent = (number[:-1], True) if number[-1].is_sign("%") else (number, False)
    single = number[-1] if len(number) == 1 or (len(number) == 2 and number[0].is_sign("-", "+")) else None
    single = single if single is not None and single.kind is Kind.NUMBER else None
    following = following_words.read(_words(behind), is_whole=single is not None and single.is_whole)
    degrees = _degrees(number)
    unit = following.unit
    if degrees is not None:
        number, named = degrees
        unit = unit or named
    value = expression(number, plus=plus, common_logarithm=common_logarithm)
    if following.others and value.is_Symbol:
        raise Unreadable("words behind a letter")
    value, percent = following.applied(value), percent or following.percent
    if single is None:
        return Quantity(value, unit, percent, following.others)
    decimals = single.decimals if following.scale == following.exponent == 1 else 0
    return Quantity(value, unit, percent, following.others, decimals, single.base, single.text)


def _degrees(number: list[Token]) -> tuple[list[Token], units.Unit] | None:
    if any(token.kind is Kind.FUNCTION and token.text != "frac" for token in number):
        return None
    if len(number) > 2 and number[-2].is_sign("^") and number[-1].is_sign("circ"):
        return number[:-2], units.degrees()
    if (
        len(number) > 3
        and number[-3].is_sign("^")
        and number[-2].is_sign("circ")
        and number[-1].text in ("C", "F")
    ):
        return number[:-3], units.of_degrees(number[-1].text)
    return None


def _without_leading(tokens: list[Token]) -> list[Token]:
    start = 0
    while start < len(tokens) - 1 and (
        tokens[start].is_sign("approx", "=", ":")
        or (tokens[start].kind is Kind.WORD and tokens[start].text.lower() in _LEADING)
    ):
        start += 1
    return tokens[start:]


def _currency_last(tokens: list[Token]) -> list[Token]:
    for index in range(min(2, len(tokens))):
        token = tokens[index]
        if token.kind is Kind.WORD and token.text.lower() in _CURRENCIES and index + 1 < len(tokens):
            rest = tokens[:index] + tokens[index + 1 :]
            return [*rest, token] if all(other.is_sign("-", "+") for other in tokens[:index]) else tokens
    return tokens


def _words(behind: list[Token]) -> list[str]:
    found: list[str] = []
    for index, token in enumerate(behind):
        after_power = index > 0 and (
            behind[index - 1].is_sign("^")
            or (behind[index - 1].is_sign("-", "{") and index > 1 and behind[index - 2].is_sign("^", "{"))
        )
        if token.kind is Kind.WORD or token.is_sign("/", "^"):
            found.append(token.text)
        elif token.kind is Kind.NUMBER and after_power and token.is_whole:
            minus = behind[index - 1].is_sign("-")
            found.append(f"-{token.text}" if minus else token.text)
        elif token.kind is Kind.NAME and len(token.text) == 1:
            found.append(token.text)
        elif (
            token.is_sign("*", "cdot", ".", "'")
            or (after_power and token.is_sign("{", "-"))
            or token.is_sign("}")
        ):
            continue
        else:
            raise Unreadable(f"{token.text!r} behind {behind[0].text!r}")
    return found


def _in_words(tokens: list[Token]) -> Words:
    written = [token.text for token in tokens if not token.is_sign(".", "-")]
    if any(token.kind not in (Kind.WORD, Kind.NAME) and not token.is_sign(".", "-", "'") for token in tokens):
        raise Unreadable("words with signs between them")
    return Words(" ".join(written).casefold())
