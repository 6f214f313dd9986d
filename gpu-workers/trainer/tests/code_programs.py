"""Programs with their tests, as used by the tests of code execution."""

import pytest

from retort_trainer.code_execution import grading, sandbox
from retort_trainer.data import CodeTest, CodeTests, CodeTestsKind

# Long enough on a busy machine; only programs that never end have a shorter limit.
PATIENT_SECONDS = 60.0
SHORT_SECONDS = 0.5

needs_sandbox = pytest.mark.skipif(
    sandbox._missing() is not None, reason=f"no sandbox here: {sandbox._missing()}"
)


def run(code: str, program: str = "pass", seconds: float = PATIENT_SECONDS) -> grading.Grade:
    """Grades by a program of assertions."""
    tests = CodeTests(kind=CodeTestsKind.ASSERTIONS, program=program, timeout_seconds=seconds)
    return grading.run(code, tests)


def run_stdin(code: str, *tests: tuple[str, str], seconds: float = PATIENT_SECONDS) -> grading.Grade:
    """Grades by inputs and expected standard output."""
    cases = [CodeTest(given, expected) for given, expected in tests]
    return grading.run(code, CodeTests(kind=CodeTestsKind.STDIN, tests=cases, timeout_seconds=seconds))


def run_functional(code: str, *tests: tuple[str, str], function: str = "f") -> grading.Grade:
    """Grades by arguments, one JSON value per line, and the expected JSON value."""
    cases = [CodeTest(given, expected) for given, expected in tests]
    return grading.run(
        code,
        CodeTests(
            kind=CodeTestsKind.FUNCTIONAL, function=function, tests=cases, timeout_seconds=PATIENT_SECONDS
        ),
    )


def check(function: str, *assertions: str) -> str:
    """Tests of HumanEval's form."""
    body = "\n".join(f"    {assertion}" for assertion in assertions)
    return f"def check(candidate):\n{body}\n\ncheck({function})\n"
