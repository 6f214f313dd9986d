"""Units of measure: their dimensions, and their sizes in basic units."""

import re
from dataclasses import dataclass
from fractions import Fraction

# By dimension, a basic dimension and its power: the sizes of its units, and their names.
_TABLE: dict[str, tuple[tuple[str, str], ...]] = {
    "length": (
        ("1000", "km kilometer kilometre 千米 公里"),
        ("1", "m meter metre 米"),
        ("1/10", "dm decimeter decimetre 分米"),
        ("1/100", "cm centimeter centimetre 厘米"),
        ("1/1000", "mm millimeter millimetre 毫米"),
        ("1609.344", "mile mi"),
        ("0.9144", "yard yd"),
        ("0.3048", "foot feet ft 英尺"),
        ("0.0254", "inch inches 英寸"),
    ),
    "length 2": (("10000", "hectare ha 公顷"), ("4046.8564224", "acre")),
    "length 3": (
        ("1/1000", "l liter litre 升"),
        ("1/1000000", "ml milliliter millilitre 毫升"),
        ("0.003785411784", "gallon gal"),
        ("0.000946352946", "quart qt"),
        ("0.000473176473", "pint"),
    ),
    "mass": (
        ("1000", "t tonne 吨"),
        ("1", "kg kilogram kilo 千克 公斤"),
        ("1/1000", "g gram 克"),
        ("1/1000000", "mg milligram"),
        ("0.45359237", "pound lb lbs"),
        ("0.028349523125", "ounce oz"),
        ("1/2", "斤"),
    ),
    "time": (
        ("604800", "week wk 周 星期"),
        ("86400", "day 天 日"),
        ("3600", "h hr hour 小时 时"),
        ("60", "min minute 分钟"),
        ("1", "s sec second 秒"),
        ("1/1000", "ms millisecond"),
    ),
    "month": (
        ("1200", "century centurie"), ("120", "decade"), ("12", "year yr 年 岁"), ("1", "month mo 月 个月"),
    ),
    "dollar": (("1", "dollar usd $ buck 美元"), ("1/100", "cent ¢")),
    "euro": (("1", "euro eur € 欧元"),),
    "sterling": (("1", "gbp £ 英镑"),),
    "yen": (("1", "yen jpy 日元"),),
    "yuan": (("1", "yuan rmb cny 元 块 ¥"), ("1/10", "角")),
    "rupee": (("1", "rupee inr ₹"),),
    "angle": (("1", "degree deg ° 度"), ("1/60", "arcminute")),
    "radian": (("1", "radian rad 弧度"),),
    "celsius": (("1", "celsius centigrade 摄氏度"),),
    "fahrenheit": (("1", "fahrenheit"),),
    "kelvin": (("1", "kelvin"),),
    "force": (("1", "newton n 牛"),),
    "energy": (("1", "joule j"), ("1000", "kilojoule kj")),
    "power": (("1", "watt w"), ("1000", "kilowatt kw")),
    "voltage": (("1", "volt v"),),
    "frequency": (("1", "hertz hz"), ("1000", "khz kilohertz")),
    "byte": (("1", "byte"),),
    "bit": (("1", "bit"),),
    "ton": (("1", "ton"),),
}  # fmt: skip
# One-letter units, which count only if a text marks them as units.
_LETTERS = {"m": "m", "g": "g", "l": "l", "L": "l", "s": "s", "h": "h", "t": "t"}
_LETTERS |= {"N": "n", "J": "j", "W": "w", "V": "v"}
_SPEED = {"mph": ("mile", "hour"), "kph": ("km", "hour"), "kmh": ("km", "hour"), "mps": ("m", "s")}
_POWERS = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3, "平方": 2, "立方": 3}
_PARTS = re.compile("(平方|立方|每|/)")
_SCALES_OF_DEGREES = {"c": "celsius", "f": "fahrenheit", "celsius": "celsius", "fahrenheit": "fahrenheit"}
# Common words after a number that do not affect its size.
_EMPTY = frozenset(
    {"units", "unit", "a", "an", "the", "each", "in", "total", "altogether", "only", "exactly", "of"}
)
# The same name or sign, in two dimensions.
_AMBIGUOUS = {("pound", "mass"): "sterling", ("¥", "yuan"): "yen"}
# Dimensions whose units have no fixed ratio: a year has 365 or 366 days, a ton is one of three.
_LOOSE = (frozenset({"month", "time"}), frozenset({"ton", "mass"}))


@dataclass(frozen=True)
class Measure:
    """A single unit."""

    dimension: str
    power: int
    factor: Fraction
    # The dimension that the same name has elsewhere.
    elsewhere: str = ""


@dataclass(frozen=True)
class Unit:
    """A product of powers, by dimension, and its size in basic units."""

    dimensions: tuple[tuple[str, int], ...]
    factor: Fraction
    elsewhere: str = ""

    def is_also(self, other: "Unit") -> bool:
        """Whether another meaning of its name has the dimension of the other: pounds and £."""
        return bool(self.elsewhere) and other.dimensions == ((self.elsewhere, 1),)

    def is_loose_of(self, other: "Unit") -> bool:
        """Whether both measure the same without a fixed ratio."""
        first, second = (sorted(name for name, _ in unit.dimensions) for unit in (self, other))
        return any(len(first) == len(second) and (set(first) ^ set(second)) == names for names in _LOOSE)


def _measures() -> dict[str, Measure]:
    found = {}
    for dimension, rows in _TABLE.items():
        name, _, power = dimension.partition(" ")
        for factor, spellings in rows:
            for spelling in spellings.split():
                elsewhere = _AMBIGUOUS.get((spelling, name), "")
                found[spelling] = Measure(name, int(power or 1), Fraction(factor), elsewhere)
    return found


_ALL = _measures()
_MEASURES = {
    name: measure
    for name, measure in _ALL.items()
    if not (len(name) == 1 and name.isascii() and name.isalpha())
}
_BY_LETTER = {letter: _ALL[name] for letter, name in _LETTERS.items()}
HAN_NAMES = tuple(name for name in _MEASURES if name[0] > "\u4dff")


def is_unit(word: str) -> bool:
    """Whether a word of at least two letters is a unit, or a power of the unit after it."""
    return _measure(word) is not None or word.lower() in _POWERS


def is_letter_unit(letter: str) -> bool:
    return letter in _BY_LETTER


def degrees() -> Unit:
    return Unit((("angle", 1),), Fraction(1))


def of_degrees(letter: str) -> Unit:
    """The unit of °C and °F."""
    return Unit(((_SCALES_OF_DEGREES[letter.lower()], 1),), Fraction(1))


def _measure(word: str) -> Measure | None:
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
    reading = _Reading([part for word in words for part in _PARTS.split(word) if part])
    return reading.unit(), tuple(reading.others)


class _Reading:
    def __init__(self, words: list[str]) -> None:
        self.others: list[str] = []
        self._words = words
        self._powers: dict[str, int] = {}
        self._factor = Fraction(1)
        self._sign = self._following = 1
        # The last unit, and the sign of its power.
        self._last: tuple[Measure, int] | None = None
        self._elsewhere = ""
        index = 0
        while index < len(words):
            index += self._read(index)

    def unit(self) -> Unit | None:
        dimensions = tuple(sorted((name, power) for name, power in self._powers.items() if power))
        if not dimensions:
            return None
        single = len(dimensions) == 1 and dimensions[0][1] == 1
        return Unit(dimensions, self._factor, self._elsewhere if single else "")

    def _read(self, index: int) -> int:
        """Reads the word at the index, and returns how many words were read."""
        word = self._words[index]
        lower = word.lower().rstrip(".")
        following = self._words[index + 1] if index + 1 < len(self._words) else ""
        if word == "^" and re.fullmatch(r"-?\d", following):
            self._raise(int(following), f"^{following}")
            return 2
        if word in ("/", "per", "每") or (word in ("a", "an", "each") and self._last is not None):
            self._sign = -1
            return 1
        power = _POWERS.get(lower)
        if power is not None:
            if lower.endswith("ed") and self._last is not None:
                self._raise(power, lower)
            else:
                self._following = power
            return 1
        if lower in ("degree", "degrees") and following.lower() in _SCALES_OF_DEGREES:
            self._multiply(_ALL[_SCALES_OF_DEGREES[following.lower()]])
            self._sign = self._following = 1
            return 2
        # "5 in" and "5 in²" are inches, "5 in total" is not.
        names = (
            ("inch",) if lower == "in" and following in ("", "^", "/", "per") else _SPEED.get(lower, (word,))
        )
        for name in names:
            measure = _measure(name)
            if measure is None:
                if name.lower() not in _EMPTY:
                    self.others.append(name.lower())
                self._last = None
            else:
                self._multiply(measure)
            if lower in _SPEED:
                self._sign = -1
        self._sign = self._following = 1
        return 1

    def _multiply(self, measure: Measure) -> None:
        times = self._following * self._sign
        self._last = (measure, self._sign)
        self._powers[measure.dimension] = self._powers.get(measure.dimension, 0) + measure.power * times
        self._factor *= measure.factor**times
        self._elsewhere = measure.elsewhere

    def _raise(self, exponent: int, written: str) -> None:
        if self._last is None:
            self.others.append(written)
            return
        measure, sign = self._last
        self._powers[measure.dimension] += (exponent - 1) * sign * measure.power
        self._factor *= measure.factor ** ((exponent - 1) * sign)
