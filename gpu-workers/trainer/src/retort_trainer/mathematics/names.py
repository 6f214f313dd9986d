"""Answers that are names: words with several spellings, dates, labels of statements, and sets of numbers."""

import re

from retort_trainer.mathematics import regions
from retort_trainer.mathematics.forms import Form, Words

_EMPTY_SETS = frozenset(
    {
        "no solution", "no solutions", "no real solution", "no real solutions", "no roots", "no real roots",
        "empty set", "the empty set", "无解", "无实数解", "无实根", "没有解", "方程无解", "空集",
    }
)  # fmt: skip
_ALL_REALS = frozenset(
    {"all real numbers", "all reals", "all real", "the real numbers", "real numbers", "全体实数", "任意实数"}
)
_SAME = {
    spelling: names[0]
    for names in (
        (
            "does not exist", "dne", "doesn't exist", "no limit", "undefined", "not defined", "不存在",
            "无意义",
        ),
        (
            "infinitely many", "infinitely many solutions", "infinite solutions", "an infinite number",
            "infinite number of solutions", "无数个", "无数", "无穷多", "无穷多个", "无数解",
        ),
    )
    for spelling in names
}  # fmt: skip
_MONTHS_TEXT = "january february march april may june july august september october november december"
_MONTHS = tuple(_MONTHS_TEXT.split())
_MONTH = rf"({'|'.join(_MONTHS)}|{'|'.join(month[:3] for month in _MONTHS)})\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?:{_MONTH} {_DAY}|{_DAY} (?:of )?{_MONTH})(?:,? (\d{{4}}))?",
    re.IGNORECASE,
)
_HAN_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]")
_CIRCLED = re.compile(r"[①-⑳](?:(?:,| |and )*[①-⑳])*")
_LETTERS = re.compile(r"[A-H](?:(?:,| |and )+[A-H])+|[A-H]{2,8}")


def read(spelled: str) -> Form | None:
    """A date, or the labels of statements; None for anything else."""
    date = _date(spelled)
    if date is not None:
        return Words(date)
    if _CIRCLED.fullmatch(spelled):
        return Words("".join(sorted({sign for sign in spelled if "①" <= sign <= "⑳"})))
    return None


def letters(spelled: str) -> Form | None:
    """Several choices: "ABD", "A, B and D"."""
    found = [sign for sign in spelled.replace("and", "") if sign.isalpha()]
    if _LETTERS.fullmatch(spelled) and len(set(found)) == len(found):
        return Words(f"choices:{''.join(sorted(found))}")
    return None


def of_words(text: str) -> Form:
    if text in _EMPTY_SETS:
        return regions.NOTHING
    return regions.REALS if text in _ALL_REALS else Words(_SAME.get(text, text))


def _date(spelled: str) -> str | None:
    han = _HAN_DATE.fullmatch(spelled)
    if han is not None and 1 <= int(han[2]) <= 12:
        return " ".join((_MONTHS[int(han[2]) - 1], str(int(han[3])), *((han[1],) if han[1] else ())))
    match = _DATE.fullmatch(spelled)
    if match is None:
        return None
    month = (match[1] or match[4]).lower()
    name = next(name for name in _MONTHS if name.startswith(month))
    return " ".join((name, str(int(match[2] or match[3])), *((match[5],) if match[5] else ())))
