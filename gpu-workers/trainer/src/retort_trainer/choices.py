"""Finds the letter, A to J, that a text chooses in a multiple choice. The article A and the pronoun I do not
count.

Implements the same rules as io.retort.answers.ChoiceAnswer; `tests/answer_cases.jsonl` tests both.
"""

import re
from collections.abc import Iterator

from retort_trainer import attribution, statements

_GOLD = re.compile(r"\(?([A-J])\)?\.?")
_DECORATION = re.compile(
    r"\*\*|__|\\(?:text|textbf|mathrm|mathbf)(?=\{)|\\[()]|[{}\[\]$\"'`*\u300c\u300d\u3010\u3011\u201c\u201d]"
)
_LETTER = re.compile(
    r"(?:(?:option|choice|answer|\u9009\u9879|\u7b54\u6848)\s{0,3})?(\(|\uff08)?([A-J])(\)|\uff09)?([^\n]{0,400})",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\s{0,3}(?:,|/|&|and(?!\w)|or(?!\w)|\u548c|\u6216|\u3001|\uff0c)\s{0,3}(?:(?:and|or)\s{1,3})?[(\uff08]?[A-J][)\uff09]?(?![A-Za-z0-9'])"
)
# "ACD"
_RUN = re.compile(r"A?B?C?D?E?F?G?H?I?J?(?![A-Za-z0-9'])")
_MARK = re.compile(
    r"[.:,;\u3002\uff0c\uff1a\uff1b](?:\s|$|(?=[^\x00-\x7f]))|[^\w\s]{0,4}$|[\u3002\uff0c\u4e00-\u9fff]"
)
_REASON = re.compile(
    r"\s{1,2}(?:because|since|as|which|is|for|due|given|based|from|by|not|and\s+not|rather|instead|\(|[\u2014\u2013-]\s)"
)
_CHOSEN = re.compile(
    r"(?<!\w)(?:option|choice|alternative|letter|correct|true)(?:\s{1,3}(?:is|must\s+be|should\s+be|would\s+be)|\s?[:\uff1a])\s{0,3}(?=([^\n]{1,200}))"
    r"|(?:\u9009\u9879|\u9078\u9805)\s?(?:\u662f|\u4e3a|[:\uff1a])\s{0,3}(?=([^\n]{1,200}))",
    re.IGNORECASE,
)
# A letter that stands out by punctuation.
_MARKED = r"(?=([*(\[\uff08]{0,3}[A-J][*)\]\uff09]{0,3}(?:\s{0,2}[.!,;:\u3002]|\s*$)[^\n]{0,200}))"
_NAMED = r"(?:option\s{1,3}|choice\s{1,3})?"
_PICKED = re.compile(
    r"(?:(?<!\w)(?:[Cc]hoose|[Cc]hoosing|[Cc]hose|[Ss]elect|[Ss]electing|[Pp]ick|[Pp]icking"
    r"|[Gg]o with|[Mm]ark)\s{1,3}(?:(?:option|choice|answer)\s{1,3})?"
    r"|(?:\u9009\u62e9|\u5e94\u9009|\u6545\u9009|\u9009)\s{0,2}[:\uff1a]?\s{0,2})(?=([*(\[\uff08$\"]{0,3}[A-J]{1,6}(?![A-Za-z0-9'])[^\n]{0,200}))"
)
_CONCLUDED = re.compile(
    r"(?:(?<!\w)(?:[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o)(?!\w),?\s{1,3}(?:(?:it\s+is|it's|the\s+answer\s+is)\s{1,3})?"
    + _NAMED
    + r"|(?<!\w)[Ii]t(?:['\u2019]s|\s+is|\s+(?:must|has\s+to|should|can\s+only)\s+be)\s{1,3}"
    + _NAMED
    + r"|(?<!\w)I(?:['\u2019]d|\s+would)?\s+(?:say|think|guess|believe)\s{1,3}(?:that\s{1,3})?"
    + _NAMED
    + r"|(?<!\w)leav(?:es|ing)\s{1,3}(?:us\s+with\s{1,3})?(?:only\s{1,3})?"
    + _NAMED
    + r"|(?:\u56e0\u6b64|\u6240\u4ee5|\u6545|\u7efc\u4e0a)[,\uff0c]?\s{0,2})"
    + _MARKED,
    re.MULTILINE,
)
# "No, C."
_CORRECTED = re.compile(
    r"(?:(?<!\w)(?:[Nn]o|[Ww]ait|[Aa]ctually|[Ss]orry|[Cc]orrection|I\s+mean|or\s+rather)(?!\w)"
    r"|\u4e0d\u5bf9|\u66f4\u6b63|\u5e94\u8be5\u662f)\s{0,2}[,:\uff0c\uff1a]?\s{0,3}(?:\u7b54\u6848|\u5e94\u8be5\u662f)?"
    + _NAMED
    + _MARKED,
    re.MULTILINE,
)
# "B is correct": an analysis may say it of several options.
_SUBJECT = re.compile(
    r"(?<![\w'])[*(\[\uff08]{0,3}([A-J])[*)\]\uff09]{0,3}\s{1,2}(?:is|must\s+be)\s{1,2}(?:(?:therefore|thus|clearly|indeed|then|also|hence)\s{1,2})?"
    r"(?:the\s{1,2})?(?:only\s{1,2})?(?:(?:correct|right|best)(?!ly|\s(?:about|that|in|to))|answer(?!\w))"
    r"|(?<!\w)[Oo]nly\s{1,2}(?:option\s{1,2}|choice\s{1,2})?\(?([A-J])\)?\s{1,2}(?:satisfies|works|holds|fits|matches|remains|meets|is\s+(?:true|valid|possible|left))(?!\w)"
    r"|(?<![A-Za-z0-9'\u3001\u548c\u4e0e\u53ca])([A-J])\s?(?:\u9009\u9879|\u9879|\u7b54\u6848)?\s?(?:\u662f|\u4e3a)?(?:\u6b63\u786e|\u7b26\u5408\u9898\u610f|\u7b26\u5408\u8981\u6c42)(?!\u5417|\u4e0e\u5426|\u7684)"
)
_PATTERNS = (_CHOSEN, _PICKED, _CONCLUDED, _CORRECTED)
_OPTION = re.compile(r"(?<!\w)\(?([A-J])[).:](?=\s)")

# Letters of options, in order.
LETTERS = "ABCDEFGHIJ"
# Result for a text that names more than one letter.
SEVERAL = "several letters"


def is_letter(gold: str) -> bool:
    """Whether a gold answer is the letter of a choice."""
    return _GOLD.fullmatch(gold.strip()) is not None


def letter(answer: str) -> str | None:
    """The letter of an isolated answer: "B", "(b)", "B) text", "option B", "B because ...".

    SEVERAL for "A and C".
    """
    match = _LETTER.match(_DECORATION.sub("", answer).strip())
    if match is None:
        return None
    opening, found, closing, rest = match.groups(default="")
    run = _RUN.match(found + rest)
    if run is not None and run.end() > 1 and _MARK.match(rest[run.end() - 1 :]):
        return SEVERAL
    if found.isupper() and _SEVERAL.match(rest):
        return SEVERAL
    if closing or (not opening and _MARK.match(rest)):
        return found.upper()
    # Without punctuation only a capital is a choice, and A and I only if a reason follows: "A train", "I
    # think".
    word = found in "AI"
    follows = _REASON.match(rest) if word else re.match(r"\s", rest)
    return found if not opening and found.isupper() and follows else None


def stated(text: str) -> str | None:
    """The letter that a text states last: "the answer is B", "B is correct", "I choose (B)"."""
    found = sorted(_stated(text))
    return found[-1][1] if found else None


def _stated(text: str) -> Iterator[tuple[int, str]]:
    for statement in statements.statements(text):
        found = letter(statement.answer)
        if found is not None and not statement.question:
            yield statement.start, found
    own = statements.without_quotations(statements.conclusion(text))
    claims = [claim for pattern in _PATTERNS for claim in _claims(own, pattern)]
    yield from claims
    # An analysis of all options calls several of them correct.
    last = max(claims, default=(-1, ""))
    called = [claim for claim in _claims(own, _SUBJECT) if claim > last]
    if len({found for _, found in called}) == 1:
        yield from called


def _claims(text: str, pattern: "re.Pattern[str]") -> Iterator[tuple[int, str]]:
    """The letters that a text claims itself."""
    for match in pattern.finditer(text):
        found = letter(next(group for group in match.groups() if group))
        if found is not None and not attribution.disowned(text, match.start()):
            yield match.start(), found


def concluded(text: str) -> str | None:
    """The letter in the last line, alone or before its option, unless the line lists other options."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    bare = _DECORATION.sub("", lines[-1]).strip()
    match = _LETTER.fullmatch(bare)
    if match is not None and re.fullmatch(r"[^\w\s]{0,4}", match.group(4)):
        return match.group(2).upper()
    listed = {found for line in lines for found in _OPTION.findall(line)}
    option = _OPTION.match(bare)
    return option.group(1) if option is not None and listed <= {option.group(1)} else None


def choice(text: str) -> str | None:
    """The letter that a text chooses: stated explicitly, or in its last line alone or before its option."""
    own = statements.without_quotations(statements.conclusion(text))
    return stated(text) or concluded(own)
