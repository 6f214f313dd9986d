"""Numbers in words: "twenty-five", "three hundred", "half"."""

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_LARGE = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {name: number for number, name in enumerate(_SMALL.split())}
_TENS = {name: 10 * number for number, name in enumerate(_LARGE.split(), start=2)}
SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
}


def value(words: list[str]) -> int | None:
    """The whole number that the words denote; None if they denote none."""
    parts = [part for word in words for part in word.lower().split("-")]
    total = current = 0
    if not parts:
        return None
    for index, part in enumerate(parts):
        if part in _UNITS:
            current += _UNITS[part]
        elif part in _TENS:
            current += _TENS[part]
        elif part in ("hundred", "dozen"):
            current = (current or 1) * SCALES[part]
        elif part in SCALES:
            total, current = total + (current or 1) * SCALES[part], 0
        elif part != "and" or index in (0, len(parts) - 1):
            return None
    return total + current
