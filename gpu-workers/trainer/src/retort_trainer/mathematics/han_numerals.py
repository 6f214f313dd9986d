"""Chinese numerals: 十五, 一百二十, 三分之一, 百分之七十五, and 3万."""

import re

from retort_trainer.mathematics import units

_DIGITS = {
    **{sign: number for number, sign in enumerate("零一二三四五六七八九")},
    "\u3007": 0,
    "两": 2,
    "兩": 2,
}
_SMALL_SCALES = {"十": 10, "百": 100, "千": 1000}
_LARGE_SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
SCALES = _SMALL_SCALES | _LARGE_SCALES
_SIGNS = "".join((*_DIGITS, *SCALES))
# Words that may follow a number of things, besides units.
_COUNTED = "个 個 人 只 本 张 条 岁 倍 支 件 棵 名 辆 页 种 次 位 组"
_FOLLOWING = "|".join(sorted((*_COUNTED.split(), *units.HAN_NAMES), key=len, reverse=True))
_HAN = "\u4e00-\u9fff"
_NUMERAL = re.compile(
    rf"(?<![{_HAN}\w])(负?)(?:百分之([{_SIGNS}]+(?:点[{_SIGNS}]+)?)|([{_SIGNS}]+)分之([{_SIGNS}]+)|([{_SIGNS}]+)(点[{_SIGNS}]+)?|(一半))"
    rf"(?=(?:{_FOLLOWING})?(?![{_HAN}\w]))"
)
# 千克 and 千米 are units.
_SCALED = re.compile(rf"(?<=\d)\s?((?:[{''.join(SCALES)}](?![克米瓦焦卡赫分]))+)")
_PERCENT = re.compile(r"百分之\s?(?=[\d.])([\d.]+)")


def in_digits(text: str) -> str:
    """The text with its numerals in digits; what is no number, or may be a part of a word, stays."""
    text = _PERCENT.sub(r"\1%", text)
    # "3万元" is 3 times 10,000 yuan.
    text = _SCALED.sub(lambda match: f" {' '.join(match[1])} ", text)
    return _NUMERAL.sub(_spelled, text)


def is_part(word: str) -> bool:
    """Whether a word contains a numeral."""
    return any(sign in word for sign in f"{_SIGNS}半")


def value(numeral: str) -> int | None:
    """The whole number that a numeral denotes; None if it denotes none."""
    if not numeral:
        return None
    if all(sign in _DIGITS for sign in numeral):
        # "二〇二五" gives its digits one by one.
        return int("".join(str(_DIGITS[sign]) for sign in numeral)) if len(numeral) < 20 else None
    total, rest, largest = 0, numeral, None
    for sign in ("亿億", "万萬"):
        at = next((index for index, one in enumerate(rest) if one in sign), None)
        if at is None:
            continue
        count = _below_ten_thousand(rest[:at])
        if not count:
            return None
        size = _LARGE_SCALES[rest[at]]
        total, rest, largest = total + count * size, rest[at + 1 :], size
    if not rest:
        return total
    below = _below_ten_thousand(rest)
    # "三万五" may be 35,000.
    if below is None or (largest is not None and rest[0] != "零" and not (set(rest) & set(_SMALL_SCALES))):
        return None
    return total + below


def _below_ten_thousand(numeral: str) -> int | None:
    total, digit, largest = 0, None, 10_000
    for index, sign in enumerate(numeral):
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        elif sign in _SMALL_SCALES:
            size = _SMALL_SCALES[sign]
            if size >= largest or (digit == 0 and index > 1) or (digit is None and size > 10):
                return None
            total, digit, largest = total + (digit or 1) * size, None, size
        else:
            return None
    if digit and largest > 10 and total and numeral[-2] not in "零\u3007":
        # "一百二" is 120 in speech.
        return None
    return total + (digit or 0)


def _spelled(match: "re.Match[str]") -> str:
    minus, percent, below, above, whole, point, half = match.groups()
    sign = "-" if minus else ""
    if half:
        return f"{sign}\\frac{{1}}{{2}}"
    if below:
        top, bottom = value(above), value(below)
        return f"{sign}\\frac{{{top}}}{{{bottom}}}" if top is not None and bottom else match.group()
    if percent:
        number, _, decimals = percent.partition("点")
        found, after = value(number), _decimals(decimals)
        return f"{sign}{found}{after}\\%" if found is not None and after is not None else match.group()
    found, after = value(whole), _decimals((point or "")[1:])
    return f"{sign}{found}{after}" if found is not None and after is not None else match.group()


def _decimals(digits: str) -> str | None:
    if not digits:
        return ""
    if not all(digit in _DIGITS for digit in digits):
        return None
    return "." + "".join(str(_DIGITS[digit]) for digit in digits)
