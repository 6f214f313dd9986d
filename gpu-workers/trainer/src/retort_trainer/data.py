"""Rows of the store that the trainer reads and writes: parts of retort/v1/data.proto and trainer.proto."""

from dataclasses import dataclass, field
from enum import StrEnum

from retort_trainer.documents import UInt32


class AnswerKind(StrEnum):
    """How an answer is checked against the gold answer."""

    UNSPECIFIED = "ANSWER_KIND_UNSPECIFIED"
    MATH = "ANSWER_KIND_MATH"
    CHOICE = "ANSWER_KIND_CHOICE"
    EXACT = "ANSWER_KIND_EXACT"
    CODE = "ANSWER_KIND_CODE"


class Gap(StrEnum):
    """How far apart the two sides of a pair are."""

    UNSPECIFIED = "GAP_UNSPECIFIED"
    SMALL = "GAP_SMALL"
    MEDIUM = "GAP_MEDIUM"
    LARGE = "GAP_LARGE"


class SampleOutcome(StrEnum):
    """What became of a generated answer: exactly one for each."""

    UNSPECIFIED = "SAMPLE_OUTCOME_UNSPECIFIED"
    CORRECT = "SAMPLE_OUTCOME_CORRECT"
    WRONG = "SAMPLE_OUTCOME_WRONG"
    NO_ANSWER = "SAMPLE_OUTCOME_NO_ANSWER"
    # Cut, and no correct answer stated.
    TRUNCATED = "SAMPLE_OUTCOME_TRUNCATED"
    # The checker could not decide.
    CHECKER_ERROR = "SAMPLE_OUTCOME_CHECKER_ERROR"


class CodeTestsKind(StrEnum):
    """How a program is tested: retort.v1.CodeTests.Kind."""

    UNSPECIFIED = "KIND_UNSPECIFIED"
    ASSERTIONS = "KIND_ASSERTIONS"
    STDIN = "KIND_STDIN"
    FUNCTIONAL = "KIND_FUNCTIONAL"


@dataclass(frozen=True)
class CodeTest:
    """One test of a program; the program never sees the expected output."""

    input: str = ""
    expected_output: str = ""


@dataclass(frozen=True)
class CodeTests:
    """What a generated program is graded by: retort.v1.CodeTests."""

    kind: CodeTestsKind = CodeTestsKind.UNSPECIFIED
    # Name of the function, of FUNCTIONAL.
    function: str = ""
    # Python program of ASSERTIONS.
    program: str = ""
    # Of STDIN and FUNCTIONAL.
    tests: list[CodeTest] = field(default_factory=list)
    starter_code: str = ""
    # For each test, > 0.
    timeout_seconds: float | None = None


@dataclass(frozen=True)
class Sample:
    """A canonical row: `chain` without markers and final-answer line, `answer` without boxed."""

    id: str = ""
    problem: str = ""
    chain: str = ""
    answer: str = ""
    source: str = ""
    answer_kind: AnswerKind = AnswerKind.UNSPECIFIED
    # Python unit tests of a CODE sample.
    tests: str = ""
    # Where they are not, or not only, a Python program.
    code_tests: CodeTests | None = None
    # Options of a multiple choice; `answer` is the letter of the right one in this order.
    choices: list[str] = field(default_factory=list)
    # What is known to be wrong with a benchmark's problem.
    errata: str = ""
    # Shown in no report, export or log.
    redacted: bool = False


@dataclass(frozen=True)
class PreferencePair:
    """Two chains of one problem and the beta that CogPO weighs them with."""

    id: str = ""
    sample_id: str = ""
    problem: str = ""
    answer: str = ""
    chosen: str = ""
    chosen_answer: str = ""
    rejected: str = ""
    rejected_answer: str = ""
    gap: Gap = Gap.UNSPECIFIED
    beta: float = 0.0
    corruption: str = ""
    corrupter: str = ""
    answer_kind: AnswerKind = AnswerKind.UNSPECIFIED


class FinishReason(StrEnum):
    """Why a completion ended."""

    UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"
    STOP = "FINISH_REASON_STOP"
    # Cut by the limit of tokens or the model's context.
    LENGTH = "FINISH_REASON_LENGTH"
    CONTENT_FILTER = "FINISH_REASON_CONTENT_FILTER"


@dataclass(frozen=True)
class Completion:
    """One text that a model answered a prompt with: the `index`-th one."""

    prompt_sha256: str = ""
    index: UInt32 = 0
    text: str = ""
    finish_reason: FinishReason = FinishReason.UNSPECIFIED
    # Generated ones, 0 where an endpoint does not tell.
    tokens: UInt32 = 0
    # How far the options were rotated to the left when they were shown.
    rotation: UInt32 = 0


@dataclass(frozen=True)
class GeneratedSample:
    """One generated answer to one problem. Letters of `answer` and `gold` are those that were shown."""

    sample_id: str = ""
    index: UInt32 = 0
    text: str = ""
    answer: str = ""
    gold: str = ""
    correct: bool = False
    truncated: bool = False
    tokens: UInt32 = 0
    undecided: bool = False
    outcome: SampleOutcome = SampleOutcome.UNSPECIFIED
    # Why the checker could not decide, or why code is wrong.
    reason: str = ""
    # Options that were shown.
    choices: UInt32 = 0
    # The letter of `answer` in the order of the row, the same for one option in every rotation.
    unrotated_answer: str = ""
    errata: str = ""
    redacted: bool = False
    finish_reason: FinishReason = FinishReason.UNSPECIFIED
