"""English numerals: "twenty-five", "a hundred and three", "two and a half", "three point five"."""

import re
from fractions import Fraction

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_LARGE = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_UNITS = {name: number for number, name in enumerate(_SMALL.split())}
_TENS = {name: 10 * number for number, name in enumerate(_LARGE.split(), start=2)}
_THOUSANDS = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "quadrillion": 10**15,
}
_GROUPS = {"dozen": 12, "score": 20, "lakh": 10**5, "crore": 10**7}
_PLURAL_SCALES = {
    f"{name}s": size for name, size in (("ten", 10), ("hundred", 100), *_THOUSANDS.items(), *_GROUPS.items())
}
# Words that multiply the number before them.
SCALES = {"hundred": 100, **_THOUSANDS, **_GROUPS, **_PLURAL_SCALES}
_SINGULAR = {
    **{name: number for number, name in enumerate(_ORDINALS.split(), start=3)},
    **{f"{name.removesuffix('y')}ieth": number for name, number in _TENS.items()},
    **{f"{name}th": size for name, size in (("hundred", 100), *_THOUSANDS.items())},
    "half": 2,
    "quarter": 4,
}
_PLURAL = {f"{name}s": size for name, size in _SINGULAR.items() if name != "half"} | {"halves": 2}
_JOINED_ORDINALS = {name: _SINGULAR[name] for name in _ORDINALS.split()[:7]}

_VOCABULARY = (*_UNITS, *_TENS, "hundred", *_THOUSANDS, *_GROUPS, *_SINGULAR, *_PLURAL, "point")
_WORD = f"(?:{'|'.join(sorted(_VOCABULARY, key=len, reverse=True))})"
_NUMERAL = re.compile(
    rf"(?<![A-Za-z0-9\\_-])(?<!\d )(?:(?:minus|negative) )?(?:an? )?{_WORD}"
    rf"(?:(?:-| )(?:and )?(?:of )?(?:an? )?{_WORD}(?![A-Za-z]))*"
    r"(?![A-Za-z_]|-[A-Za-z])",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"(?<![A-Za-z-])(?:negative|minus) (?=[\d.\\(]|infinity\b)", re.IGNORECASE)
_NUMBER_BASE = re.compile(r"(?:_\s?\{?\s?(?:\\text\{\s?)?|\bbase[ -])$")
_WHOLE_BEFORE = re.compile(r"(?<![\d.])\d{1,15} and $")
_WORDS = frozenset(_VOCABULARY) - {"point", "score"}


def in_digits(text: str) -> str:
    """The text with its numerals in digits; a run of numerals that is no number stays in words."""
    return _NUMERAL.sub(_spelled, _NEGATIVE.sub("-", text))


def is_part(word: str) -> bool:
    """Whether a word is a numeral or a part of one."""
    return any(part in _WORDS or part in _PLURAL_SCALES for part in word.lower().split("-"))


def is_in(text: str) -> bool:
    """Whether one of its words is a numeral or a part of one."""
    return any(is_part(word) for word in text.split())


def value(words: str) -> Fraction | None:
    """The number that the words denote; None if they denote none, or more than one."""
    parts = words.lower().replace("-", " ").split()
    if parts and parts[0] in ("minus", "negative"):
        found = _magnitude(parts[1:])
        return None if found is None else -found
    return _magnitude(parts)


def denominator(word: str) -> int | None:
    """The denominator of "tenths" in "3 tenths"; None for any other word."""
    return _PLURAL.get(word.lower())


def _spelled(match: "re.Match[str]") -> str:
    before = match.string[max(0, match.start() - 24) : match.start()]
    if _NUMBER_BASE.search(before):
        return match.group()
    found = value(match.group())
    if found is not None and _is_fraction(match.group()) and 0 < found < 1 and _WHOLE_BEFORE.search(before):
        # "2 and a half": the fraction of a mixed number.
        return f"\0{_digits(found)}"
    if found is not None:
        return _digits(found, "point" in match.group().lower())
    parts = re.split(r" and ", match.group(), flags=re.IGNORECASE)
    if any(part.lower().split("-")[-1].split()[-1] in SCALES for part in parts[:-1]):
        # "two hundred and three hundred": one number, or two.
        return match.group()
    numbers = [value(part) for part in parts]
    if any(number is None for number in numbers):
        return match.group()
    return " and ".join(_digits(number) for number in numbers if number is not None)


def _digits(number: Fraction, decimal: bool = False) -> str:
    sign = "-" if number < 0 else ""
    top, bottom = abs(number.numerator), number.denominator
    if bottom == 1:
        return f"{sign}{top}"
    if decimal:
        places = next(count for count in range(1, 200) if (number * 10**count).denominator == 1)
        digits = str(abs(number * 10**places).numerator).rjust(places + 1, "0")
        return f"{sign}{digits[:-places]}.{digits[-places:]}"
    return f"{sign}\\frac{{{top}}}{{{bottom}}}"


def _is_fraction(words: str) -> bool:
    last = words.lower().replace("-", " ").split()[-1]
    return last in _SINGULAR or last in _PLURAL


def _magnitude(parts: list[str]) -> Fraction | None:
    """The number without its sign."""
    if not parts:
        return None
    for read in (_whole, _decimal, _fraction, _mixed, _scaled):
        found = read(parts)
        if found is not None:
            return found
    return None


def _below_hundred(parts: list[str]) -> int | None:
    if len(parts) == 1:
        return _UNITS.get(parts[0], _TENS.get(parts[0]))
    if len(parts) == 2 and parts[0] in _TENS and 1 <= _UNITS.get(parts[1], 0) <= 9:
        return _TENS[parts[0]] + _UNITS[parts[1]]
    return None


def _below_thousands(parts: list[str]) -> int | None:
    """ "a hundred and three", "twelve hundred", "seven"."""
    if "hundred" not in parts:
        return _below_hundred(parts)
    at = parts.index("hundred")
    hundreds = 1 if parts[:at] in ([], ["a"]) else _below_hundred(parts[:at])
    rest = parts[at + 2 :] if parts[at + 1 : at + 2] == ["and"] else parts[at + 1 :]
    if not hundreds or (not rest and parts[-1] == "and"):
        return None
    below = _below_hundred(rest) if rest else 0
    return None if below is None else 100 * hundreds + below


def _whole(parts: list[str]) -> Fraction | None:
    total, rest, largest = 0, parts, None
    while True:
        at = next((index for index, part in enumerate(rest) if part in _THOUSANDS), None)
        if at is None:
            break
        count = 1 if rest[:at] in ([], ["a"]) and not total else _below_thousands(rest[:at])
        size = _THOUSANDS[rest[at]]
        if not count or (largest is not None and size >= largest):
            return None
        total, rest, largest = total + count * size, rest[at + 1 :], size
    if largest is not None and rest[:1] == ["and"]:
        # "two thousand and five"
        below = _below_hundred(rest[1:])
        return None if below is None else Fraction(total + below)
    if not rest:
        return Fraction(total) if largest is not None else None
    below = _below_thousands(rest)
    return None if below is None or (total and below >= 1000) else Fraction(total + below)


def _decimal(parts: list[str]) -> Fraction | None:
    if "point" not in parts:
        return None
    at = parts.index("point")
    digits = [_UNITS.get(part, 10) for part in parts[at + 1 :]]
    whole = _whole(parts[:at]) if at else Fraction(0)
    if whole is None or not digits or max(digits) > 9:
        return None
    return whole + Fraction(int("".join(map(str, digits))), 10 ** len(digits))


def _fraction(parts: list[str]) -> Fraction | None:
    """ "half", "a third", "three quarters", "five sixty-fourths"."""
    if parts == ["half"]:
        return Fraction(1, 2)
    for length in (1, 2):
        count, below = parts[:-length], parts[-length:]
        single = count in (["a"], ["an"], ["one"])
        size = (_SINGULAR if single else _PLURAL).get(below[-1])
        if length == 2:
            joined = _JOINED_ORDINALS.get(below[-1] if single else below[-1].removesuffix("s"))
            size = None if joined is None or below[0] not in _TENS else _TENS[below[0]] + joined
        above = 1 if single else _below_hundred(count)
        if size and above:
            return Fraction(above, size)
    return None


def _mixed(parts: list[str]) -> Fraction | None:
    """ "two and a half" """
    if "and" not in parts:
        return None
    at = len(parts) - 1 - parts[::-1].index("and")
    whole, fraction = _whole(parts[:at]), _fraction(parts[at + 1 :])
    return None if whole is None or fraction is None or fraction >= 1 else whole + fraction


def _scaled(parts: list[str]) -> Fraction | None:
    """ "half a million", "a dozen", "two and a half million"."""
    if parts[-1] not in SCALES or len(parts) < 2:
        return Fraction(SCALES[parts[-1]]) if parts[-1] in _GROUPS else None
    count = parts[:-1]
    while len(count) > 1 and count[-1] in ("a", "of"):
        count = count[:-1]
    found = Fraction(1) if count == ["a"] else _fraction(count) or _mixed(count) or _decimal(count)
    if found is None and parts[-1] in _GROUPS:
        found = _whole(count)
    return None if found is None else found * SCALES[parts[-1]]
