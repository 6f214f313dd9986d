"""Final answers: whether what a text states is the gold answer.

What a text states is found by `statements.py`; the same text or two plain numbers are compared here, and all
else by child processes (`equivalence.py`, `code_execution`) that are bounded in time. Only code answers on a
machine without a safe sandbox, and a child that gives no answer, are errors. Importing this module is cheap.
"""

import functools
import re
from dataclasses import dataclass

from retort_trainer import choices, code_blocks, plain_answers, statements, text_values, verdicts
from retort_trainer.code_execution import grading, self_test
from retort_trainer.data import AnswerKind, CodeTests, Sample
from retort_trainer.equivalence import AlgebraChecker
from retort_trainer.verdicts import Decision, Verdict

# Longer answers are equal to the gold answer only as texts.
LONGEST_COMPARED = 512
_END_PUNCTUATION = ".!?,;: \t"
_WRAPPED = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox)\s?\{([^{}]*)\}")

_algebra = AlgebraChecker()


@dataclass(frozen=True)
class Gold:
    """What answers are checked against, and how."""

    answer: str
    kind: AnswerKind = AnswerKind.MATH
    # Python unit tests of CODE.
    tests: str = ""
    # Tests of CODE that are not, or not only, a Python program; they come before `tests`.
    code_tests: CodeTests | None = None

    @staticmethod
    def of(sample: Sample) -> "Gold":
        return Gold(sample.answer, sample.answer_kind, sample.tests, sample.code_tests)

    def graded_by(self) -> CodeTests:
        """The tests of CODE."""
        return grading.assertions(self.tests) if self.code_tests is None else self.code_tests


@dataclass(frozen=True)
class Check:
    """The final answer of a text, empty where it states none, and the verdict on it."""

    answer: str
    verdict: Verdict
    # Why code is DIFFERENT, or why the verdict is UNDECIDED.
    reason: str = ""

    @property
    def correct(self) -> bool:
        return self.verdict is Verdict.EQUAL


def extract_answer(text: str, *, last_number: bool = False) -> str | None:
    """The final answer that a text states, or None; with `last_number` its last number, where it has none."""
    stated = statements.last(statements.statements(text))
    if stated is None:
        return text_values.last_number(text) if last_number else None
    in_words = last_number and not stated.marked and not statements.is_value(stated.answer)
    return (text_values.only_number(stated.answer) if in_words else None) or stated.answer


def decide(gold: str, answer: str | None) -> Decision:
    """The verdict on a mathematical answer. UNDECIDED where one of both cannot be read, or not in time."""
    if answer is None or not gold.strip() or not answer.strip():
        return verdicts.DIFFERENT
    return _decide(gold.strip(), answer.strip())


def equivalent(gold: str, answer: str | None) -> bool:
    """Whether an answer is known to be the gold answer."""
    return decide(gold, answer).verdict is Verdict.EQUAL


def check(gold: Gold, text: str, *, last_number: bool = True) -> Check:
    """Finds the final answer of a text and compares it.

    A text that states none is taken by its last number where the gold answer is a number; not without
    `last_number`, as for a text that was cut off.
    """
    match gold.kind:
        case AnswerKind.MATH | AnswerKind.UNSPECIFIED:
            return _check_mathematics(gold, text, last_number)
        case AnswerKind.CHOICE:
            return compare(gold, choices.choice(text))
        case AnswerKind.EXACT:
            return _check_exact(gold.answer, text)
        case AnswerKind.CODE:
            # Whole: where its beginning is cut off, a fence may be taken for another's end.
            conclusion = statements.after_thought(text)
            answer = code_blocks.last(conclusion)
            return compare(gold, conclusion.strip() if answer is None else answer)


def compare(gold: Gold, answer: str | None) -> Check:
    """Compares an answer without surrounding text."""
    match gold.kind:
        case AnswerKind.MATH | AnswerKind.UNSPECIFIED:
            decision = decide(gold.answer, answer)
            return Check(answer or "", decision.verdict, decision.reason)
        case AnswerKind.CHOICE:
            known, found = choices.letter(gold.answer), choices.letter(answer or "")
            named = found is not None and found != choices.SEVERAL
            return Check(answer or "", _verdict(named and found == known))
        case AnswerKind.EXACT:
            return Check(answer or "", _verdict(_same_text(gold.answer, answer or "")))
        case AnswerKind.CODE:
            if not (answer or "").strip():
                return Check("", Verdict.DIFFERENT, "no code")
            self_test.require()
            grade = grading.run(answer or "", gold.graded_by())
            return Check(answer or "", _verdict(grade.passed), grade.reason)


def _verdict(equal: bool) -> Verdict:
    return Verdict.EQUAL if equal else Verdict.DIFFERENT


def _check_mathematics(gold: Gold, text: str, last_number: bool) -> Check:
    if choices.is_letter(gold.answer):
        letter = choices.choice(text)
        if letter is not None:
            return compare(gold, letter)
    is_number = text_values.is_number(gold.answer)
    answer = extract_answer(text, last_number=last_number and is_number)
    if answer is None and last_number and not is_number:
        answer = text_values.concluded_formula(text)
    return compare(gold, answer) if answer is not None else _check_whole(gold, text)


def _check_whole(gold: Gold, text: str) -> Check:
    """A text of one short line may be the answer itself; where it is not, it states none."""
    line = statements.without_quotations(statements.conclusion(text)).strip()
    may_be = 0 < len(line) <= LONGEST_COMPARED and "\n" not in line
    same = may_be and (
        plain_answers.equal(gold.answer, line)
        or (statements.is_value(line) and equivalent(gold.answer, line))
    )
    return Check(line, Verdict.EQUAL) if same else Check("", Verdict.DIFFERENT)


def _check_exact(gold: str, text: str) -> Check:
    conclusion = statements.without_quotations(statements.conclusion(text))
    lines = [line for line in conclusion.splitlines() if line.strip()]
    sentence = statements.whole_sentence(conclusion) or ""
    stated = statements.stated(text)
    # A name may hold what looks like the end of a sentence: "St. Petersburg".
    if stated is None:
        candidates = [conclusion, *lines[-1:]]
    else:
        candidates = [stated, sentence] if stated in sentence else [stated]
    for candidate in candidates:
        if _same_text(gold, candidate):
            return Check(_bare(candidate), Verdict.EQUAL)
    return Check(_bare(stated or (lines[-1] if lines else "")), Verdict.DIFFERENT)


def _same_text(gold: str, answer: str) -> bool:
    return _bare(gold).casefold() == _bare(answer).casefold() != ""


def _bare(answer: str) -> str:
    while (
        wrapped := _WRAPPED.fullmatch(answer.strip(" \t\r\n*\"'`$").rstrip(_END_PUNCTUATION + "$"))
    ) is not None:
        answer = wrapped.group(1)
    return answer.strip(" \t\r\n*\"'`").rstrip(_END_PUNCTUATION).rstrip("*\"'`")


@functools.lru_cache(maxsize=4_096)
def _decide(gold: str, answer: str) -> Decision:
    same = plain_answers.equal(gold, answer)
    if same is not None:
        return verdicts.of(same)
    if len(gold) > LONGEST_COMPARED or len(answer) > LONGEST_COMPARED:
        return verdicts.undecided(f"longer than {LONGEST_COMPARED} characters")
    if choices.is_letter(gold) or choices.is_letter(answer):
        letters = choices.letter(gold), choices.letter(answer)
        if None not in letters:
            return verdicts.of(letters[0] == letters[1])
    return _algebra.decide(gold, answer)
