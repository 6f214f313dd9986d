"""Runs generated Python code against its unit tests in a sandbox that it cannot leave.

The sandbox is bubblewrap (`bwrap`): no network, no processes or files of the machine but Python's own,
read-only, no environment, and a small `/tmp` of its own. Memory, CPU, processes, file sizes and wall-clock
time are limited. Only the standard library is there. What the tests compare is what decides: an object that
equals everything passes `assert f(x) == y` here as anywhere.
"""

import functools
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from retort_trainer import sandbox_program
from retort_trainer.failures import RetortError, platform_error, user_error

_MEND = (
    "install bubblewrap (Debian, Ubuntu: apt install bubblewrap) and let this user make namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, "
    "user.max_user_namespaces above 0; in a container: a seccomp profile that allows them)"
)
_TEMPORARY_BYTES = 64 * 1024 * 1024
_READ_BYTES = 4_096
# The range that systemd leaves to services without a user of their own: nobody's files or processes.
_FIRST_USER, _USERS = 61_184, 4_336
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
# The kernel, short of memory, ends the sandbox first.
_LAUNCH = 'echo 1000 > /proc/self/oom_score_adj; exec "$@"'


@dataclass(frozen=True)
class Limits:
    """What one program may use. The wall clock also counts what a busy machine does meanwhile."""

    cpu_seconds: int = 10
    wall_seconds: float = 30.0
    memory_bytes: int = 1024**3


@dataclass(frozen=True)
class Outcome:
    """Whether the tests ran to their end, and why not."""

    passed: bool
    reason: str = ""


def run(code: str, tests: str, limits: Limits | None = None) -> Outcome:
    """Runs the code, then its tests.

    Raises RetortError: USER/SANDBOX_MISSING, or PLATFORM/SANDBOX_FAILED when the sandbox stopped working.
    """
    require()
    outcome = _run(code, tests, limits or Limits())
    if outcome is not None:
        return outcome
    # Either the sandbox did not start, or the code has wiped what it wrote: a program known to pass tells.
    probe = _probe()
    if probe:
        raise platform_error("SANDBOX_FAILED", f"the sandbox for code does not start: {probe}")
    return Outcome(False, "ended without a result")


def require() -> None:
    """Raises USER/SANDBOX_MISSING where code cannot be run safely. Looks once per process."""
    missing = _missing()
    if missing is not None:
        raise missing


@functools.cache
def _missing() -> RetortError | None:
    defect = "bwrap is not installed" if shutil.which("bwrap") is None else _probe()
    if not defect:
        return None
    return user_error("SANDBOX_MISSING", f"code answers need a sandbox: {defect} (expected: {_MEND})")


def _probe() -> str:
    """What is wrong with the sandbox, empty where a program passes in it."""
    with tempfile.TemporaryFile() as output:
        try:
            token = _launch("answer = 42", "assert answer == 42", Limits(), output)
        except subprocess.TimeoutExpired as error:
            # A machine that is too busy says nothing of the sandbox.
            raise platform_error(
                "SANDBOX_FAILED", f"the sandbox for code is not heard of: {type(error).__name__}"
            ) from error
        written = _read(output)
        if written.endswith(token):
            return ""
        return written.decode(errors="replace").strip()[:500] or "it ends without a word"


def _run(code: str, tests: str, limits: Limits) -> Outcome | None:
    """None where the program has not even begun."""
    with tempfile.TemporaryFile() as output:
        try:
            token = _launch(code, tests, limits, output)
        except subprocess.TimeoutExpired:
            return Outcome(False, f"not finished within {limits.wall_seconds:g} s")
        written = _read(output)
    if not written.startswith(sandbox_program.STARTED):
        return None
    said = written.removeprefix(sandbox_program.STARTED)
    if said == token:
        return Outcome(True)
    return Outcome(False, said.decode(errors="replace").strip() or "ended before its tests had")


def _launch(code: str, tests: str, limits: Limits, output: BinaryIO) -> bytes:
    """Waits for the end of the program; returns the token that proves that its tests have passed."""
    token = secrets.token_hex(sandbox_program.TOKEN_BYTES // 2).encode()
    # Lone surrogates, which JSON can hold, are no text that Python compiles.
    parts = [text.encode(errors="replace") for text in (code, tests)]
    header = b"".join(b"%016x" % len(part) for part in parts)
    try:
        process = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", _LAUNCH, "sh", *_command(limits)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise platform_error("SANDBOX_FAILED", f"the sandbox for code does not start: {error}") from error
    try:
        process.communicate(b"".join((header, *parts, token)), timeout=limits.wall_seconds)
    finally:
        # Its processes die with it.
        process.kill()
        process.wait()
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
    return token


def _read(output: BinaryIO) -> bytes:
    output.seek(0)
    return output.read(_READ_BYTES)


def _command(limits: Limits) -> list[str]:
    user, namespaces = _identity()
    return [
        "bwrap",
        *namespaces,
        *("--die-with-parent", "--new-session", "--clearenv"),
        *_binds(),
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--perms", "1777", "--size", str(_TEMPORARY_BYTES), "--tmpfs", "/tmp"),  # noqa: S108
        *("--remount-ro", "/", "--chdir", "/tmp"),  # noqa: S108
        *(_interpreter(), "-I", "-S", "-B", "-c", _program()),
        *(str(user), str(limits.cpu_seconds), str(limits.memory_bytes)),
    ]


def _identity() -> tuple[int, list[str]]:
    """The user that the program becomes, and the namespaces for it.

    Root in a user namespace is still root where processes are counted, so that no limit would hold: root
    becomes a user of its own instead.
    """
    if os.geteuid() != 0:
        return -1, ["--unshare-all"]
    separate = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts", "cgroup-try")]
    capabilities = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return _FIRST_USER + secrets.randbelow(_USERS), separate + capabilities


@functools.cache
def _binds() -> list[str]:
    return list(_mounts())


def _mounts() -> Iterator[str]:
    for library in _LIBRARIES:
        if Path(library).is_symlink():
            yield from ("--symlink", str(Path(library).readlink()), library)
        elif Path(library).is_dir():
            yield from ("--ro-bind", library, library)
    made: set[Path] = set()
    for path in _installation():
        if any(path.is_relative_to(library) for library in _LIBRARIES):
            continue
        for parent in reversed(path.parents):
            # Made by a bind they would be closed to the user that the program becomes.
            if parent not in made and parent != Path("/"):
                yield from ("--perms", "0755", "--dir", str(parent))
            made.add(parent)
        yield from ("--ro-bind", str(path), str(path))


def _installation() -> list[Path]:
    """What finds libraries, the interpreter and the standard library; of the environment nothing."""
    shared = Path(sysconfig.get_config_var("LIBDIR") or "/", sysconfig.get_config_var("INSTSONAME") or "")
    cache = Path("/etc/ld.so.cache")
    return [
        *([cache] if cache.is_file() else []),
        Path(_interpreter()),
        *([shared] if shared.is_file() and shared.suffix != ".a" else []),
        Path(os.__file__).resolve().parent,
    ]


@functools.cache
def _interpreter() -> str:
    """The interpreter below a virtual environment: nothing of the environment is in the sandbox."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


@functools.cache
def _program() -> str:
    return Path(sandbox_program.__file__).read_text(encoding="utf-8")
