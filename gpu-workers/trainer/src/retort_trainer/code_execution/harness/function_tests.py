"""Runs ASSERTIONS that only call the solution's functions, like HumanEval's, in two processes.

The process of the tests has stand-ins for the solution's functions. A call is sent to the process of the
solution as data and returns as data: the returned value or exception, and the arguments after the call,
because a function may change a list argument. The solution's process never has access to the tests.
"""

import builtins
import os
import socket
import types
from collections.abc import Callable
from typing import Any

from retort_trainer.code_execution.harness import prelude, programs, values


class SolutionError(Exception):
    """The solution raised an exception of a class that is not Python's own."""


def run_solution(job: programs.Job, descriptors: programs.Descriptors) -> None:
    """Runs the solution, then answers calls until the tests have ended."""
    end = os._exit
    connection = socket.socket(fileno=descriptors["calls"])
    solution = prelude.unit_tests("solution")
    send, receive, reply = values.send, values.receive, _reply
    failed: dict[str, Any] | None = None
    try:
        exec(compile(job["code"], "solution.py", "exec"), solution.__dict__)  # noqa: S102
    except BaseException as error:
        failed = _raised(error)
    while True:
        try:
            question = receive(connection)
            send(connection, failed or reply(solution.__dict__, question))
        except values.ClosedError:
            end(0)


def _reply(names: dict[str, Any], question: dict[str, Any]) -> dict[str, Any]:
    try:
        if "names" in question:
            return {"found": [_described(name, names) for name in question["names"]]}
        arguments = [values.decode(argument) for argument in question["arguments"]]
        keywords = {name: values.decode(value) for name, value in question["keywords"].items()}
        returned = names[question["call"]](*arguments, **keywords)
        encoded = values.encode(returned)
        return {"returned": encoded, "arguments": [_encoded(argument) for argument in arguments]}
    except values.NotPlainError as error:
        return {"unusable": str(error)[:300]}
    except BaseException as error:
        return _raised(error)


def _encoded(argument: object) -> Any:
    """An argument after the call; None if the function replaced it by something that is not data."""
    try:
        return [values.encode(argument)]
    except values.NotPlainError:
        return None


def _described(name: str, names: dict[str, Any]) -> Any:
    """[True]: callable; [False, value]: data; None: neither, or absent."""
    value = names.get(name)
    if name not in names:
        return None
    if callable(value):
        return [True]
    encoded = _encoded(value)
    return None if encoded is None else [False, *encoded]


def _raised(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    known = next(
        (base.__name__ for base in kind.__mro__ if getattr(builtins, base.__name__, None) is base), ""
    )
    return {"raised": known, "message": prelude.reason(error)}


def run_tests(job: programs.Job, descriptors: programs.Descriptors) -> None:
    """Runs the tests with stand-ins for the names of the solution that they use."""
    connection = socket.socket(fileno=descriptors["calls"])
    try:
        _run_tests(job["tests"], job["function"], connection)
    except BaseException as error:
        programs.write_result(descriptors["result"], {"error": _reason(error)})
        os._exit(1)
    programs.write_result(descriptors["result"], {"passed": True})
    os._exit(0)


def _reason(error: BaseException) -> str:
    if isinstance(error, values.ClosedError):
        return "the solution's process has ended"
    if isinstance(error, values.NotPlainError):
        return f"the solution returned {error}"
    return str(error) if isinstance(error, SolutionError) else prelude.reason(error)


def _run_tests(tests: str, function: str, connection: socket.socket) -> None:
    program = compile(tests, "tests.py", "exec")
    checks = prelude.unit_tests("tests").__dict__
    wanted = sorted({function} | (_names(program) - set(checks) - set(dir(builtins))))
    reply = _ask(connection, {"names": wanted})
    found = reply.get("found")
    if not isinstance(found, list) or len(found) != len(wanted):
        raise values.NotPlainError("no names (expected: what it defines)")
    for name, described in zip(wanted, found, strict=True):
        if isinstance(described, list) and described:
            checks[name] = (
                _stand_in(connection, name) if described[0] is True else values.decode(described[-1])
            )
    if function not in checks:
        raise NameError(f"name {function!r} is not defined")
    exec(program, checks)  # noqa: S102
    programs.run_defined(checks)


def _names(program: types.CodeType) -> set[str]:
    """All global names and attributes that a program and its functions use."""
    inner = (constant for constant in program.co_consts if isinstance(constant, types.CodeType))
    return set(program.co_names).union(*(_names(code) for code in inner))


def _stand_in(connection: socket.socket, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        reply = _ask(
            connection,
            {
                "call": name,
                "arguments": [values.encode(argument) for argument in arguments],
                "keywords": {keyword: values.encode(value) for keyword, value in keywords.items()},
            },
        )
        after = reply.get("arguments")
        for argument, changed in zip(arguments, after if isinstance(after, list) else [], strict=False):
            if isinstance(changed, list) and changed:
                _restore(argument, values.decode(changed[0]))
        return values.decode(reply.get("returned"))

    call.__name__ = name
    return call


def _restore(argument: Any, changed: Any) -> None:
    """Applies to an argument the changes that the function made to its copy."""
    if type(argument) is not type(changed):
        return
    if isinstance(argument, (list, bytearray)):
        argument[:] = changed
    elif isinstance(argument, (dict, set)):
        argument.clear()
        argument.update(changed)


def _ask(connection: socket.socket, question: dict[str, Any]) -> dict[str, Any]:
    values.send(connection, question)
    reply = values.receive(connection)
    if not isinstance(reply, dict):
        raise values.NotPlainError("no reply (expected: an object)")
    if "unusable" in reply:
        raise values.NotPlainError(str(reply["unusable"]))
    if "raised" in reply:
        known = getattr(builtins, str(reply["raised"]), None)
        message = str(reply.get("message"))
        # A StopIteration would end the loop of a test that calls the solution.
        ends = (StopIteration, StopAsyncIteration)
        if (
            isinstance(known, type)
            and issubclass(known, Exception)
            and known is not Exception
            and not issubclass(known, ends)
        ):
            raise _known(known, message)
        raise SolutionError(message)
    return reply


def _known(kind: type[Exception], message: str) -> Exception:
    """An exception of one of Python's own classes, which tests may expect."""
    try:
        return kind(message.removeprefix(f"{kind.__name__}: "))
    except TypeError:
        # Some exceptions, such as UnicodeDecodeError, have other arguments.
        return SolutionError(message)
