"""Finds the final answer that a text states: the last conclusion applies.

Implements the same rules as io.retort.answers.StatedAnswer and Statements; `tests/answer_cases.jsonl` tests
both. All expressions are bounded, so that a hostile text costs time linear in its length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retort_trainer import attribution

# Maximum number of trailing characters of a text that are searched for the final answer.
SEARCHED_CHARACTERS = 65_536
_LONGEST_BOXED = 2_000
_MOST_BOXED = 64
_LONGEST_FORMULA = 400

_END_OF_THOUGHT = re.compile(
    r"</(?:[a-z]{1,10}:)?(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)>"
    r"|\[/(?:THINK|THINKING|REASONING)\]|<\|(?:end_of_thought|/think|end_thinking)\|>|\u25c1/think\u25b7"
    r"|<\|channel\|>\s{0,2}final\s{0,2}(?:<\|[a-z]{1,12}\|>[a-z ]{0,12}){0,2}<\|message\|>|<channel\|>",
    re.IGNORECASE,
)

BOXED = re.compile(r"\\(?:boxed|fbox|framebox)(?![A-Za-z])\s{0,3}")
_UNBRACED = re.compile(
    r"-?[0-9][0-9,]{0,40}(?:\.[0-9]{1,40})?|[A-Za-z](?![A-Za-z])"
    r"|\\[A-Za-z]{1,10}(?:\{[^{}\n]{0,40}\}|[0-9]){0,2}"
)
_SIGN_BEFORE = re.compile(r"(?:-|\u2212|\\pm|\u00b1)(?:\\[,!]|\{)?$")
_BETWEEN_BOXES = re.compile(
    r"[\s$.]{0,6}(?:,|;|\\text\s?\{)?[\s$]{0,6}(?:and|or|,|;|&|\u6216|\u548c|\u3001)[\s$]{0,6}\}?[\s$]{0,6}"
    r"(?:[A-Za-z](?:_\{?[0-9A-Za-z]\}?)?\s{0,2}=\s{0,2})?[\s$]{0,3}"
)
_TAG = re.compile(
    r"<(answer|final_answer|finalanswer|final|ans|solution|result)>\s{0,4}([^<>\n]{1,400}?)\s{0,4}</\1>",
    re.IGNORECASE,
)
_HASHES = re.compile(r"^[ \t]{0,8}####[ \t]{0,8}([^\n]{1,400})$", re.MULTILINE)
_BE = (
    r"(?:is|are|was|equals|becomes|ist|es|est|sera|\u00e8|\u00e9"
    r"|(?:should|must|would|will|could|has\s+to|have\s+to|turns\s+out\s+to|seems\s+to|appears\s+to|comes\s+out\s+to)\s+be)"
)
SENTENCE = re.compile(
    r"(?<![\w/])(?:answers?|ans\.?(?=\s?[:\uff1a])|antwort|respuesta|r\u00e9ponse|risposta|resposta|antwoord|\u043e\u0442\u0432\u0435\u0442)[\"'*_]{0,3}"
    r"(?:\s{1,2}(?:correcta|correcte|correta|corretta|final|finale))?"
    r"(?:\s{1,3}(?:to|for|of|in|choice|option|here)\s[^\n.:=?!]{0,80}?|\s{0,2}\([^\n()]{1,40}\))?"
    rf"(?:\s{{0,3}}[=:\uff1a]|\s{{1,3}}{_BE}(?!\w)|[ \t]{{0,3}}\n)[*_]{{0,3}}\s{{0,3}}:?\s{{0,3}}[*_]{{0,3}}"
    r"(?=([^\n]{1,400}))"
    r"|(?:\u7b54\u6848|\u7b54\u3048|\u7b54|\u6b63\u89e3|\uc815\ub2f5|\ub2f5|\u6700\u7ec8\u7ed3\u679c)[*_]{0,3}\s{0,3}"
    r"(?:\u5e94\u8be5|\u5e94\u5f53|\u5c31|\u56e0\u6b64|\u6240\u4ee5)?\s{0,3}"
    r"(?:\u662f|\u4e3a|\u7b49\u4e8e|\u5e94\u4e3a|\u306f|\uc740|\ub294|\u9009|\u3011|[:\uff1a=]|(?=\u5e76?\u4e0d\u662f|\u5e76\u975e))[*_]{0,3}\s{0,3}[:\uff1a]?\s{0,3}[*_]{0,3}"
    r"(?=([^\n]{1,400}))",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?<![\w.,/$])(\$[^$\n]{1,80}\$|(?:[-\u2212]\s?)?\$?[0-9][^\s]{0,40})(?:\s[a-z]{1,12})?\s{1,3}(?:is|are|must\sbe)\s{1,3}"
    r"(?:(?:therefore|thus|indeed|clearly|then|also)\s{1,3})?(?:the|our|my)\s{1,3}(?:(?:final|correct|right)\s{1,3})?answer(?!\w)",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"(?:not|never|no\slonger|wrong|incorrect|unknown|unclear|\u5e76?\u4e0d\u662f|\u5e76\u975e|\u4e0d)(?![A-Za-z])",
    re.IGNORECASE,
)
# "not 7 but 5"
_CONTRAST = re.compile(
    r",?\s{1,2}but(?:\s{1,2}rather)?\s{1,2}|[,;\u2014-]\s{0,2}(?:rather|it(?:'s|\s{1,2}is))\s{1,2}"
    r"|[,\uff0c;]?\s{0,2}(?:\u800c\u662f|\u5e94\u8be5\u662f|\u5e94\u662f|\u5e94\u4e3a)\s{0,2}|[,\uff0c]\s{0,2}\u662f\s{0,2}",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(
    r"not\s{1,2}(?:only|just|merely|simply)(?!\w)|\u4e0d\u662f\u53ea|\u4e0d\u53ea", re.IGNORECASE
)
_OPENS_FORMULA = re.compile(r"\s{0,4}(\$\$|\\\[)\s{0,4}")
_CORRECTION = re.compile(
    r"(?<!\w)(?:wait|actually|correction|sorry|oops|hmm|scratch\s+that|i\s+meant?|my\s+mistake|or\s+rather|no(?=\s{0,2}[,:;.!\u2014-])"
    r"|let\s+me\s+(?:correct|fix|redo|recheck|reconsider))(?!\w)"
    r"|\u4e0d\u5bf9|\u7b49\u7b49|\u7b49\u4e00\u4e0b|\u66f4\u6b63|\u9519\u4e86|\u5e94\u8be5\u662f|\u5e94\u4e3a|\u4fee\u6b63",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"(?<!\w)(?:(?:it|that|this|(?:the|my)\s{1,3}(?:(?:correct|right|actual|final|real|true|new)\s{1,3})?"
    r"(?:value|number|total|result|sum|amount|one|count|solution|answer|option|choice))"
    r"(?:\s{1,3}(?:is|was|equals|becomes|should\s{1,3}(?:be|have\s{1,3}been)|must\s{1,3}be|has\s{1,3}to\s{1,3}be)(?!\w)|'s|\s{0,2}=)"
    r"|(?:so|therefore|thus|hence|should\s{1,3}be|i\s{1,3}get|we\s{1,3}get|make\s{1,3}(?:that|it)|(?:that|which|this)\s{1,3}(?:makes|gives))(?!\w))"
    r"(?:\s{1,3}it(?:\s{1,3}(?:is|was|should\s{1,3}be|must\s{1,3}be)|'s)?(?!\w))?[\s:,*]{0,4}(?=([^\n]{1,400}))"
    r"|(?:\u5e94\u8be5\u662f|\u5e94\u4e3a|\u662f|\u7b49\u4e8e|\u6240\u4ee5|\u56e0\u6b64)[\s:\uff1a*]{0,4}(?=([^\n]{1,400}))",
    re.IGNORECASE,
)
_AFTER_CORRECTION = re.compile(r"[\s,:;.!\u2014*-]{0,6}(?=([^\n]{1,400}))")

_SENTENCE_END = re.compile(
    r"(?<=\S)(?:[.!?](?=\s|$|[\"'*<)\]\u201d])|[\u3002\uff01\uff1f\uff1b]|\u2026(?=\s[A-Za-z]))"
)
_LEAD_IN = re.compile(
    r"(?:(?:therefore|thus|then|hence|so|indeed|now|simply|just|also|still|actually|in\s+fact|clearly|obviously|of\s+course"
    r"|exactly|approximately|about|equal\s+to|given\s+by|found\s+to\s+be|precisely|probably|likely)(?!\w)|\u5c31\u662f|\u662f|\u4e3a)"
    r"[\s,:]{0,4}",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\s{0,2},?\s{1,2}(?:which|because|since|as(?!\s(?:much|many|large|long|high|old|fast))|not|but|where|when|so|after|given|for|if|that|meaning|rather|instead|i\.e\.|namely|rounded|wait|no|sorry|actually|i\smean"
    r"|and\s(?:not|the|it|this|we|that))(?!\w)|\uff0c(?=[^0-9\uff10-\uff19(\uff08\\\s\u4e14\u6216\u548c\u53ca\u4ee5-])|,\s{0,2}(?=[\u4e00-\u9fff])(?![\u4e14\u6216\u548c\u53ca\u4ee5])|;\s{1,2}(?!(?:or|and)(?!\w))(?=[A-Za-z]{2})|\s{0,2}</|<\||\s[\u2013\u2014-]{1,2}\s{0,2}(?=[A-Za-z]{2})",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?:[-+\u2212\u00b1]\s?)?(?:[0-9.(\[{$\u20ac\u00a3\u00a5\u221a\u03c0\u221e\u00bc-\u00be\\|\uff10-\uff19\uff08]"
    r"|[A-Za-z](?:_\{?\w\}?)?\s{0,2}(?:[=<>\u2264\u2265\u2208]|\\(?:le|ge|in|ne)(?![a-z]))|[A-J](?:[).:,\]*]|\s*$)|pi(?!\w)|sqrt(?!\w))"
)
_CLEAN = re.compile(r"(?![^\n]*\s(?:times|more|less|fewer|than|as)(?!\w))\S{1,60}(?:\s\S{1,20}){0,3}")
# Words in capitals that do not begin a sentence: "New York".
_NAME = re.compile(
    r"(?!(?:I|Yes|No|Ok|OK|Okay|Let|We|Wait|Actually|Sorry|Hmm|That|This|It|The|Oh|So|But|My|Not|Right|Correct)(?!\w))"
    r"[A-Z][\w'\u2019.-]{0,30}(?:\s(?:(?:of|the|and|de|la)\s)?[A-Z][\w'\u2019.-]{0,30}){0,3}"
)
_SHORT = re.compile(r"\S{1,40}(?:\s\S{1,20})?")
# Non-breaking blanks count as blanks in both languages.
_FIXED_BLANKS = dict.fromkeys((0xA0, 0x2007, 0x202F), " ")
_QUOTES = " \t\"'*`_"
_EDGES = _QUOTES + ".\u3002"

# A quotation that states an answer and is more than a formula contains the words of another person, not a
# conclusion.
_QUOTATION = re.compile(
    r"(?<![^\s(:,])(?:\"(?=\S)[^\"\n]{3,400}\"|\u201c[^\u201d\n]{3,400}\u201d|\u00ab[^\u00bb\n]{3,400}\u00bb)(?!\w)"
    r"|^[ \t]{0,3}>[^\n]{3,400}",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Statement:
    """An answer that a text states, with its position."""

    start: int
    end: int
    answer: str
    # Marked by a box, a tag or hashes, not only by words.
    marked: bool
    question: bool = False


def after_thought(text: str) -> str:
    """The text after the last end marker of a thought, or the whole text if there is none."""
    end = 0
    for mark in _END_OF_THOUGHT.finditer(text):
        end = mark.end()
    return text[end:]


def conclusion(text: str) -> str:
    """The end of the text after the last end marker of a thought, or of the whole text if there is none."""
    return after_thought(text)[-SEARCHED_CHARACTERS:].translate(_FIXED_BLANKS)


def stated(text: str) -> str | None:
    """The final answer that a text states; None if it states none."""
    found = last(statements(text))
    return found.answer if found else None


def whole_sentence(text: str) -> str | None:
    """The rest of the line in which a text last states its answer in words."""
    stated = [_raw(text, match) for match in SENTENCE.finditer(text) if _own(text, match)]
    return stated[-1] if stated else None


def without_denied(text: str) -> str:
    """Removes the answers that a text denies, assumes or ascribes to others."""
    kept: list[str] = []
    end = 0
    for match in SENTENCE.finditer(text):
        raw = _raw(text, match)
        if match.start() >= end and not (_own(text, match) and _affirmed(_answer(first_sentence(raw)))):
            kept.append(text[end : match.start()])
            sentence = first_sentence(raw)
            reason = None if _NOT_ONLY.match(_answer(sentence)) else _REASON.search(sentence)
            end = match.end() + (reason.start() if reason else len(sentence))
    return "".join(kept) + text[end:]


def last(found: list[Statement]) -> Statement | None:
    """The final statement. Questions, and words that are not a value, count only if there is nothing else."""
    found = [one for one in found if not one.question] or found
    values = [one for one in found if one.marked or is_value(one.answer)]
    if not values:
        return found[-1] if found else None
    if any(one.marked for one in values):
        # "The answer is 3 times what we had" next to a box is not a conclusion.
        values = [one for one in values if one.marked or _CLEAN.fullmatch(one.answer) is not None]
    return values[-1]


def statements(text: str) -> list[Statement]:
    """All statements in a text's conclusion, in order, with the correction of the last one."""
    own = without_quotations(conclusion(text))
    boxes = list(_boxes(own))
    found = [*boxes, *_tags(own), *_hashes(own), *_sentences(own), *_subjects(own)]
    found.sort(key=lambda one: one.start)
    if found:
        found.extend(sorted(_corrections(own, found[-1]), key=lambda one: one.start))
    return found


def is_value(answer: str) -> bool:
    """Whether an answer begins like a number, a formula or the letter of a choice."""
    return _VALUE.match(answer) is not None


def without_quotations(text: str) -> str:
    """Removes quotations that state an answer, because an instruction in the data is not a conclusion."""
    return _QUOTATION.sub(lambda quotation: "" if _instructs(quotation.group()) else quotation.group(), text)


def _instructs(quotation: str) -> bool:
    boxed = BOXED.search(quotation)
    if boxed is not None:
        end = _closing_brace(quotation, boxed.end() + 1)
        return re.search(r"[^\W\d_]", quotation[: boxed.start()] + quotation[max(end, 0) :]) is not None
    return SENTENCE.search(quotation) is not None or "####" in quotation


def _boxes(text: str) -> Iterator[Statement]:
    """Boxes separated only by "or" are one statement."""
    group: list[Statement] = []
    for match in list(BOXED.finditer(text))[-_MOST_BOXED:]:
        box = _box(text, match)
        if box is None:
            continue
        if group and _BETWEEN_BOXES.fullmatch(text, group[-1].end, match.start()) is None:
            yield _joined(group)
            group = []
        group.append(box)
    if group:
        yield _joined(group)


def _box(text: str, match: "re.Match[str]") -> Statement | None:
    if text.startswith("{", match.end()):
        end = _closing_brace(text, match.end() + 1)
        content, end = text[match.end() + 1 : max(end, 0)].strip(), end + 1
    else:
        bare = _UNBRACED.match(text, match.end())
        content, end = (bare.group(), bare.end()) if bare else ("", 0)
    if not content:
        return None
    sign = _SIGN_BEFORE.search(text[max(0, match.start() - 6) : match.start()])
    return Statement(match.start(), end, sign.group().rstrip("{") + content if sign else content, marked=True)


def _joined(group: list[Statement]) -> Statement:
    contents = list(dict.fromkeys(box.answer for box in group))
    return Statement(group[0].start, group[-1].end, ", ".join(contents), marked=True)


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    # Bounded, so that an unclosed brace does not make the search quadratic.
    for index in range(start, min(len(text), start + _LONGEST_BOXED)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return -1


def _tags(text: str) -> Iterator[Statement]:
    for match in _TAG.finditer(text):
        yield Statement(match.start(), match.end(), match.group(2).strip(), marked=True)


def _hashes(text: str) -> Iterator[Statement]:
    for match in _HASHES.finditer(text):
        content = match.group(1).strip()
        # A Markdown heading looks the same.
        if content:
            yield Statement(match.start(), match.end(), content, marked=is_value(content))


def _sentences(text: str) -> Iterator[Statement]:
    for match in SENTENCE.finditer(text):
        if _own(text, match):
            yield from _said(match.start(), match.end(), _raw(text, match))


def _own(text: str, match: "re.Match[str]") -> bool:
    """Whether the text itself states this answer."""
    return not (
        attribution.disowned(text, match.start()) or attribution.unreal(text, match.start(), match.end())
    )


def _raw(text: str, match: "re.Match[str]") -> str:
    """What follows in the line; for a displayed formula, its content."""
    raw = match.group(1) or match.group(2)
    opening = _OPENS_FORMULA.fullmatch(raw)
    if opening is None:
        return raw
    start = match.end() + len(raw)
    closing = text.find("$$" if opening.group(1) == "$$" else "\\]", start, start + _LONGEST_FORMULA)
    return " ".join(text[start:closing].split()) if closing > start else raw


def _subjects(text: str) -> Iterator[Statement]:
    """ "So 5 is the answer"."""
    for match in _SUBJECT.finditer(text):
        answer = _answer(match.group(1))
        if answer and BOXED.search(answer) is None:
            yield Statement(match.start(), match.end(), answer, marked=False)


def _said(start: int, end: int, raw: str) -> Iterator[Statement]:
    """A statement in words; none if it only denies, says nothing, or contains a box, which is a separate
    statement.
    """
    sentence = first_sentence(raw)
    answer = _affirmed(_answer(sentence))
    if not answer or BOXED.search(sentence) is not None:
        return
    question = raw[len(sentence) : len(sentence) + 1] in ("?", "\uff1f")
    yield Statement(start, end + len(answer), answer, marked=False, question=question)


def _affirmed(answer: str) -> str:
    """The answer without what it denies: "not 7 but 5"; empty if it only denies."""
    if _NEGATION.match(answer) is None:
        return answer
    contrast = _CONTRAST.search(answer)
    if contrast is None or _NOT_ONLY.match(answer) is not None:
        return ""
    instead = _answer(answer[contrast.end() :])
    return instead if is_value(instead) or _CLEAN.fullmatch(instead) else ""


def _corrections(text: str, before: Statement) -> Iterator[Statement]:
    """The text after the last statement and a word that retracts it: "No, it is 7."."""
    marks = list(_CORRECTION.finditer(text, before.end))
    for mark in marks:
        direct = _AFTER_CORRECTION.match(text, mark.end())
        if direct is not None:
            yield from _claimed(text, mark.start(), direct, _SHORT, names=not is_value(before.answer))
    if marks:
        for claim in _CLAIM.finditer(text, marks[0].start()):
            yield from _claimed(text, claim.start(), claim, _CLEAN)


def _claimed(
    text: str, start: int, claim: "re.Match[str]", shape: "re.Pattern[str]", *, names: bool = False
) -> Iterator[Statement]:
    """A value of the given shape; with `names` also a name, which corrects only another name."""
    if attribution.disowned(text, start):
        return
    raw = next((group for group in claim.groups() if group), "")
    for said in _said(start, claim.end(), raw):
        is_shaped = is_value(said.answer) and shape.fullmatch(said.answer) is not None
        if is_shaped or (names and _NAME.fullmatch(said.answer) is not None):
            yield said


def first_sentence(raw: str) -> str:
    """The text up to the end of its first sentence."""
    end = _SENTENCE_END.search(raw)
    return raw[: end.start()] if end else raw


def _answer(sentence: str) -> str:
    answer = sentence.replace("**", "").lstrip(_QUOTES).rstrip(_EDGES)
    while (lead_in := _LEAD_IN.match(answer)) is not None:
        answer = answer[lead_in.end() :].lstrip(_QUOTES)
    if is_value(answer):
        reason = _REASON.search(answer)
        answer = answer[: reason.start()] if reason else answer
    answer = answer.rstrip(_EDGES + ",;")
    # {"answer": "72"}
    while answer.endswith("}") and answer.count("{") < answer.count("}"):
        answer = answer[:-1].rstrip(_EDGES)
    return answer
