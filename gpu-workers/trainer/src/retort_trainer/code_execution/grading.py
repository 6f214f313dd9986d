"""Grades a generated program by its tests."""

from dataclasses import dataclass

from retort_trainer.code_execution import comparison, runs
from retort_trainer.code_execution.sandbox import Sandbox
from retort_trainer.data import CodeTest, CodeTests, CodeTestsKind
from retort_trainer.failures import RetortError, user_error

DEFAULT_SECONDS = 6.0
LONGEST_SECONDS = 600.0
MEMORY_BYTES = 1024**3
_LONGEST_REASON = 300
# If the kernel ended a sandbox because memory was short, other processes may be the cause.
_ATTEMPTS = 2


@dataclass(frozen=True)
class Grade:
    """Whether a program passes all its tests, and the reason if not, in one printable line."""

    passed: bool
    reason: str = ""
    timed_out: bool = False


def assertions(program: str) -> CodeTests:
    """The tests of a sample with a Python program of assertions."""
    return CodeTests(kind=CodeTestsKind.ASSERTIONS, program=program)


def validate(tests: CodeTests) -> None:
    """Raises USER/BAD_CODE_TESTS for tests that cannot grade any program."""
    seconds = tests.timeout_seconds
    if seconds is not None and not 0 < seconds <= LONGEST_SECONDS:
        raise _bad(f"timeout_seconds: {seconds:g} (expected: above 0, at most {LONGEST_SECONDS:g})")
    match tests.kind:
        case CodeTestsKind.UNSPECIFIED:
            raise _bad(f"kind: {tests.kind} (expected: one of {', '.join(list(CodeTestsKind)[1:])})")
        case CodeTestsKind.ASSERTIONS:
            if not tests.program.strip():
                raise _bad("program: blank (expected: Python code that tests the solution)")
            return
        case CodeTestsKind.STDIN:
            pass
        case CodeTestsKind.FUNCTIONAL:
            if not tests.function.isidentifier():
                raise _bad(f"function: {tests.function!r:.80} (expected: the name of a function)")
            for number, test in enumerate(tests.tests):
                _check_json(f"tests[{number}].expected_output", test.expected_output)
                for argument in _arguments(test):
                    _check_json(f"tests[{number}].input", argument)
    if not tests.tests:
        raise _bad("tests: none (expected: at least 1)")


def _check_json(name: str, text: str) -> None:
    try:
        comparison.parse_value(text)
    except ValueError as error:
        raise _bad(f"{name}: {text[:60]!r} (expected: JSON: {error})") from error


def _bad(message: str) -> RetortError:
    return user_error("BAD_CODE_TESTS", f"code_tests.{message}")


def run(code: str, tests: CodeTests, memory_bytes: int = MEMORY_BYTES) -> Grade:
    """Runs a program with its tests, up to the first one that it fails, in a separate sandbox.

    Does not check whether the sandbox is safe: see `self_test.require`. Raises RetortError:
    USER/BAD_CODE_TESTS, or PLATFORM/SANDBOX_FAILED if the sandbox stopped working.
    """
    validate(tests)
    for _ in range(_ATTEMPTS):
        with Sandbox(memory_bytes) as sandbox:
            found = _run(sandbox, _text(code), tests)
        if found is not None:
            return found
    return Grade(False, "ended with its sandbox, most likely for want of memory")


def _run(sandbox: Sandbox, code: str, tests: CodeTests) -> Grade | None:
    """None if the sandbox ended unexpectedly."""
    seconds = DEFAULT_SECONDS if tests.timeout_seconds is None else tests.timeout_seconds
    if tests.kind is CodeTestsKind.ASSERTIONS:
        return _of(runs.assertions(sandbox, code, _text(tests.program), seconds))
    for number, test in enumerate(tests.tests, start=1):
        if tests.kind is CodeTestsKind.STDIN:
            outcome = runs.stdin(sandbox, code, test, seconds)
        else:
            outcome = runs.functional(sandbox, code, tests.function, _arguments(test), test, seconds)
        found = _of(outcome, f"test {number} of {len(tests.tests)}: ")
        if found is None or not found.passed:
            return found
    return Grade(True)


def _of(outcome: runs.Outcome, where: str = "") -> Grade | None:
    if outcome.sandbox_ended:
        return None
    if outcome.passed:
        return Grade(True)
    return Grade(False, where + _printable(outcome.reason), outcome.timed_out)


def _printable(reason: str) -> str:
    """Formats a reason, which may contain output of the program, as one line without control characters."""
    shown = "".join(sign if sign.isprintable() else " " for sign in reason[:_LONGEST_REASON])
    return shown.strip() or "ended before its tests had"


def _arguments(test: CodeTest) -> list[str]:
    return [line for line in test.input.split("\n") if line.strip()]


def _text(code: str) -> str:
    """Refuses lone surrogates, which JSON can contain but Python cannot compile."""
    return code.encode(errors="replace").decode()
