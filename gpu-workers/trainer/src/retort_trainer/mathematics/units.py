"""Units of measure: their dimensions, and their sizes in basic units."""

import re
from dataclasses import dataclass
from fractions import Fraction

_TABLE: dict[str, tuple[tuple[str, str], ...]] = {
    "length": (
        ("1000", "km kilometer kilometre 千米 公里"),
        ("1", "m meter metre 米"),
        ("1/10", "dm decimeter decimetre 分米"),
        ("1/100", "cm centimeter centimetre 厘米"),
        ("1/1000", "mm millimeter millimetre 毫米"),
        ("1609.344", "mile mi"),
        ("0.9144", "yard yd"),
        ("0.3048", "foot feet ft"),
        ("0.0254", "inch inches"),
    ),
    "mass": (
        ("1000", "t tonne 吨"),
        ("1", "kg kilogram kilo 千克 公斤"),
        ("1/1000", "g gram 克"),
        ("1/1000000", "mg milligram"),
        ("0.45359237", "pound lb lbs"),
        ("0.028349523125", "ounce oz"),
    ),
    "time": (
        ("604800", "week wk 周 星期"),
        ("86400", "day 天 日"),
        ("3600", "h hr hour 小时 时"),
        ("60", "min minute 分钟"),
        ("1", "s sec second 秒"),
        ("1/1000", "ms millisecond"),
    ),
    "month": (("12", "year yr 年"), ("1", "month mo 月 个月")),
    "volume": (
        ("1", "l liter litre 升"),
        ("1/1000", "ml milliliter millilitre 毫升"),
        ("3.785411784", "gallon gal"),
        ("0.946352946", "quart qt"),
        ("0.473176473", "pint"),
    ),
    "dollar": (("1", "dollar usd $ buck 美元"), ("1/100", "cent ¢")),
    "euro": (("1", "euro eur €"),),
    "sterling": (("1", "gbp £"),),
    "yen": (("1", "yen jpy"),),
    "yuan": (("1", "yuan rmb cny 元 块"),),
    "rupee": (("1", "rupee inr"),),
    "angle": (("1", "degree deg ° 度"), ("1/60", "arcminute")),
    "radian": (("1", "radian rad"),),
    "kelvin": (("1", "kelvin"),),
    "force": (("1", "newton"),),
    "energy": (("1", "joule"), ("1000", "kilojoule kj")),
    "power": (("1", "watt"), ("1000", "kilowatt kw")),
    "frequency": (("1", "hertz hz"), ("1000", "khz kilohertz")),
    "byte": (("1", "byte"),),
    "bit": (("1", "bit"),),
}
# One-letter units, which count only if a text marks them as units.
_LETTERS = {"m": "m", "g": "g", "l": "l", "L": "l", "s": "s", "h": "h", "t": "t"}
_SPEED = {"mph": ("mile", "hour"), "kph": ("km", "hour"), "kmh": ("km", "hour"), "mps": ("m", "s")}
_POWERS = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3, "平方": 2, "立方": 3}
# Common words after a number that do not affect its size.
_EMPTY = frozenset(
    {"units", "unit", "a", "the", "each", "in", "total", "altogether", "only", "exactly", "of"}
)

_MEASURES = {
    name: (dimension, Fraction(factor))
    for dimension, rows in _TABLE.items()
    for factor, names in rows
    for name in names.split()
    if not (len(name) == 1 and name.isascii() and name.isalpha())
}
_BY_LETTER = {
    letter: (dimension, Fraction(factor))
    for dimension, rows in _TABLE.items()
    for factor, names in rows
    for letter, name in _LETTERS.items()
    if name in names.split()
}


@dataclass(frozen=True)
class Unit:
    """A product of powers, by dimension, and its size in basic units."""

    dimensions: tuple[tuple[str, int], ...]
    factor: Fraction


def is_unit(word: str) -> bool:
    return _measure(word) is not None


def is_letter_unit(letter: str) -> bool:
    return letter in _BY_LETTER


def degrees() -> Unit:
    return Unit((("angle", 1),), Fraction(1))


def _measure(word: str) -> tuple[str, Fraction] | None:
    lower = word.lower().rstrip(".")
    if word in _BY_LETTER:
        return _BY_LETTER[word]
    for name in (lower, lower.removesuffix("s"), lower.removesuffix("es")):
        if name in _MEASURES:
            return _MEASURES[name]
    return None


def read(words: list[str]) -> tuple[Unit | None, tuple[str, ...]]:
    """The unit in the words after a number, None if there is none, and the other words.

    "^" and a number denote a power; "/" and "per" divide.
    """
    powers: dict[str, int] = {}
    factor = Fraction(1)
    others: list[str] = []
    sign, following = 1, 1
    last: tuple[str, Fraction, int] | None = None
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "^" and index < len(words) and re.fullmatch(r"-?\d", words[index]):
            exponent = int(words[index])
            index += 1
            if last is not None:
                powers[last[0]] += (exponent - 1) * last[2]
                factor *= last[1] ** ((exponent - 1) * last[2])
            else:
                others.append(f"^{exponent}")
            continue
        if word in ("/", "per", "每") or (word in ("a", "an", "each") and last is not None):
            sign = -1
            continue
        power = _POWERS.get(word.lower().rstrip("."))
        if power is not None:
            if word.lower().endswith("ed") and last is not None:
                powers[last[0]] += (power - 1) * last[2]
                factor *= last[1] ** ((power - 1) * last[2])
            else:
                following = power
            continue
        for part in _SPEED.get(word.lower().rstrip("."), (word,)):
            measure = _measure(part)
            if measure is None:
                if part.lower() not in _EMPTY:
                    others.append(part.lower())
                last = None
            else:
                last = (measure[0], measure[1], sign)
                powers[measure[0]] = powers.get(measure[0], 0) + following * sign
                factor *= measure[1] ** (following * sign)
            if word.lower().rstrip(".") in _SPEED:
                sign = -1
        sign, following = 1, 1
    dimensions = tuple(sorted((name, power) for name, power in powers.items() if power))
    return (Unit(dimensions, factor) if dimensions else None), tuple(others)
