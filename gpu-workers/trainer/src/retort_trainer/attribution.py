"""Whose claim a text makes: its own conclusion, or one that is denied, hypothetical or somebody else's.

Implements the same rules as io.retort.answers.Attribution; `tests/answer_cases.jsonl` tests both.
"""

import re

# Maximum number of characters of a clause before a claim that are read.
_REACH = 160
# Maximum lengths of the words directly before a claim that say whose it is.
_NEAR = 80
_NEAR_IN_CHINESE = 8

_CLAUSE_START = re.compile(
    r"[.!?](?=\s)|[\n;\u3002\uff01\uff1f\uff1b]|(?<!\w)(?:but|so|hence|thus|therefore|however)(?!\w)"
    r"|\u4f46|\u6240\u4ee5|\u56e0\u6b64",
    re.IGNORECASE,
)
# Words between those of a denial or an opinion and the claim.
_THAT = r"\s{1,3}(?:that\s{1,3})?(?:(?:the|an?|your|our|my)\s{1,3})?(?:(?:correct|final|right|best)\s{1,3})?$"
_DISOWNED = re.compile(
    r"(?<!\w)(?:"
    r"(?:if|whether|unless|suppose|supposing|assumed?|assumes|assuming|instead\s+of|rather\s+than|mistakenly|incorrectly|wrongly"
    r"|might|avoid|tempt(?:ed|ing|ation)\s+to|false|untrue|(?:mistake|error|trap|fallacy)\s+(?:is|was|would\s+be)(?:\s+to)?"
    r"|(?:not|never|cannot|[a-z]{2,6}n['\u2019]t)(?:\s{1,3}(?:true|clear|certain|sure|obvious|likely|the\s+case|to|be)){0,2})"
    + _THAT
    + r"|(?:wrong|incorrect|false|erroneous|mistaken|previous|earlier|first|initial|original|old|former"
    r"|tempting|naive"
    r"|(?:student|friend|classmate|teacher|user|author|someone|people)(?:['\u2019]s|s['\u2019])|his|her|their)\s{1,3}(?:final\s{1,3})?$"
    r"|(?:students?|people|others|someone|somebody|everyone|they|he|she|friends?|classmates?|many|most|some)\s{1,3}"
    r"(?:(?:often|may|might|would|will|could|usually|mistakenly|incorrectly|wrongly|also|sometimes|tend\s+to)\s{1,3}){0,2}$"
    r"|if\s{1,3}(?:you|we|one|i|they)\s{1,3}(?:had\s{1,3}|have\s{1,3})?$)",
    re.IGNORECASE,
)
_DISOWNED_IN_CHINESE = re.compile(
    "(?:\u5982\u679c|\u5047\u8bbe|\u5047\u5982|\u9519\u8bef|\u5e38\u89c1|\u4e4b\u524d|\u539f\u6765|\u539f\u5148|\u8d77\u521d|[\u4ed6\u5979\u4eec]\u7684)\u7684?$"
)
_OPINION = re.compile(
    r"(?<!\w)(?:(think|believe|say|claim|guess|suspect|argue)|thinks|thinking|thought|believes|believed|says|said|claims|claimed"
    r"|guesses|guessed|suspects|suspected|argues|argued)"
    + _THAT
    + r"|(?:(\u8ba4\u4e3a|\u89c9\u5f97|\u731c|\u8bf4)|\u4ee5\u4e3a)(?:\u6b63\u786e|\u6700\u7ec8)?$",
    re.IGNORECASE,
)
_OWN_OPINION = re.compile(
    r"(?:(?<!\w)(?:i|we)(?:['\u2019](?:d|ll))?"
    r"(?:\s{1,2}(?:would|will|can|do|must|could|may|also|still|now|therefore|thus|then|really|firmly|strongly|just)){0,3}"
    r"|(?<!\w)(?:safe|fair|reasonable|suffice(?:\s+it)?|suffices|needless)\s{1,2}to)\s{1,2}$"
    r"|(?:^|\u6211|\u6211\u4eec|\u5c31\u662f|\u53e5\u8bdd|\u53ef\u4ee5|\u6765)(?:\u5c31|\u8fd8\u662f|\u4e5f|\u4ecd)?$",
    re.IGNORECASE,
)
_PICKED_BY_OTHERS = re.compile(
    "(?:\u4e0d[\u8981\u80fd\u5e94\u8be5\u4f1a\u53ef]{1,2}|[\u8bef\u9519\u4e0d\u52ff\u522b\u6ca1\u4eba\u4ed6\u5979\u82e5]|\u540c\u5b66|\u5b66\u751f|\u5982\u679c|(?<!\u6211)[\u4eec\u4f1a])\u9009$"
)
_WOULD = re.compile(r"(?<!\w)(?:would|could|might)\s{1,3}be(?!\w)", re.IGNORECASE)
_UNREAL = re.compile(
    r"(?<!\w)(?:if|unless)\s[^.!?\n]{0,80}?(?:[a-z]{2,20}ed|were|was|had|did|could)(?!\w)|(?<!\w)otherwise(?!\w)",
    re.IGNORECASE,
)
_MISTAKE = re.compile(
    r"(?<!\w)(?:common\s+(?:mistake|error)|mistakenly|incorrectly|wrongly"
    r"|(?<!as\s)(?<!how\s)(?:many|some|most)\s+(?:students|people)\s+(?:get|got|say|think|write|answer|forget|often|usually))(?!\w)"
    r"|\u8bef\u4ee5\u4e3a|\u9519\u8bef\u5730|\u5e38\u89c1\u9519\u8bef",
    re.IGNORECASE,
)


def disowned(text: str, start: int) -> bool:
    """Whether the words before a claim deny it, assume it, or say that it is not the text's any more."""
    before = _clause(text, start)
    near = before[-_NEAR:]
    if _DISOWNED.search(near) or _DISOWNED_IN_CHINESE.search(near[-_NEAR_IN_CHINESE:]):
        return True
    if _PICKED_BY_OTHERS.search(near[-_NEAR_IN_CHINESE:] + text[start : start + 1]):
        return True
    opinion = _OPINION.search(before)
    if opinion is None:
        return False
    may_be_own = opinion.group(1) or opinion.group(2)
    return not may_be_own or _OWN_OPINION.search(before[: opinion.start()]) is None


def unreal(text: str, start: int, end: int) -> bool:
    """Whether a claim, the words from `start` to `end`, holds only for a condition that is not met."""
    if _WOULD.search(text[start:end]) is None:
        return False
    after = text[end : end + _REACH]
    following = _CLAUSE_START.search(after)
    return (
        _UNREAL.search(_clause(text, start) + "\n" + after[: following.start() if following else None])
        is not None
    )


def mistaken(text: str, start: int) -> bool:
    """Whether what is at `start` is told as a mistake, usually of others."""
    return _MISTAKE.search(_clause(text, start)) is not None


def _clause(text: str, start: int) -> str:
    """The text from the start of the clause to `start`."""
    before = text[max(0, start - _REACH) : start]
    begin = 0
    for mark in _CLAUSE_START.finditer(before):
        begin = mark.end()
    return before[begin:]
