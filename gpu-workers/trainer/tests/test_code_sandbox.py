"""What programs cannot do in their sandbox, and the results of a sandbox that fails."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from retort_trainer.code_execution import execution, sandbox
from retort_trainer.code_execution.sandbox import Sandbox
from retort_trainer.failures import FailureCategory, RetortError
from tests.code_programs import SHORT_SECONDS, check, needs_sandbox, run, run_stdin

MEMORY_BYTES = 1024**3


@needs_sandbox
def test_what_takes_too_long_is_ended() -> None:
    for code in ("while True:\n    pass", "import time\ntime.sleep(1000)"):
        found = run(code, seconds=SHORT_SECONDS)
        assert (found.passed, found.timed_out, found.reason) == (False, True, "not finished within 0.5 s"), (
            code
        )


@needs_sandbox
def test_solution_that_takes_too_long_in_its_own_process_is_ended() -> None:
    found = run("def f():\n    while True:\n        pass", check("f", "candidate()"), SHORT_SECONDS)
    assert (found.passed, found.timed_out) == (False, True)


@needs_sandbox
def test_memory_is_limited() -> None:
    assert run("held = bytearray(8 * 1024**3)").reason.startswith("MemoryError")
    hoard = "held = []\nwhile True:\n    held.append(bytearray(10**7))"
    assert run(hoard).reason.startswith("MemoryError")


@needs_sandbox
def test_processes_are_limited() -> None:
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
    assert re.fullmatch("SystemExit: 1[0-9] children", run(bomb).reason)


@needs_sandbox
@pytest.mark.parametrize(
    "ending", ["", "while True:\n    try:\n        os.fork()\n    except OSError:\n        pass"]
)
@pytest.mark.skipif(os.geteuid() != 0, reason="programs have no user of their own, which marks them here")
def test_processes_die_with_their_run(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # All processes of a sandbox have the supervisor's arguments.
    mark = str(70_000 + os.getpid())
    monkeypatch.setattr(sandbox, "_identity", lambda: (int(mark), sandbox_identity()[1]))
    code = f"import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)\n{ending}"
    found = run_stdin(code, ("", ""), seconds=SHORT_SECONDS if ending else 60.0)
    assert found.passed is not bool(ending)
    listed = subprocess.run(["/bin/ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in listed.splitlines() if line.endswith(f" {mark}")]


sandbox_identity = sandbox._identity


@needs_sandbox
def test_output_and_files_are_limited() -> None:
    loud = "import sys\nwhile True:\n    sys.stdout.write('x' * 10**6)"
    assert run_stdin(loud, ("", "")).reason == "test 1 of 1: wrote more than 8 MiB"
    assert not run(loud, seconds=SHORT_SECONDS).passed
    flood = """
import os
written = 0
for fd in range(3, 64):
    try:
        while written <= 10**9:
            written += os.write(fd, b"x" * 10**6)
    except OSError:
        pass
"""
    assert run(flood).reason == "wrote more than 8 MiB"
    big = "with open('/tmp/big', 'wb') as file:\n    file.write(b'x' * 20 * 1024**2)"
    assert run(big).reason.startswith("OSError")
    many = "for n in range(20):\n    open(f'/tmp/{n}', 'wb').write(b'x' * 8 * 1024**2)"
    assert "No space left" in run(many).reason


@needs_sandbox
def test_files_of_the_machine_are_not_there(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    repository = Path(__file__).resolve().parents[1]
    paths = ("/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/1/cmdline", secret, repository)
    code = """
import os
for path in {!r}:
    try:
        os.stat(path)
    except FileNotFoundError:
        continue
    raise RuntimeError(path)
"""
    assert run(code.format([str(path) for path in paths])).reason == ""
    assert run("import os\nassert set(os.environ) <= {'PWD', 'LC_CTYPE'}, dict(os.environ)").reason == ""


@needs_sandbox
def test_nothing_outside_can_be_written(tmp_path: Path) -> None:
    standard = os.path.dirname(os.__file__)  # noqa: PTH120
    for path in ("/x", "/dev/x", "/usr/lib/x", "/etc/x", f"{standard}/x", str(tmp_path / "x")):
        assert not run(f"open({path!r}, 'w').write('x')").passed, path
        assert not Path(path).exists(), path
    left = Path("/tmp/left-by-the-sandbox")  # noqa: S108
    assert run(f"open({str(left)!r}, 'w').write('x')").passed
    assert not left.exists()


@needs_sandbox
def test_whole_standard_library_can_be_imported() -> None:
    """Includes modules that need the machine's shared libraries."""
    names = [
        name
        for name in (
            "bz2",
            "ctypes",
            "decimal",
            "hashlib",
            "lzma",
            "readline",
            "sqlite3",
            "ssl",
            "uuid",
            "zlib",
        )
        if importlib.util.find_spec(name) and _imports(name)
    ]
    assert len(names) > 5
    for name in names:
        assert run(f"import {name}").reason == "", name


def _imports(name: str) -> bool:
    done = subprocess.run([sys.executable, "-I", "-c", f"import {name}"], capture_output=True, check=False)
    return done.returncode == 0


@needs_sandbox
def test_there_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
        assert "refused" in run(code).reason
    assert "unreachable" in run("import socket\nsocket.create_connection(('192.0.2.1', 80), 2)").reason


@needs_sandbox
def test_the_program_has_no_rights() -> None:
    code = """
import os, signal
for call in (lambda: os.setuid(0), lambda: os.chroot("/tmp"), lambda: os.nice(-5), lambda: os.setgroups([0])):
    try:
        call()
    except OSError:
        continue
    raise RuntimeError("allowed")
"""
    assert run(code).reason == ""
    if os.geteuid() == 0:
        assert run("import os\nassert os.getuid() != 0").reason == ""


@needs_sandbox
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP", "SIGINT", "SIGTERM"])
def test_supervisor_cannot_be_ended(number: str) -> None:
    code = f"""
import os, signal
try:
    os.kill(1, signal.{number})
except PermissionError:
    pass
print("ended")
"""
    assert run_stdin(code, ("", "ended"), ("", "ended")).reason == ""


@needs_sandbox
def test_time_that_a_program_waits_for_a_processor_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()

    def waited(pid: int) -> float:
        # Simulates a busy machine until the program has exceeded its time limit.
        left.set()
        return 30.0

    monkeypatch.setattr(execution, "_waited", waited)
    code = f"import time\ntime.sleep({SHORT_SECONDS * 2})\nprint('ended')"
    assert run_stdin(code, ("", "ended"), seconds=SHORT_SECONDS).passed
    assert left.is_set()


@needs_sandbox
def test_closed_sandbox_has_no_process_left() -> None:
    before = _children(os.getpid())
    with Sandbox(MEMORY_BYTES) as one:
        children = _children(os.getpid()) - before
        assert children
    assert not children & _children(os.getpid())
    with pytest.raises(sandbox.SandboxEnded):
        one.receive()


def _children(pid: int) -> set[str]:
    listed = subprocess.run(
        ["/bin/ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    return set(listed.stdout.split())


def test_missing_sandbox_is_the_users_to_mend(tmp_path: Path) -> None:
    code = "from retort_trainer.code_execution import self_test\nself_test.require()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
    )
    assert (
        "SANDBOX_MISSING: code answers need a sandbox: bwrap is not installed (expected: install"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("platform", "machine", "message"),
    [
        ("darwin", "x86_64", "generated code runs on Linux only, this is .* \\(expected: a Linux machine\\)"),
        ("linux", "riscv64", "no filter of system calls for riscv64 \\(expected: x86_64 or aarch64\\)"),
    ],
)
def test_other_machines_are_refused(
    platform: str, machine: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr("platform.machine", lambda: machine)
    found = sandbox._missing.__wrapped__()
    assert found is not None and found.category is FailureCategory.USER
    assert re.search(message, found.message)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no sandbox")
def test_broken_sandbox_is_the_users_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = sandbox._missing.__wrapped__()
    assert found is not None and found.type == "SANDBOX_MISSING"
    assert "need a sandbox: bwrap: No permissions to create new namespace (expected: install" in found.message


@needs_sandbox
def test_sandbox_that_stops_working_is_a_platform_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RetortError, match=r"SANDBOX_FAILED: .*it ends with status 1"):
        run("x = 1", "assert x")


@needs_sandbox
def test_machine_without_memory_is_a_platform_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(subprocess.Popen, "__init__", fail)
    with pytest.raises(RetortError, match=r"SANDBOX_FAILED: .*Cannot allocate memory") as caught:
        run("x = 1", "assert x")
    assert caught.value.category is FailureCategory.PLATFORM
