"""One run of a program, in a process that was forked for it.

A run receives its job, a JSON object, and its descriptors by name. It writes its result, if any, to the
descriptor `result` as a JSON object: {"value": …} for FUNCTIONAL, {"token": text} for ASSERTIONS, and
{"error": text} for a program that raised an exception.
"""

import importlib
import json
import os
import sys
import types
from collections.abc import Callable
from typing import Any

from retort_trainer.code_execution.harness import prelude

Job = dict[str, Any]
Descriptors = dict[str, int]


def read_all(descriptor: int) -> bytes:
    """The content of a pipe, which is closed afterwards."""
    content = bytearray()
    while chunk := os.read(descriptor, 65_536):
        content += chunk
    os.close(descriptor)
    return bytes(content)


def write_result(descriptor: int, result: dict[str, Any]) -> None:
    """Writes the result and closes the descriptor."""
    content = json.dumps(result).encode()
    while content:
        content = content[os.write(descriptor, content) :]
    os.close(descriptor)


def run_stdin(job: Job, descriptors: Descriptors) -> None:
    """Runs the program with its standard input and output; ends the process as a program would."""
    os.dup2(descriptors["stdin"], 0)
    os.dup2(descriptors["stdout"], 1)
    os.close(descriptors["stdin"])
    os.close(descriptors["stdout"])
    module = prelude.competition("__main__")
    try:
        exec(compile(job["code"], "solution.py", "exec"), module.__dict__)  # noqa: S102
    except SystemExit:
        # Its output counts, whatever its exit status is.
        sys.exit(0)
    except BaseException as error:
        write_result(descriptors["result"], {"error": prelude.reason(error)})
        sys.exit(1)
    sys.exit(0)


def run_functional(job: Job, descriptors: Descriptors) -> None:
    """Calls the function and reports the JSON of the returned value."""
    # Saved before the program can replace them.
    load, dump, end = json.loads, json.dumps, os._exit
    result = descriptors["result"]
    module = prelude.competition("solution")
    try:
        exec(compile(job["code"], "solution.py", "exec"), module.__dict__)  # noqa: S102
        arguments = [load(argument) for argument in job["arguments"]]
        value = _function(module, job["function"])(*arguments)
        reply = dump({"value": value})
    except BaseException as error:
        write_result(result, {"error": prelude.reason(error)})
        end(1)
    content = reply.encode()
    while content:
        content = content[os.write(result, content) :]
    end(0)


def _function(module: types.ModuleType, name: str) -> Callable[..., Any]:
    solution = module.__dict__.get("Solution")
    owner = solution() if isinstance(solution, type) and hasattr(solution, name) else module
    return getattr(owner, name)


def run_assertions(job: Job, descriptors: Descriptors) -> None:
    """Runs the solution and its tests in this process.

    The program may be hostile and shares the process, so nothing here stays secret. But it must not pass by
    accident or with common tricks: an early exit does not count, the token stays unread in its pipe until the
    tests have ended, and patched modules are restored before the tests begin.
    """
    write, read, end = write_result, read_all, os._exit
    result, token = descriptors["result"], descriptors["token"]
    try:
        _run_assertions(job["code"], job["tests"])
    # Includes SystemExit and KeyboardInterrupt: the tests have not passed.
    except BaseException as error:
        write(result, {"error": prelude.reason(error)})
        end(1)
    write(result, {"token": read(token).decode()})
    end(0)


def _run_assertions(code: str, tests: str) -> None:
    solution = prelude.unit_tests("solution")
    pristine = {
        name: (module, dict(vars(module))) for name, module in sys.modules.items() if module is not solution
    }
    own_builtins = dict(vars(sys.modules["builtins"]))
    exec(compile(code, "solution.py", "exec"), solution.__dict__)  # noqa: S102
    _put_back(pristine)
    checks = {**solution.__dict__, "__name__": "tests", "__builtins__": own_builtins}
    exec(compile(tests, "tests.py", "exec"), checks)  # noqa: S102
    run_defined(checks)


def _put_back(pristine: dict[str, tuple[types.ModuleType, dict[str, object]]]) -> None:
    sys.settrace(None)
    sys.setprofile(None)
    for name in [name for name in sys.modules if name.split(".")[0] == "unittest"]:
        del sys.modules[name]
    for name, (module, attributes) in pristine.items():
        sys.modules[name] = module
        for attribute, value in attributes.items():
            if module.__dict__.get(attribute) is not value:
                module.__dict__[attribute] = value


def run_defined(checks: dict[str, Any]) -> None:
    """Runs unittest's test cases and test functions in pytest's style, which a file of tests only defines."""
    for name, check in list(checks.items()):
        if not isinstance(check, types.FunctionType) or check.__code__.co_filename != "tests.py":
            continue
        if name.startswith("test_") and check.__code__.co_argcount == 0:
            check()
    if "unittest" not in sys.modules:
        return
    unittest = importlib.import_module("unittest")
    for case in list(checks.values()):
        if isinstance(case, type) and issubclass(case, unittest.TestCase) and case.__module__ == "tests":
            result = unittest.TestResult()
            unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
            if not result.wasSuccessful():
                _, trace = (result.failures + result.errors)[0]
                raise AssertionError(trace.strip().splitlines()[-1])
