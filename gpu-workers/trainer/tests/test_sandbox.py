"""Generated code in its sandbox: what passes, and what hostile programs cannot do."""

import gzip
import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from retort_trainer import sandbox
from retort_trainer.failures import FailureCategory, RetortError

HUMAN_EVAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "HumanEval.jsonl.gz"
CASE = """
import unittest
class T(unittest.TestCase):
    def test(self):
        self.assertEqual(f(), 1)
"""
EVERY_FILE = """
import os
for fd in range(64):
    try:
        {}
    except OSError:
        pass
"""
SHORT = sandbox.Limits(cpu_seconds=1, wall_seconds=5)

needs_sandbox = pytest.mark.skipif(
    sandbox._missing() is not None, reason=f"no sandbox here: {sandbox._missing()}"
)


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        ("def add(a, b):\n    return a + b", "assert add(2, 3) == 5"),
        ("def root(x: float) -> Optional[float]:\n    return math.sqrt(x)", "assert root(4) == 2"),
        ("import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int", "assert P(1) == P(1)"),
        ("def f():\n    return 1", "def test_f():\n    assert f() == 1"),
        (
            "def f():\n    return 1",
            CASE,
        ),
        ("import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()", "assert True"),
        (
            "from pathlib import Path\nPath('/tmp/x').write_text('1')",
            "assert Path('/tmp/x').read_text() == '1'",
        ),
        ("def sum(values):\n    return 7", "assert sum([1, 2]) == 7"),
        ("print('\\u00e9' * 10)\nx = '\\u00e9'", "assert len(x) == 1"),
    ],
)
@needs_sandbox
def test_right_programs_pass(code: str, tests: str) -> None:
    assert sandbox.run(code, tests) == sandbox.Outcome(True)


@pytest.mark.parametrize(
    ("code", "tests", "reason"),
    [
        ("def f():\n    return 2", "assert f() == 1, 'two'", "AssertionError: two"),
        ("def f(:", "assert True", "SyntaxError"),
        ("", "assert f() == 1", "NameError"),
        ("def f():\n    return 2", "def test_f():\n    assert f() == 1", "AssertionError"),
        (
            "def f():\n    return 2",
            CASE,
            "AssertionError: .*2 != 1",
        ),
        ("def f():\n    return f()", "f()", "RecursionError"),
    ],
)
@needs_sandbox
def test_wrong_programs_fail_and_say_why(code: str, tests: str, reason: str) -> None:
    outcome = sandbox.run(code, tests)
    assert not outcome.passed
    assert re.match(reason, outcome.reason)


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.exit(0)",
        "import os\nos._exit(0)",
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "class E(Exception):\n    def __str__(self):\n        raise SystemExit\nraise E",
        "print('started\\n' + 'f' * 32)",
        EVERY_FILE.format("os.write(fd, b'f' * 32)"),
        EVERY_FILE.format("os.ftruncate(fd, 0)"),
        "import os\nos.closerange(0, 64)",
        "import atexit, os\natexit.register(os._exit, 0)",
        "import os\nos.execv('/bin/true', ['true'])",
        "import sys\nsys.modules.clear()",
        "import builtins\nbuiltins.AssertionError = int",
        "import builtins\nbuiltins.all = builtins.any = lambda *_: True\nbuiltins.len = lambda _: 1",
        "import builtins\nbuiltins.compile = builtins.exec = lambda *_: None",
        "import math\nmath.isclose = lambda *_: True",
        "import unittest\nunittest.TestCase.assertEqual = lambda *_: None",
        "import sys\nsys.settrace(lambda *_: sys.exit(0))",
        "import os\nos.write = os.read = os._exit = lambda *_: 0",
    ],
)
@needs_sandbox
def test_code_does_not_pass_without_its_tests(code: str) -> None:
    tests = """
import math, unittest
class T(unittest.TestCase):
    def test(self):
        self.assertEqual(1, 2)
assert math.isclose(1.0, 2.0) or all([False]) or len([]) == 1
"""
    assert not sandbox.run(code, tests, SHORT).passed


@pytest.mark.parametrize("call", ["sys.exit(0)", "os._exit(0)", "exit(0)", "quit()"])
@needs_sandbox
def test_function_that_ends_the_process_does_not_pass(call: str) -> None:
    assert not sandbox.run(f"import os, sys\ndef f():\n    {call}", "assert f() == 1").passed


@needs_sandbox
def test_what_takes_too_long_is_ended() -> None:
    assert not sandbox.run("while True:\n    pass", "", SHORT).passed
    asleep = sandbox.run("import time\ntime.sleep(1000)", "", sandbox.Limits(wall_seconds=1))
    assert asleep == sandbox.Outcome(False, "not finished within 1 s")


@needs_sandbox
def test_memory_is_limited() -> None:
    outcome = sandbox.run("held = bytearray(8 * 1024**3)", "")
    assert outcome.reason.startswith("MemoryError")
    hoard = "held = []\nwhile True:\n    held.append(bytearray(10**7))"
    assert sandbox.run(hoard, "").reason.startswith("MemoryError")


@needs_sandbox
def test_processes_are_limited_and_die_with_the_sandbox() -> None:
    bomb = """
import os, time
children = 0
try:
    while children < 1000:
        if os.fork() == 0:
            time.sleep(1000)
        children += 1
except BlockingIOError:
    raise SystemExit(f"{children} children")
"""
    assert re.fullmatch("SystemExit: 1[0-9] children", sandbox.run(bomb, "", SHORT).reason)
    # Known by its last argument.
    limits = sandbox.Limits(cpu_seconds=1, wall_seconds=5, memory_bytes=1024**3 + os.getpid())
    endless = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    assert not sandbox.run(endless, "", limits).passed
    listed = subprocess.run(["/bin/ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(limits.memory_bytes) not in listed


@needs_sandbox
def test_output_and_files_are_limited() -> None:
    loud = "import sys\nwhile True:\n    sys.stdout.write('x' * 10**6)"
    assert not sandbox.run(loud, "", SHORT).passed
    flood = """
import os
written = 0
for fd in range(64):
    try:
        while True:
            written += os.write(fd, b"x" * 10**6)
            if written > 10**9:
                raise SystemExit("more than a gigabyte")
    except OSError:
        pass
"""
    assert not sandbox.run(flood, "", SHORT).passed
    big = "with open('/tmp/big', 'wb') as file:\n    file.write(b'x' * 20 * 1024**2)"
    assert sandbox.run(big, "").reason.startswith("OSError")
    many = "for n in range(20):\n    open(f'/tmp/{n}', 'wb').write(b'x' * 8 * 1024**2)"
    assert "No space left" in sandbox.run(many, "").reason


@needs_sandbox
def test_files_of_the_machine_are_not_there(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    repository = Path(__file__).resolve().parents[1]
    for path in ("/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/1/cmdline", secret, repository):
        reading = f"import os\nos.stat({str(path)!r})"
        assert sandbox.run(reading, "").reason.startswith("FileNotFoundError"), path
    environment = "import os\nassert set(os.environ) <= {'PWD', 'LC_CTYPE'}, dict(os.environ)"
    assert sandbox.run(environment, "") == sandbox.Outcome(True)


@needs_sandbox
def test_nothing_outside_can_be_written(tmp_path: Path) -> None:
    standard = os.path.dirname(os.__file__)  # noqa: PTH120
    for path in ("/x", "/dev/x", "/usr/lib/x", "/etc/x", f"{standard}/x", str(tmp_path / "x")):
        assert not sandbox.run(f"open({path!r}, 'w').write('x')", "").passed, path
        assert not Path(path).exists(), path
    left = Path("/tmp/left-by-the-sandbox")  # noqa: S108
    assert sandbox.run(f"open({str(left)!r}, 'w').write('x')", "").passed
    assert not left.exists()


@needs_sandbox
def test_there_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
        assert "refused" in sandbox.run(code, "").reason
        code = "import socket\nsocket.create_connection(('192.0.2.1', 80), 2)"
        assert "unreachable" in sandbox.run(code, "").reason


@needs_sandbox
def test_the_program_has_no_rights() -> None:
    code = """
import os
assert os.getuid() != 0, "root"
for call in (lambda: os.setuid(0), lambda: os.kill(1, 9), lambda: os.chroot("/tmp"), lambda: os.nice(-5)):
    try:
        call()
    except OSError:
        continue
    raise RuntimeError("allowed")
"""
    if os.geteuid() == 0:
        assert sandbox.run(code, "") == sandbox.Outcome(True)


@needs_sandbox
def test_text_that_is_no_unicode() -> None:
    assert sandbox.run("x = '\ud800'", "assert x == '?'") == sandbox.Outcome(True)
    assert not sandbox.run("x = '\0'", "").passed


def test_missing_sandbox_is_the_users_to_mend(tmp_path: Path) -> None:
    code = "from retort_trainer import sandbox\nsandbox.run('', '')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PATH": str(tmp_path)}, timeout=60
    )
    assert (
        "SANDBOX_MISSING: code answers need a sandbox: bwrap is not installed (expected: install"
        in done.stderr
    )


def test_broken_sandbox_is_the_users_to_mend(tmp_path: Path) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    code = "from retort_trainer import sandbox\nsandbox.run('', '')"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert "SANDBOX_MISSING" in done.stderr and "No permissions to create new namespace" in done.stderr


@needs_sandbox
def test_sandbox_that_stops_working_is_a_platform_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RetortError, match="SANDBOX_FAILED"):
        sandbox.run("x = 1", "assert x")


@needs_sandbox
@pytest.mark.parametrize("error", [subprocess.TimeoutExpired("bwrap", 30), OSError("Cannot allocate memory")])
def test_busy_machine_is_a_platform_failure(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess.Popen, "__init__" if isinstance(error, OSError) else "communicate", fail)
    with pytest.raises(RetortError, match="SANDBOX_FAILED") as caught:
        sandbox._probe()
    assert caught.value.category is FailureCategory.PLATFORM


@pytest.mark.skipif(not HUMAN_EVAL.is_file(), reason=f"{HUMAN_EVAL} is not there")
@needs_sandbox
def test_every_canonical_solution_of_human_eval_passes() -> None:
    rows = [json.loads(line) for line in gzip.decompress(HUMAN_EVAL.read_bytes()).splitlines()]

    def solve(row: dict[str, str]) -> sandbox.Outcome:
        tests = f"{row['test']}\ncheck({row['entry_point']})\n"
        return sandbox.run(row["prompt"] + row["canonical_solution"], tests)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(solve, rows))
    assert [
        (row["task_id"], found) for row, found in zip(rows, outcomes, strict=True) if not found.passed
    ] == []
    assert len(rows) == 164
