"""A bubblewrap sandbox for one generated program, Linux only.

It has no network, no processes of the machine, only Python's own files, read-only, no environment variables,
and a small private `/tmp`. Memory, CPU, processes, file sizes, output and wall-clock time are limited, a
filter refuses system calls that reach outside the sandbox, and if cgroup v2 is delegated, a control group
limits all processes together. Only Python's standard library is available.
"""

import contextlib
import functools
import json
import os
import platform
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO

from retort_trainer.code_execution import cgroups, mounts, seccomp
from retort_trainer.code_execution.harness import source
from retort_trainer.code_execution.harness.supervisor import MOST_PROCESSES
from retort_trainer.failures import RetortError, platform_error, user_error

_REMEDY = (
    "install bubblewrap (Debian, Ubuntu: apt install bubblewrap) and let this user make namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, "
    "user.max_user_namespaces above 0; in a container: a seccomp profile that allows them)"
)
_TEMPORARY_BYTES = 64 * 1024 * 1024
# On a busy machine.
_START_SECONDS = 60.0
_END_SECONDS = 30.0
_LONGEST_MESSAGE = 65_536
# The range that systemd reserves for services with dynamic users; no files or processes belong to it.
_FIRST_USER, _USERS = 61_184, 4_336
# bubblewrap, the supervisor and a run's second process.
_OTHER_PROCESSES = 4
# When memory is short, the kernel ends the sandbox first.
_LAUNCH = (
    'echo 1000 > /proc/self/oom_score_adj; if [ -n "$1" ]; then echo $$ > "$1/cgroup.procs" || exit 1; fi; '
    'shift; exec "$@"'
)


class SandboxEnded(Exception):
    """The sandbox ended unexpectedly, for example because memory was short."""


@dataclass(frozen=True)
class Message:
    """A message of the supervisor or of a process of a run, with the sender's process id on this machine."""

    content: dict[str, Any]
    pid: int


class Sandbox:
    """A started sandbox. `close` ends it with every process in it.

    Raises RetortError PLATFORM/SANDBOX_FAILED if it does not start.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self._resources = contextlib.ExitStack()
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kills everything in the sandbox and waits until it has ended."""
        self._resources.close()

    def send(self, message: dict[str, Any], descriptors: list[int]) -> None:
        """Starts a run; the caller still has to close its own descriptors. Raises SandboxEnded."""
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors)
        except OSError as error:
            raise SandboxEnded from error

    def receive(self) -> Message:
        """The next message, which must have arrived or be in transit. Raises SandboxEnded."""
        try:
            content, ancillary, _, _ = self.control.recvmsg(_LONGEST_MESSAGE, socket.CMSG_SPACE(12))
        except OSError as error:
            raise SandboxEnded from error
        if not content:
            raise SandboxEnded
        pid = next(
            (
                int.from_bytes(data[:4], sys.byteorder, signed=True)
                for level, kind, data in ancillary
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)
            ),
            0,
        )
        return Message(json.loads(content), pid)

    def _start(self) -> None:
        resources = self._resources
        group = resources.enter_context(
            cgroups.group(self.memory_bytes + _TEMPORARY_BYTES, MOST_PROCESSES + _OTHER_PROCESSES)
        )
        self.control, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        resources.callback(self.control.close)
        # The kernel then reports the sender's process id in this process's namespace.
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        said = resources.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        with inner, _filter() as system_calls:
            try:
                process = subprocess.Popen(  # noqa: S603
                    ["/bin/sh", "-c", _LAUNCH, "sh", str(group or ""), *_command(system_calls)],
                    stdin=inner.fileno(),
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    pass_fds=[system_calls],
                )
            except OSError as error:
                raise _failed(str(error)) from error
        resources.callback(_end, process)
        if not select.select([self.control], [], [], _START_SECONDS)[0]:
            raise _failed(f"not ready within {_START_SECONDS:g} s")
        try:
            ready = self.receive()
        except SandboxEnded as error:
            process.wait(_END_SECONDS)
            raise _failed(_text(said) or f"it ends with status {process.returncode}") from error
        first = os.pidfd_open(ready.pid)
        resources.callback(os.close, first)
        resources.callback(_kill, first)


def _kill(first: int) -> None:
    """Kills the sandbox's first process, which ends only after all others of its namespace."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(first, signal.SIGKILL)
    if not select.select([first], [], [], _END_SECONDS)[0]:
        raise platform_error(
            "SANDBOX_FAILED", f"a killed sandbox is still there after {_END_SECONDS:g} s (expected: gone)"
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def _text(said: BinaryIO) -> str:
    said.seek(0)
    return said.read(500).decode(errors="replace").strip()


def _failed(reason: str) -> RetortError:
    return platform_error("SANDBOX_FAILED", f"the sandbox for code does not start: {reason}")


@contextlib.contextmanager
def _filter() -> Iterator[int]:
    """A descriptor from which the system call filter can be read."""
    read, write = os.pipe()
    try:
        os.write(write, seccomp.program(platform.machine()))
        os.close(write)
        yield read
    finally:
        os.close(read)


def require() -> None:
    """Raises USER/SANDBOX_MISSING if sandboxes cannot be used. Checks once per process."""
    missing = _missing()
    if missing is not None:
        raise missing


@functools.cache
def _missing() -> RetortError | None:
    if sys.platform != "linux":
        return _refused(f"generated code runs on Linux only, this is {platform.system()}", "a Linux machine")
    if platform.machine() not in seccomp.machines():
        return _refused(
            f"no filter of system calls for {platform.machine()}", " or ".join(seccomp.machines())
        )
    if shutil.which("bwrap") is None:
        return _refused("bwrap is not installed", _REMEDY)
    try:
        Sandbox(memory_bytes=1024**3).close()
    except RetortError as error:
        if "not ready within" in error.message:
            # A timeout on a busy machine says nothing about the sandbox.
            raise
        return _refused(error.message.removeprefix("the sandbox for code does not start: "), _REMEDY)
    return None


def _refused(defect: str, expected: str) -> RetortError:
    return user_error("SANDBOX_MISSING", f"code answers need a sandbox: {defect} (expected: {expected})")


def _command(system_calls: int) -> list[str]:
    user, namespaces = _identity()
    return [
        "bwrap",
        *namespaces,
        *("--as-pid-1", "--die-with-parent", "--new-session", "--clearenv", "--seccomp", str(system_calls)),
        *mounts.libraries_and_python(),
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--perms", "1777", "--size", str(_TEMPORARY_BYTES), "--tmpfs", "/tmp"),  # noqa: S108
        *("--remount-ro", "/", "--chdir", "/tmp"),  # noqa: S108
        *(mounts.interpreter(), "-I", "-S", "-B", "-c", source.text(), str(user)),
    ]


def _identity() -> tuple[int, list[str]]:
    """The user id of programs, or -1 for the current user, and the namespaces for it.

    Root in a user namespace still counts as root for process limits, so that they would have no effect. If
    root runs this, programs therefore run as a separate user, and only the supervisor may change its user.
    """
    if os.geteuid() != 0:
        return -1, ["--unshare-all"]
    separate = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts", "cgroup-try")]
    kept = ("CAP_KILL", "CAP_SETUID", "CAP_SETGID")
    capabilities = [option for name in kept for option in ("--cap-add", name)]
    return _FIRST_USER + secrets.randbelow(_USERS), [*separate, "--cap-drop", "ALL", *capabilities]
