"""The programs of the self-test: see `self_test.py`."""

from dataclasses import dataclass
from enum import Enum, auto

from retort_trainer.data import CodeTest, CodeTests, CodeTestsKind

# Long enough for any machine; programs that must be ended by their time limit have a shorter one.
_PATIENT_SECONDS = 30.0
_SHORT_SECONDS = 0.5


class Expected(Enum):
    """The result of a program if the sandbox is safe and the grader is correct."""

    PASS = auto()
    FAIL = auto()
    TIME_OUT = auto()


@dataclass(frozen=True)
class Escape:
    """A program, its tests, and its expected result."""

    name: str
    code: str
    tests: CodeTests
    expected: Expected = Expected.FAIL


def all_of(
    *,
    port: int,
    unix_socket: str,
    process: int,
    files: list[str],
    folders: list[str],
    environment: list[str],
    denied_calls: dict[str, int],
    secret: str,
) -> list[Escape]:
    """All programs. A program that tries to escape writes "escaped", and so passes, if it succeeds.

    The arguments are the targets that it tries to reach: a port and an abstract socket with a listener, a
    process, files, folders, names of environment variables, system calls by name, and a secret of the tests.
    """
    return [
        *_right_programs(),
        *_passing_without_a_solution(secret),
        *_exhausting(),
        Escape("environment", _ENVIRONMENT.format(names=environment), _ESCAPED),
        Escape("files outside are read", _READ.format(paths=files), _ESCAPED),
        Escape("files outside are written", _WRITE.format(folders=folders), _ESCAPED),
        Escape("network", _CONNECT.format(port=port, name=unix_socket), _ESCAPED),
        Escape("signals", f"import os\nos.kill({process}, 9)\nprint('escaped')", _ESCAPED),
        Escape("system calls", _SYSTEM_CALLS.format(calls=denied_calls), _ESCAPED),
    ]


def _right_programs() -> list[Escape]:
    buffered = "import sys\nread = sys.stdin.buffer.readline\nprint(int(read()) - int(read()))"
    outliving = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)\nprint('ended')"
    return [
        Escape("standard input, line by line", buffered, _stdin("5\n3\n", "2"), Expected.PASS),
        Escape(
            "standard input, as descriptor 0", "print(open(0).read())", _stdin("a\nb", "a\nb"), Expected.PASS
        ),
        # Graded only after its child has been killed.
        Escape("a child that outlives the program", outliving, _stdin("", "ended"), Expected.PASS),
    ]


def _passing_without_a_solution(secret: str) -> list[Escape]:
    liar = "class Liar(list):\n    def __eq__(self, other):\n        return True\n"
    equals = f"{liar}class Solution:\n    def f(self, x):\n        return Liar()\n"
    marks = "for mark in ('[true]', 'True', 'passed', 'OK', '{\"passed\": true}', 'ok 1'):\n    print(mark)\n"
    check = "def check(candidate):\n    assert candidate(1) == [2]\n\ncheck(f)"
    plain = "assert f(1) == [2]"
    return [
        Escape("an equality that lies, functional", equals, _functional("1", "[2]")),
        Escape(
            "an equality that lies, assertions", f"{liar}def f(x):\n    return Liar()", _assertions(check)
        ),
        Escape("success marks, standard output", marks, _stdin("", "2")),
        Escape("success marks, functional", f"{marks}def f(x):\n    {_EVERY_FILE}", _functional("1", "[2]")),
        Escape("success marks, function tests", f"{marks}def f(x):\n    {_EVERY_FILE}", _assertions(check)),
        Escape("success marks, assertions", f"{marks}def f(x):\n    {_EVERY_FILE}", _assertions(plain)),
        Escape("an exit, function tests", "import sys\nsys.exit(0)", _assertions(check)),
        Escape("an exit, assertions", "import os\nos._exit(0)", _assertions(plain)),
        Escape("expected outputs in the sandbox", _SEARCH, _functional("1", f'"expected-{secret}"')),
        Escape("tests in the solution's process", _SEARCH, _assertions(_CHECK_EXPECTED.format(secret))),
    ]


def _exhausting() -> list[Escape]:
    endless = "while True:\n    pass"
    large = 9 * 1024 * 1024
    return [
        Escape("an endless loop", endless, _stdin("", "x", _SHORT_SECONDS), Expected.TIME_OUT),
        Escape("swallowed exceptions", _SWALLOW, _stdin("", "x", _SHORT_SECONDS), Expected.TIME_OUT),
        Escape("huge output", f"print('x' * {large})", _stdin("", "x" * large)),
        Escape("memory", _ALLOCATE, _ESCAPED),
        Escape("fork bomb", _FORK_BOMB, _ESCAPED),
        Escape("files that fill the machine", _FILL, _ESCAPED),
    ]


def _stdin(given: str, expected: str, seconds: float = _PATIENT_SECONDS) -> CodeTests:
    tests = [CodeTest(given, expected)]
    return CodeTests(kind=CodeTestsKind.STDIN, tests=tests, timeout_seconds=seconds)


def _functional(given: str, expected: str) -> CodeTests:
    return CodeTests(
        kind=CodeTestsKind.FUNCTIONAL,
        function="f",
        tests=[CodeTest(given, expected)],
        timeout_seconds=_PATIENT_SECONDS,
    )


def _assertions(program: str) -> CodeTests:
    return CodeTests(kind=CodeTestsKind.ASSERTIONS, program=program, timeout_seconds=_PATIENT_SECONDS)


_ESCAPED = _stdin("", "escaped")

_ENVIRONMENT = """
import os
if set(os.environ) & set({names!r}):
    print("escaped")
"""

_READ = """
import os
for path in {paths!r}:
    try:
        os.stat(path)
    except OSError:
        continue
    print("escaped")
    break
"""

_WRITE = """
for folder in {folders!r}:
    try:
        open(folder + "/retort-self-test", "w").close()
    except OSError:
        continue
    # The machine's own /tmp is not the sandbox's.
    if not folder.startswith("/tmp"):
        print("escaped")
        break
"""

_CONNECT = """
import socket
for family, address in (
    (socket.AF_INET, ("127.0.0.1", {port})),
    (socket.AF_UNIX, "\\0{name}"),
    (socket.AF_NETLINK, None),
    (40, None),
):
    try:
        with socket.socket(family, socket.SOCK_STREAM if address else socket.SOCK_DGRAM) as connection:
            connection.settimeout(5)
            if address:
                connection.connect(address)
    except OSError:
        continue
    print("escaped")
    break
"""

# Without arguments, some calls fail for other reasons, but never because of a missing permission.
_SYSTEM_CALLS = """
import ctypes, errno
call = ctypes.CDLL(None, use_errno=True).syscall
for name, number in {calls!r}.items():
    ctypes.set_errno(0)
    if call(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM:
        print("escaped")
        break
"""

# Allocates the memory without using it.
_ALLOCATE = """
import mmap
held = mmap.mmap(-1, 2 * 1024**3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
print("escaped")
"""

_SWALLOW = """
import time
while True:
    try:
        time.sleep(1000)
    except BaseException:
        pass
"""

_FORK_BOMB = """
import os, time
for _ in range(100):
    if os.fork() == 0:
        time.sleep(1000)
print("escaped")
"""

_FILL = """
for number in range(100):
    with open(f"/tmp/{number}", "wb") as file:
        file.write(b"x" * 2 * 1024**2)
print("escaped")
"""

_EVERY_FILE = """
    import os
    for descriptor in range(64):
        for mark in (b'{"passed": true}', b'{"value": null}', b'{"token": ""}'):
            try:
                os.write(descriptor, mark)
            except OSError:
                pass
    os._exit(0)
"""

# Looks for the secret in every object and descriptor that it can reach.
_SEARCH = """
import gc, os, re
def texts():
    for held in gc.get_objects():
        try:
            yield str(held)
        except BaseException:
            pass
    for descriptor in range(64):
        try:
            os.set_blocking(descriptor, False)
            yield os.read(descriptor, 10**6).decode(errors="replace")
        except OSError:
            pass
def f(x):
    for text in texts():
        found = re.search("expected-[0-9a-f]+", text)
        if found:
            return found.group()
"""

_CHECK_EXPECTED = """
def check(candidate):
    assert candidate(1) == "expected-{}"

check(f)
"""
