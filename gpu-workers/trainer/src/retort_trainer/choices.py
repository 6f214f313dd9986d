"""Letters of multiple choices, A to J: which one a text chooses. The article A and the pronoun I are none.

The same rules as io.retort.answers.ChoiceAnswer; `tests/golden_answers.jsonl` tests both.
"""

import re

_GOLD = re.compile(r"\(?([A-J])\)?\.?")
_DECORATION = re.compile(r"\*\*|__|\\(?:text|textbf|mathrm|mathbf)(?=\{)|\\[()]|[{}$\"'`*]")
_LETTER = re.compile(r"(?:(?:option|choice)\s{1,3})?(\(?)([A-J])(\)?)([^\n]{0,400})", re.IGNORECASE)
_MARK = re.compile(r"[.:,](?:\s|$)|[^\w\s]{0,4}$")
_REASON = re.compile(r"\s{1,2}(?:because|since|as|which|is|for)\b")
_STATED = re.compile(r"\b(?:option|choice)(?:\s{1,3}is|\s?:)\s{0,3}([^\n]{1,200})", re.IGNORECASE)
_OPTION = re.compile(r"(?<!\w)\(?([A-J])[).:](?=\s)")


def is_letter(gold: str) -> bool:
    """Whether a gold answer is the letter of a choice."""
    return _GOLD.fullmatch(gold.strip()) is not None


def letter(answer: str) -> str | None:
    """The letter of an answer that stands alone: "B", "(b)", "B) text", "option B", "B because ..."."""
    match = _LETTER.match(_DECORATION.sub("", answer).strip())
    if match is None:
        return None
    opening, found, closing, rest = match.groups()
    if closing or (not opening and _MARK.match(rest)):
        return found.upper()
    # Without a mark only a capital chooses, and A and I only where a reason follows: "A train", "I think".
    word = found in "AI"
    follows = _REASON.match(rest) if word else re.match(r"\s", rest)
    return found if not opening and found.isupper() and follows else None


def stated(text: str) -> str | None:
    """The letter in the last sentence like "the correct option is B"."""
    found = _STATED.findall(text)
    return letter(found[-1]) if found else None


def concluded(text: str) -> str | None:
    """The letter of the last line, alone or before its option, where no other option is listed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    bare = _DECORATION.sub("", lines[-1]).strip()
    match = _LETTER.fullmatch(bare)
    if match is not None and re.fullmatch(r"[^\w\s]{0,4}", match.group(4)):
        return match.group(2).upper()
    listed = {found for line in lines for found in _OPTION.findall(line)}
    option = _OPTION.match(bare)
    return option.group(1) if option is not None and listed == {option.group(1)} else None
