"""Numbers and formulas in a text, in any notation, and the one that a text without a stated answer ends with.

Implements the same rules as io.retort.answers.TextValues; `tests/answer_cases.jsonl` tests both. All
expressions are bounded, so that a hostile text costs time linear in its length.
"""

import re

from retort_trainer import attribution, statements

_VULGAR = r"[\u00bc-\u00be\u2150-\u215e]"
_TEX_FRACTION = r"\\[dtc]?frac\s?(?:\{\s?[0-9]{1,20}\s?\}|[0-9])\s?(?:\{\s?[0-9]{1,20}\s?\}|[0-9])"
_FRACTION = (
    rf"[0-9]{{1,20}}[ ]?(?:{_TEX_FRACTION}|{_VULGAR})|{_TEX_FRACTION}|{_VULGAR}"
    r"|[0-9]{1,20}[ ][0-9]{1,2}/[0-9]{1,3}(?![0-9/])"
)
_DECIMAL = (
    r"(?:[0-9]{1,3}(?:(?:,|[ \u00a0\u2009\u202f])[0-9]{3}){1,10}(?![0-9])|[0-9]{1,40})(?:\.[0-9]{1,40})?"
    r"|\.[0-9]{1,40}"
)
_POWER = (
    r"[ ]?(?:\u00d7|\\times(?![a-z])|\\cdot(?![a-z])|\u00b7|\*|x)\s?10\s?"
    r"(?:\^\s?(?:\{\s?[-\u2212]?[0-9]{1,4}\s?\}|[-\u2212]?[0-9]{1,4})|[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,5})"
)
# "How many million" is answered by "5 million" as well as by "5", so the word belongs only to a decimal.
_SCALED = r"[0-9]{1,20}\.[0-9]{1,20}[ ](?i:thousand|million|billion|trillion)(?!\w)"
_HAN_SCALE = r"[\u4e07\u4ebf]|\u5343(?![\u514b\u7c73\u74e6\u5361])"
# A blank or a long dash is part of a sign only after a word that names a value.
_SIGN = (
    r"(?:[-\u2212](?=[0-9.$\\\u00bc-\u00be\u2150-\u215e])|(?<==)[-\u2212\u2013]\s?|(?<==\s)[-\u2212\u2013]\s?"
    r"|(?<=equals\s)[-\u2212\u2013]\s?|(?<=is\s)[-\u2212\u2013]\s?"
    r"|(?i:negative)\s|(?<=is\s)(?i:minus)\s|^(?i:minus)\s)"
)
NUMBER = (
    rf"{_SIGN}?\$?(?:{_FRACTION}|{_SCALED}|(?:{_DECIMAL})(?:[eE][-+]?[0-9]{{1,4}})?(?:/[0-9]{{1,20}})?(?:{_POWER})?(?:{_HAN_SCALE})?)"
    r"(?:\s?\\?%)?"
)
_ONE_NUMBER = re.compile(NUMBER)
_LARGER_UNIT = r"\s(?:dollars?|hours?|minutes?|feet|foot|pounds?)\s(?:and\s)?"
_SMALLER_UNIT = r"\s(?:cents?|minutes?|seconds?|inch(?:es)?|ounces?|pence)(?!\w)"
_FORMULA = (
    r"(?<![\\$])\$(?![\s$])([^$\n]{1,200})(?<![\s\\])\$(?![0-9$])"
    r"|\$\$([^$]{1,200})\$\$|\\\(([^\n]{1,200}?)\\\)|\\\[([^\]]{1,200}?)\\\]"
)
_NUMBERS = (
    rf"(?<![A-Za-z0-9_./^\\\u221a])(?<![0-9]:){NUMBER}(?:{_LARGER_UNIT}{NUMBER}{_SMALLER_UNIT}|\s{{1,2}}or\s{{1,2}}{NUMBER})?"
    r"(?![A-Za-z0-9_:^\u221a\u03c0])(?!\.[0-9])(?!\\(?:sqrt|pi|[dtc]?frac))"
)
_NUMBER = re.compile(_NUMBERS)
_VALUE = re.compile(rf"{_FORMULA}|{_NUMBERS}")
# Two amounts of money look like the marks of a formula.
_PROSE = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_EQUALS = re.compile(r"(?<![<>!:\u2264\u2265])=")
_SEVERAL = re.compile(r"[,;]|\\text|\\q?quad|(?<![A-Za-z])(?:or|and)(?![A-Za-z])")
_COMMANDS = re.compile(
    r"\\(?:text|mathrm|textbf|mathbf|mbox)\s?\{[^{}]{0,40}\}|\\(?:[dtc]?frac|d?binom|sqrt|pi|times|cdot|div|pm|left|right|quad|approx|circ|degree"
    r"|[,;:!% {}$])(?![A-Za-z])"
)

_THEREFORE = re.compile(
    r"(?:(?<!\w)(?:therefore|thus|hence|consequently|in\s+conclusion)(?!\w)|\u56e0\u6b64|\u6240\u4ee5|\u6545\u800c|\u7efc\u4e0a|\u603b\u4e4b)(?=([^\n\u3002]{1,400}))",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"(?<!\w)(?:therefore|thus|hence|consequently|so|in\s+conclusion)(?!\w)|\u56e0\u6b64|\u6240\u4ee5|\u6545|\u7efc\u4e0a|\u603b\u4e4b",
    re.IGNORECASE,
)
# Words before a number that the text rules out or only compares with.
_RULED_OUT = re.compile(
    r"(?:(?:(?<!\w)(?:not|never|cannot|instead\s+of|as\s+opposed\s+to|unlike|compared\s+(?:to|with))|n['\u2019]t|(?<!\w)(?<!no\s)(?<!not\s)[A-Za-z]{2,12}\s{1,2}than)"
    r"(?:\s{1,2}(?:be|is|was|the|an?|in|equal(?:\s+to)?|equals|about|around|exactly|simply|actually|to|at|of)){0,3}\s{1,2}"
    r"|(?:\u4e0d\u662f|\u5e76\u975e|\u800c\u975e|\u4e0d\u7b49\u4e8e|\u4e0d\u4e3a|\u4e0d\u4f1a\u662f|\u4e0d\u5e94\u662f|\u6bd4(?:\s?[0-9][0-9.,]{0,20}[^\uff0c,\u3002\uff1b;\n0-9]{0,6})?)\s?)[($*]{0,3}$",
    re.IGNORECASE,
)
# "12, which is 2 more than 10"
_COMPARED_BEFORE = re.compile(
    r"(?<!\w)(?:which|that)\s{1,2}(?:is|are|was|were)\s{1,2}(?:[a-z]{2,12}\s)?[($*]{0,3}$", re.IGNORECASE
)
_COMPARED_AFTER = re.compile(r"[\s$*)]{0,3}(?:[a-z%]{1,12}\s{1,2}){0,2}than(?!\w)", re.IGNORECASE)
_RULED_OUT_REACH = 60
_SIGNED = re.compile(r"^(?:[-\u2212\u2013]\s?(?=\S)|(?:negative|minus)\s)", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z\\]")
_DIGIT = re.compile(r"[0-9\u03c0\u00bc-\u00be\u2150-\u215e]|\\pi")
_END = re.compile(r"\s{0,4}[.\u3002]?\s{0,4}")
_QUALIFIED = re.compile(
    r"(?<!\w)(?:least|most|half|twice|double|triple|thirds?|quarters?|fifths?|between|over|under|below|above|up\s+to|close|near"
    r"|squared|cubed|factorial|dozen|point|or|times|plus|per|than|if|only\s+if)(?!\w)"
    r"|\u4ee5\u4e0a|\u4ee5\u4e0b|\u81f3\u5c11|\u81f3\u591a|\u500d|\u6298|\u534a|\u6210|\u4e4b|\u591a\u4e8e|\u5c11\u4e8e|\u8d85\u8fc7",
    re.IGNORECASE,
)
_ASSERTED = re.compile(
    r"(?<!\w)(?:ha[sd]|have|is|are|was|were|be|needs?|gets?|got|takes?|took|costs?|makes?|made|earns?|earned|spends?|spent|pays?|paid"
    r"|eats?|ate|sells?|sold|buys?|bought|left|remains?|remained|equals?|travels?|traveled|reads?|saves?|saved)"
    r"(?:\s{1,2}[^\s.,;]{1,15}){0,2}\s{1,2}[($*]{0,3}$|[\u4e00-\u9fff]\s?[($*]{0,3}$",
    re.IGNORECASE,
)
_OPERAND = re.compile(r"(?:\\(?!text|math|mbox|boxed)[A-Za-z]{1,12}\s?|[}\]^_])\{$")
_OPERAND_REACH = 16
_FORMULAS = re.compile(_FORMULA)


def is_number(answer: str) -> bool:
    """Whether an answer is a single number, as texts may end with."""
    return _ONE_NUMBER.fullmatch(answer.replace("$", "").strip()) is not None


def last_number(text: str) -> str | None:
    """The last number of a text that states no answer, or its last formula without variables.

    For a last line with a conclusion it is the one concluded. Numbers that the text rules out, as in
    "12, not 10", do not count. "3 or 5" is two numbers and is returned as text.
    """
    own = statements.without_denied(statements.without_quotations(statements.conclusion(text)))
    lines = [line for line in own.splitlines() if line.strip()]
    concluded = list(_THEREFORE.finditer(lines[-1])) if lines else []
    number = _last(statements.first_sentence(concluded[-1].group(1))) if concluded else None
    return _last(own) if number is None else number


def only_number(words: str) -> str | None:
    """The number in a stated sentence: "Tom has 12 apples"; none for several, or a qualified one."""
    found = [value for match in _NUMBER.finditer(words) if (value := _read(words, match)) is not None]
    if len(found) != 1 or _QUALIFIED.search(words) is not None:
        return None
    asserted = any(_ASSERTED.search(words[: match.start()]) for match in _NUMBER.finditer(words))
    return found[0] if asserted or words.lower().startswith(("negative", "minus")) else None


def concluded_formula(text: str) -> str | None:
    """The formula with which a text ends that states no answer, if its last line concludes it."""
    own = statements.without_quotations(statements.conclusion(text))
    lines = [line for line in own.splitlines() if line.strip()]
    if not lines or _CONCLUDES.search(lines[-1]) is None:
        return None
    found = list(_FORMULAS.finditer(lines[-1]))
    if not found or _END.fullmatch(lines[-1][found[-1].end() :]) is None:
        return None
    content = _content(found[-1])
    return None if _PROSE.search(content) else content


def _last(text: str) -> str | None:
    for match in reversed(list(_VALUE.finditer(text))):
        value = _read(text, match)
        if value is not None:
            return value
    return None


def _read(text: str, match: "re.Match[str]") -> str | None:
    if _is_operand(text, match.start()) or _ruled_out(text, match.start(), match.end()):
        return None
    if match.lastindex is None:
        return _normal(match.group())
    if _PROSE.search(_content(match)):
        numbers = list(_NUMBER.finditer(match.group()))
        return _normal(numbers[-1].group()) if numbers else None
    return _formula_value(_content(match))


def _content(formula: "re.Match[str]") -> str:
    return (formula.group(formula.lastindex or 0)).strip().rstrip(".,;\u3002 ")


def _formula_value(formula: str) -> str | None:
    """The right side of a formula if it is a value without variables."""
    sides = _EQUALS.split(formula)
    several = formula.count("=") > 1 and _SEVERAL.search(formula) is not None
    value = formula if several else sides[-1].strip()
    bare = _COMMANDS.sub("", value)
    if _VARIABLE.search(bare) is not None or _DIGIT.search(value) is None:
        return None
    return _normal(value) if is_number(value) else value


def _is_operand(text: str, start: int) -> bool:
    """Whether a number is only an argument of a TeX command, as in \\sqrt{2}."""
    return (
        text[max(0, start - 1) : start] == "{"
        and _OPERAND.search(text[max(0, start - _OPERAND_REACH) : start]) is not None
    )


def _ruled_out(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _RULED_OUT_REACH) : start]
    return (
        _RULED_OUT.search(before) is not None
        or (
            _COMPARED_BEFORE.search(before) is not None
            and _COMPARED_AFTER.match(text[end : end + _RULED_OUT_REACH]) is not None
        )
        or attribution.mistaken(text, start)
    )


def _normal(written: str) -> str:
    return _SIGNED.sub("-", written.replace("$", "").strip())
