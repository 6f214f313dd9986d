"""Final answers: where a text states one, and whether it is the gold answer.

Nothing here raises on any text, and all of it is bounded in time: what plain comparison cannot decide goes to
a child process (`equivalence.py`, `sandbox.py`) that is killed when it takes too long. Only code answers on a
machine without a sandbox are an error. Importing this module is cheap.
"""

import functools
import re
from dataclasses import dataclass
from fractions import Fraction

from retort_trainer import choices, code_blocks, sandbox
from retort_trainer.data import AnswerKind, Sample
from retort_trainer.equivalence import AlgebraChecker

# Longer answers are equal to the gold answer only as texts.
LONGEST_COMPARED = 512
# A final answer stands at the end; what is before is not searched.
_SEARCHED_CHARACTERS = 65_536
_LONGEST_BOXED = 4_096
_MOST_BOXED = 64

_END_OF_THOUGHT = ("</think>", "<|end_of_thought|>")
_BOXED = re.compile(r"\\(?:boxed|fbox|framebox)\s{0,3}\{")
_SENTENCE = re.compile(
    r"\banswer[\"'*_]{0,3}\s{0,3}(?:is|are|=|:)\s{0,3}:?\s{0,3}([^\n]{1,600})", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=\S)[.!?](?=\s|$|[\"'*<])")
_HASHES = re.compile(r"^[ \t]{0,8}####[ \t]{0,8}([^\n]{1,600})$", re.MULTILINE)
_MAGNITUDE = r"(?:\d{1,3}(?:,\d{3}){1,10}(?!\d)|\d{1,40})(?:\.\d{1,40})?|\.\d{1,40}"
_LAST_NUMBER = re.compile(rf"(?<![\w.])(?:-(?=[\d.$]))?\$?(?:{_MAGNITUDE})(?!\w)")

# A quotation of more than a formula that states an answer is another's words, not a conclusion.
_QUOTATION = re.compile(
    r"(?<![^\s(:,])(?:\"(?=\S)[^\"\n]{3,400}\"|\u201c[^\u201d\n]{3,400}\u201d|\u00ab[^\u00bb\n]{3,400}\u00bb)(?!\w)"
    r"|^[ \t]{0,3}>[^\n]{3,400}",
    re.MULTILINE,
)
_END_PUNCTUATION = ".!?,;: \t"

_TEXT_COMMAND = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mbox|textit)\s{0,3}\{([^{}]{0,200})\}")
_SPACING = re.compile(r"\\(?:left|right|displaystyle|quad|qquad|[,!;: ])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)\s?(?P<currency>[€£¥])?\s?(?P<inner>[-+]?)(?P<whole>\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})"
    r"(?:\s?/\s?(?P<divisor>\d{1,60}))?\s?(?P<percent>%)?\s{0,2}(?P<unit>[A-Za-z°][A-Za-z° .²³]{0,60})?"
)
_LATEX_FRACTION = re.compile(r"(-?)\\frac\{?(-?\d{1,60})\}?\{?(\d{1,60})\}?")
# Words behind a number that change its value or join it to something else; they are no units.
_NO_UNITS = frozenset(
    {"pi", "e", "i", "x", "y", "z", "n", "k", "a", "b", "c", "or", "and", "to", "of", "by", "times", "plus"}
    | {"minus", "over", "sqrt", "root", "log", "ln", "sin", "cos", "tan", "hundred", "thousand", "million"}
    | {"billion", "trillion", "dozen", "half", "mod", "squared", "cubed"}
)
_SAME_UNITS = {
    "km": ("kilometer", "kilometre"),
    "m": ("meter", "metre"),
    "cm": ("centimeter", "centimetre"),
    "mm": ("millimeter", "millimetre"),
    "kg": ("kilogram",),
    "g": ("gram",),
    "mg": ("milligram",),
    "l": ("liter", "litre"),
    "ml": ("milliliter", "millilitre"),
    "h": ("hr", "hour"),
    "min": ("minute",),
    "s": ("sec", "second"),
    "day": (),
    "week": (),
    "month": (),
    "year": (),
    "dollar": ("usd",),
    "cent": (),
    "mile": ("mi",),
    "inch": ("in",),
    "foot": ("feet", "ft"),
    "yard": ("yd",),
}
_MEASURES = {name: unit for unit, names in _SAME_UNITS.items() for name in (unit, *names)}

_algebra = AlgebraChecker()


def extract_answer(text: str, *, last_number: bool = False) -> str | None:
    """The final answer that a text states, or None.

    It is the content of the last `\\boxed{...}`, else of the last `#### ...` line, else of the last sentence
    like "the answer is ...". Where the text has an end-of-thought mark, what stands behind it is searched
    first. Only with `last_number` is a bare last number taken for an answer.
    """
    text = without_quotations(text[-_SEARCHED_CHARACTERS:])
    conclusion = _behind_thought(text)
    for part in dict.fromkeys((conclusion, text)):
        stated = _last_boxed(part) or _last_hashes(part) or _last_sentence(part)
        if stated:
            return stated
    if last_number:
        numbers = _LAST_NUMBER.findall(conclusion) or _LAST_NUMBER.findall(text)
        return numbers[-1].replace("$", "") if numbers else None
    return None


def equivalent(gold: str, answer: str | None) -> bool:
    """Whether an answer is the gold answer: the same text, number, choice letter or, by algebra, expression.

    Thousands separators, currency and percent signs, units and zeros at the end of a decimal do not matter.
    An answer that cannot be compared in time is not equivalent.
    """
    if answer is None or not gold.strip() or not answer.strip():
        return False
    return _equivalent(gold.strip(), answer.strip())


@dataclass(frozen=True)
class Gold:
    """What answers are checked against, and how."""

    answer: str
    kind: AnswerKind = AnswerKind.MATH
    # Python unit tests of CODE.
    tests: str = ""

    @staticmethod
    def of(sample: Sample) -> "Gold":
        return Gold(sample.answer, sample.answer_kind, sample.tests)


@dataclass(frozen=True)
class Check:
    """The final answer of a text, empty where it states none, and whether it is the gold answer."""

    answer: str
    correct: bool
    # Why code is not correct.
    reason: str = ""


def check(gold: Gold, text: str, *, last_number: bool = False) -> Check:
    """Finds the final answer of a text and compares it; `last_number` is for MATH."""
    match gold.kind:
        case AnswerKind.MATH | AnswerKind.UNSPECIFIED:
            answer = extract_answer(text, last_number=last_number)
        case AnswerKind.CHOICE:
            answer = choice(text)
        case AnswerKind.EXACT:
            return _check_exact(gold.answer, text)
        case AnswerKind.CODE:
            answer = code_blocks.last(_behind_thought(text)) or code_blocks.last(text)
            answer = _behind_thought(text).strip() if answer is None else answer
    return compare(gold, answer)


def compare(gold: Gold, answer: str | None) -> Check:
    """Compares an answer that stands alone."""
    match gold.kind:
        case AnswerKind.MATH | AnswerKind.UNSPECIFIED:
            return Check(answer or "", equivalent(gold.answer, answer))
        case AnswerKind.CHOICE:
            letter = choices.letter(gold.answer)
            return Check(answer or "", letter is not None and choices.letter(answer or "") == letter)
        case AnswerKind.EXACT:
            return Check(answer or "", _same_text(gold.answer, answer or ""))
        case AnswerKind.CODE:
            if not (answer or "").strip():
                return Check("", False, "no code")
            outcome = sandbox.run(answer or "", gold.tests)
            return Check(answer or "", outcome.passed, outcome.reason)


def choice(text: str) -> str | None:
    """The letter that a text chooses: stated outright, or alone or before its option in the last line."""
    text = text[-_SEARCHED_CHARACTERS:]
    for part in dict.fromkeys((_behind_thought(text), text)):
        part = without_quotations(part)
        stated = choices.letter(extract_answer(part) or "") or choices.stated(part) or choices.concluded(part)
        if stated:
            return stated
    return None


def without_quotations(text: str) -> str:
    """A text without quotations that state an answer: an instruction in the data concludes nothing."""
    return _QUOTATION.sub(lambda quotation: "" if _instructs(quotation.group()) else quotation.group(), text)


def _instructs(quotation: str) -> bool:
    boxed = _BOXED.search(quotation)
    if boxed is not None:
        end = _closing_brace(quotation, boxed.end())
        return re.search(r"[^\W\d_]", quotation[: boxed.start()] + quotation[max(end, 0) :]) is not None
    return _SENTENCE.search(quotation) is not None or "####" in quotation


def _check_exact(gold: str, text: str) -> Check:
    text = text[-_SEARCHED_CHARACTERS:]
    conclusion = without_quotations(_behind_thought(text))
    lines = [line for line in conclusion.splitlines() if line.strip()]
    sentences = _SENTENCE.findall(conclusion)
    stated = extract_answer(text)
    candidates = [stated, *sentences[-1:]] if stated is not None else [conclusion, *lines[-1:]]
    for candidate in candidates:
        if candidate is not None and _same_text(gold, candidate):
            return Check(_bare(candidate), True)
    return Check(_bare(stated or (lines[-1] if lines else "")), False)


def _same_text(gold: str, answer: str) -> bool:
    return _bare(gold).casefold() == _bare(answer).casefold() != ""


def _bare(answer: str) -> str:
    return answer.strip(" \t\r\n*\"'`").rstrip(_END_PUNCTUATION).rstrip("*\"'`")


@functools.lru_cache(maxsize=4_096)
def _equivalent(gold: str, answer: str) -> bool:
    if gold == answer:
        return True
    if len(gold) > LONGEST_COMPARED or len(answer) > LONGEST_COMPARED:
        return False
    if choices.is_letter(gold):
        return choices.letter(_TEXT_COMMAND.sub(r"\1", answer)) == choices.letter(gold)
    plain_gold, plain_answer = _normalise(gold), _normalise(answer)
    if plain_gold.casefold() == plain_answer.casefold():
        return True
    known, found = _quantity(plain_gold), _quantity(plain_answer)
    if known is not None and found is not None:
        return _same_quantity(known, found)
    if not (_is_mathematical(plain_gold) and _is_mathematical(plain_answer)):
        return False
    return _algebra.equivalent(gold, answer)


def _behind_thought(text: str) -> str:
    end = max((text.rfind(mark) + len(mark) for mark in _END_OF_THOUGHT if mark in text), default=0)
    return text[end:]


def _last_boxed(text: str) -> str | None:
    for match in reversed(list(_BOXED.finditer(text))[-_MOST_BOXED:]):
        end = _closing_brace(text, match.end())
        content = text[match.end() : end].strip() if end > match.end() else ""
        if content:
            return content
    return None


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    # Bounded: a brace that stays open must not make the search quadratic.
    for index in range(start, min(len(text), start + _LONGEST_BOXED)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return -1


def _last_hashes(text: str) -> str | None:
    found = _HASHES.findall(text)
    return found[-1].strip() or None if found else None


def _last_sentence(text: str) -> str | None:
    found = _SENTENCE.findall(text)
    if not found:
        return None
    sentence = found[-1]
    end = _SENTENCE_END.search(sentence)
    answer = (sentence[: end.start()] if end else sentence).strip(" \t\"'*`")
    # {"answer": "72"}
    while answer.endswith("}") and answer.count("{") < answer.count("}"):
        answer = answer[:-1].rstrip(" \t\"'*`")
    return answer or None


def _normalise(answer: str) -> str:
    plain = _TEXT_COMMAND.sub(r" \1", answer)
    plain = _SPACING.sub(" ", plain).replace("\\$", "").replace("$", "").replace("\\%", "%")
    plain = plain.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac").replace("\u2212", "-")
    plain = _THOUSANDS.sub("", plain.replace("{,}", ","))
    plain = " ".join(plain.split()).strip(" *`\"'")
    return plain[:-1].rstrip() if plain.endswith(".") else plain


def _quantity(plain: str) -> tuple[Fraction, bool, str] | None:
    """Value, whether a percent sign stands behind it, and unit; None for anything but one number."""
    latex = _LATEX_FRACTION.fullmatch(plain)
    if latex is not None:
        sign, numerator, denominator = latex.groups()
        return (
            (Fraction(int(sign + numerator), int(denominator)), False, "")
            if int(denominator) and not (sign and numerator.startswith("-"))
            else None
        )
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    unit = (match["unit"] or "").strip(" .").lower()
    if unit and any(word.strip(".") in _NO_UNITS for word in unit.split()):
        return None
    divisor = int(match["divisor"] or 1)
    if divisor == 0:
        return None
    value = Fraction(match["whole"].rstrip(".")) / divisor
    negative = (match["sign"] == "-") != (match["inner"] == "-")
    return -value if negative else value, match["percent"] is not None, unit


def _same_quantity(known: tuple[Fraction, bool, str], found: tuple[Fraction, bool, str]) -> bool:
    known_measure, found_measure = _measure(known[2]), _measure(found[2])
    if known_measure and found_measure and known_measure != found_measure:
        return False
    if known[0] == found[0]:
        return True
    known_value = known[0] / 100 if known[1] else known[0]
    found_value = found[0] / 100 if found[1] else found[0]
    return known[1] != found[1] and known_value == found_value


def _measure(unit: str) -> str | None:
    return _MEASURES.get(unit) or _MEASURES.get(unit.removesuffix("s"))


def _is_mathematical(plain: str) -> bool:
    if plain.count("{") != plain.count("}"):
        return False
    return (
        any(character.isdigit() or character in "\\^_=<>+*/|{}[]()" for character in plain) or len(plain) <= 3
    )
