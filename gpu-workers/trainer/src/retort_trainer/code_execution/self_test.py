"""Programs that try to leave the sandbox or to pass without a solution, and correct ones that a faulty grader
rejects.

They run once in each process before it grades its first program. If one of them succeeds, nothing is graded.
"""

import contextlib
import os
import platform
import secrets
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from retort_trainer.code_execution import escapes, grading, mounts, sandbox, seccomp
from retort_trainer.code_execution.escapes import Escape, Expected
from retort_trainer.failures import platform_error

_WORKERS = 4
_MOST_HOME_ENTRIES = 50

_lock = threading.Lock()
_passed = False


@dataclass(frozen=True)
class Surroundings:
    """The targets on this machine that the programs try to reach."""

    port: int
    unix_socket: str
    process: int
    files: list[str]
    folders: list[str]
    environment: list[str]


def require() -> None:
    """Checks once in each process whether generated programs can be graded here.

    Raises RetortError: USER/SANDBOX_MISSING if sandboxes cannot be used, PLATFORM/SANDBOX_UNSAFE if a program
    of the self-test succeeds, PLATFORM/SANDBOX_FAILED if the sandbox stopped working.
    """
    global _passed
    sandbox.require()
    with _lock:
        if _passed:
            return
        if found := failures():
            raise platform_error(
                "SANDBOX_UNSAFE",
                f"generated code is not graded on {platform.node()}: {'; '.join(found)} (expected: a "
                "sandbox that passes its self-test: python -m retort_trainer.code_execution)",
            )
        _passed = True


def failures(report: Callable[[str], None] = lambda line: None) -> list[str]:
    """The findings of the self-test; empty if the sandbox is safe. Each result is also reported as it
    arrives.
    """

    def check(escape: Escape) -> str:
        found = _judged(escape, grading.run(escape.code, escape.tests))
        report(f"{escape.name}: {found or 'ok'}")
        return found and f"{escape.name}: {found}"

    with _surroundings() as (around, alive), ThreadPoolExecutor(_WORKERS) as pool:
        programs = escapes.all_of(
            port=around.port,
            unix_socket=around.unix_socket,
            process=around.process,
            files=around.files,
            folders=around.folders,
            environment=around.environment,
            denied_calls=seccomp.denied(platform.machine()),
            secret=secrets.token_hex(16),
        )
        found = [failure for failure in pool.map(check, programs) if failure]
        if not alive():
            found.append("signals: a process outside was killed")
    return found


def _judged(escape: Escape, grade: grading.Grade) -> str:
    """The difference from the expected result; empty if there is none."""
    match escape.expected:
        case Expected.PASS:
            return "" if grade.passed else f"a right program fails: {grade.reason}"
        case Expected.FAIL:
            return "it passes" if grade.passed else ""
        case Expected.TIME_OUT:
            return "" if grade.timed_out else f"it is not ended for its time: {grade.reason or 'it passes'}"


@contextlib.contextmanager
def _surroundings() -> Iterator[tuple[Surroundings, Callable[[], bool]]]:
    """Targets outside the sandbox, and whether the process among them is still alive."""
    with contextlib.ExitStack() as resources:
        folder = resources.enter_context(tempfile.TemporaryDirectory(prefix="retort-self-test-"))
        secret = Path(folder, "secret")
        secret.write_text("secret")
        server = resources.enter_context(socket.create_server(("127.0.0.1", 0)))
        local = resources.enter_context(socket.socket(socket.AF_UNIX))
        name = f"retort-self-test-{secrets.token_hex(8)}"
        local.bind(f"\0{name}")
        local.listen()
        waiting = subprocess.Popen(["/bin/sleep", "600"], stdin=subprocess.DEVNULL)
        resources.callback(waiting.wait)
        resources.callback(waiting.kill)
        around = Surroundings(
            port=server.getsockname()[1],
            unix_socket=name,
            process=waiting.pid,
            files=[str(secret), "/etc/passwd", "/proc/self/environ", __file__, *_home()],
            folders=[folder, "/", "/etc", "/dev", "/usr/lib", str(Path(os.__file__).parent), str(Path.cwd())],
            environment=[name for name in os.environ if name not in ("PWD", "LC_CTYPE")],
        )
        yield around, lambda: waiting.poll() is None


def _home() -> list[str]:
    """The content of the user's home, except the folders of the Python installation."""
    seen = [Path(mounts.interpreter()), Path(os.__file__).resolve()]
    # Some users have no home, or the root folder, which exists in every sandbox.
    with contextlib.suppress(OSError, RuntimeError):
        home = Path.home()
        if home == Path("/"):
            return []
        entries = sorted(home.iterdir())[:_MOST_HOME_ENTRIES]
        return [str(entry) for entry in entries if not any(path.is_relative_to(entry) for path in seen)]
    return []
