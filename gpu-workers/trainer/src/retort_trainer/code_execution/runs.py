"""A program's run with one test of each kind, and its result."""

import ast
import json
import secrets
import signal
import socket
from dataclasses import dataclass
from os import WIFSIGNALED, WTERMSIG
from typing import Any

from retort_trainer.code_execution import comparison
from retort_trainer.code_execution.execution import LARGEST_OUTPUT_BYTES, Execution, Process, execute
from retort_trainer.code_execution.sandbox import Sandbox
from retort_trainer.data import CodeTest

_LONGEST_SHOWN = 60
_CHECK = "check"


@dataclass(frozen=True)
class Outcome:
    """Result of one test."""

    passed: bool
    # May contain any text of the program.
    reason: str = ""
    timed_out: bool = False
    # The result is unknown, because the sandbox ended unexpectedly.
    sandbox_ended: bool = False


def stdin(sandbox: Sandbox, code: str, test: CodeTest, seconds: float) -> Outcome:
    """Compares the program's output with the expected output."""
    process = Process(
        "stdin",
        {"code": code},
        inputs={"stdin": test.input.encode(errors="replace")},
        outputs=("stdout", "result"),
    )
    execution = execute(sandbox, [process], seconds)
    failure = _failure(execution, "stdin", seconds)
    if failure is not None:
        return failure
    output = execution.outputs["stdout"].decode(errors="replace")
    if comparison.same_output(output, test.expected_output):
        return Outcome(True)
    return _different(output.strip(), test.expected_output.strip())


def functional(
    sandbox: Sandbox, code: str, function: str, arguments: list[str], test: CodeTest, seconds: float
) -> Outcome:
    """Compares the returned value with the expected one, both as JSON values."""
    process = Process(
        "functional",
        {"code": code, "function": function, "arguments": arguments},
        outputs=("result",),
    )
    execution = execute(sandbox, [process], seconds)
    failure = _failure(execution, "functional", seconds)
    if failure is not None:
        return failure
    found = _result(execution)
    if "value" not in found:
        return Outcome(False, "ended without a result")
    if comparison.same_value(found["value"], comparison.parse_value(test.expected_output)):
        return Outcome(True)
    return _different(found["value"], test.expected_output)


def assertions(sandbox: Sandbox, code: str, program: str, seconds: float) -> Outcome:
    """Runs the tests; in a separate process if they only call one function of the solution."""
    function = tested_function(program)
    if function is not None:
        return _function_tests(sandbox, code, program, function, seconds)
    token = secrets.token_hex(16)
    process = Process(
        "assertions",
        {"code": code, "tests": program},
        inputs={"token": token.encode()},
        outputs=("result",),
    )
    execution = execute(sandbox, [process], seconds)
    failure = _failure(execution, "assertions", seconds)
    if failure is not None:
        return failure
    if _result(execution).get("token") == token:
        return Outcome(True)
    return Outcome(False, "ended before its tests had")


def _function_tests(sandbox: Sandbox, code: str, program: str, function: str, seconds: float) -> Outcome:
    one, other = socket.socketpair()
    processes = [
        Process("solution", {"code": code}, sockets={"calls": one}),
        Process(
            "tests", {"tests": program, "function": function}, outputs=("result",), sockets={"calls": other}
        ),
    ]
    execution = execute(sandbox, processes, seconds)
    failure = _failure(execution, "tests", seconds)
    if failure is not None:
        return failure
    if _result(execution).get("passed") is True:
        return Outcome(True)
    return Outcome(False, "ended before its tests had")


def tested_function(program: str) -> str | None:
    """The solution's function in tests of HumanEval's form, which define `check(candidate)` and call it;
    otherwise None."""
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    defined = any(
        isinstance(one, ast.FunctionDef) and one.name == _CHECK and len(one.args.args) == 1 for one in body
    )
    calls = [
        one.value.args
        for one in body
        if isinstance(one, ast.Expr)
        and isinstance(one.value, ast.Call)
        and isinstance(one.value.func, ast.Name)
        and one.value.func.id == _CHECK
    ]
    names = {
        arguments[0].id for arguments in calls if len(arguments) == 1 and isinstance(arguments[0], ast.Name)
    }
    return names.pop() if defined and calls and len(names) == 1 else None


def _failure(execution: Execution, role: str, seconds: float) -> Outcome | None:
    """The failure of the run itself; None if it ended normally."""
    if execution.sandbox_ended:
        return Outcome(False, sandbox_ended=True)
    if execution.timed_out:
        return Outcome(False, f"not finished within {seconds:g} s", timed_out=True)
    if execution.excessive:
        return Outcome(False, f"wrote more than {LARGEST_OUTPUT_BYTES // 1024**2} MiB")
    status = execution.statuses[role]
    if status == 0:
        return None
    error = _result(execution).get("error")
    if isinstance(error, str) and error.strip():
        return Outcome(False, error)
    if WIFSIGNALED(status):
        return Outcome(False, f"ended by signal {_signal_name(WTERMSIG(status))}")
    return Outcome(False, "ended before its tests had")


def _result(execution: Execution) -> dict[str, Any]:
    """The report of the run; an empty object if the program wrote anything else."""
    try:
        found = comparison.parse_value(bytes(execution.outputs["result"]))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _different(found: Any, expected: str) -> Outcome:
    shown = found if isinstance(found, str) else json.dumps(found, default=str)
    return Outcome(False, f"{_short(shown)} (expected: {_short(expected)})")


def _short(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "...")
