"""What runs inside the sandbox: the code, then its tests, then the proof that the tests ended well.

The text of this file is handed to `python -I -c` by `sandbox.py`; it needs the standard library alone.
Arguments: the user id to become (-1: stay), seconds of CPU, bytes of memory. Its input is a header with the
lengths of code and tests, both, and a token; its output begins with `STARTED` and, only where the tests ended
well, ends with the token.

The code is hostile and shares the process, so nothing here is secret for ever; but it must not pass by
accident or by habit: an early exit proves nothing, the token stays unread in its pipe until the tests have
ended, and what the code has patched in modules is put back before the tests begin.
"""

import importlib
import os
import resource
import sys
import types
from collections.abc import Callable

STARTED = b"started\n"
HEADER_BYTES = 32
TOKEN_BYTES = 32
MOST_PROCESSES = 16
LARGEST_FILE_BYTES = 16 * 1024 * 1024
_MOST_FILES = 64
_LONGEST_REASON = 300
# What solutions take for granted, as the harnesses of the field do.
_MODULES = (
    "collections",
    "copy",
    "datetime",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "random",
)
_MORE_MODULES = ("re", "statistics", "string", "sys", "typing")


def main(user: int, seconds: int, memory_bytes: int) -> None:
    """Ends the process; never returns."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    if user >= 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    _limit(seconds, memory_bytes)
    _judge(source, sink, os.read, os.write, os._exit)


def _limit(seconds: int, memory_bytes: int) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, LARGEST_FILE_BYTES),
        (resource.RLIMIT_NOFILE, _MOST_FILES),
        (resource.RLIMIT_NPROC, MOST_PROCESSES),
    ):
        resource.setrlimit(limit, (value, value))


def _judge(
    source: int,
    sink: int,
    read: Callable[[int, int], bytes],
    write: Callable[[int, bytes], int],
    end: Callable[[int], None],
) -> None:
    """The functions are taken before the code can replace them."""

    def take(length: int) -> bytes:
        content = b""
        while len(content) < length:
            chunk = read(source, min(65_536, length - len(content)))
            if not chunk:
                end(2)
            content += chunk
        return content

    write(sink, STARTED)
    header = take(HEADER_BYTES)
    code = take(int(header[:16], 16)).decode()
    tests = take(int(header[16:], 16)).decode()
    try:
        _run(code, tests)
    # Whatever the code raises, SystemExit and KeyboardInterrupt among it: the tests have not passed.
    except BaseException as error:
        write(sink, _reason(error))
        end(1)
    write(sink, take(TOKEN_BYTES))
    end(0)


def _run(code: str, tests: str) -> None:
    solution = types.ModuleType("solution")
    namespace = solution.__dict__
    for name in (*_MODULES, *_MORE_MODULES):
        namespace[name] = importlib.import_module(name)
    for name in sys.modules["typing"].__all__:
        namespace[name] = getattr(sys.modules["typing"], name)
    sys.modules["solution"] = solution
    pristine = {
        name: (module, dict(vars(module))) for name, module in sys.modules.items() if module is not solution
    }
    own_builtins = dict(vars(sys.modules["builtins"]))
    exec(compile(code, "solution.py", "exec"), namespace)  # noqa: S102
    _put_back(pristine)
    checks = {**namespace, "__name__": "tests", "__builtins__": own_builtins}
    exec(compile(tests, "tests.py", "exec"), checks)  # noqa: S102
    _run_defined(checks)


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


def _run_defined(checks: dict[str, object]) -> None:
    """Test cases of unittest and functions of pytest's kind, which a file of tests only defines."""
    for name, check in list(checks.items()):
        if not isinstance(check, types.FunctionType) or check.__code__.co_filename != "tests.py":
            continue
        if name.startswith("test_") and check.__code__.co_argcount == 0:
            check()
    unittest = sys.modules.get("unittest")
    if unittest is None:
        return
    for case in list(checks.values()):
        if isinstance(case, type) and issubclass(case, unittest.TestCase) and case.__module__ == "tests":
            result = unittest.TestResult()
            unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
            if not result.wasSuccessful():
                _, trace = (result.failures + result.errors)[0]
                raise AssertionError(trace.strip().splitlines()[-1])


def _reason(error: BaseException) -> bytes:
    try:
        text = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
    except BaseException:
        text = "an exception that cannot be printed"
    return text.encode(errors="replace")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
