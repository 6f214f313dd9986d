"""A control group for each sandbox, if cgroup v2 is delegated to this process.

Resource limits apply to each process of a program; a control group limits all of them together. A group can
be created below a cgroup v2 directory that is writable, contains no processes, and delegates the controllers
`memory` and `pids` to its children. RETORT_CODE_CGROUP names this directory; by default the process's own is
tried. Without a group, programs run only under resource limits, and `missing` states the reason.
"""

import contextlib
import functools
import logging
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from retort_trainer.failures import RetortError, platform_error

VARIABLE = "RETORT_CODE_CGROUP"
CONTROLLERS = frozenset({"memory", "pids"})
_log = logging.getLogger(__name__)
_ROOT = Path("/sys/fs/cgroup")
_REMOVE_SECONDS = 5.0


@functools.cache
def missing() -> str:
    """Why groups cannot be used; empty if they can."""
    folder = _folder()
    if folder is None:
        return "this process is in no cgroup v2 hierarchy"
    try:
        passed_on = (folder / "cgroup.subtree_control").read_text().split()
    except OSError as error:
        return f"{folder}: {error.strerror}"
    lacking = sorted(CONTROLLERS - set(passed_on))
    if lacking:
        return f"{folder}/cgroup.subtree_control lacks {', '.join(lacking)}"
    if not os.access(folder, os.W_OK):
        return f"{folder} is not writable"
    return ""


@contextlib.contextmanager
def group(memory_bytes: int, processes: int) -> Iterator[Path | None]:
    """A new group with limits, or None if none can be created; its processes are killed at the end."""
    folder = None if missing() else _folder()
    if folder is None:
        yield None
        return
    made = folder / f"retort-code-{os.getpid()}-{secrets.token_hex(8)}"
    try:
        made.mkdir()
    except OSError as error:
        raise _unusable(made, error) from error
    try:
        _limit(made, memory_bytes, processes)
        yield made
    finally:
        _remove(made)


def _limit(made: Path, memory_bytes: int, processes: int) -> None:
    try:
        (made / "memory.max").write_text(str(memory_bytes))
        (made / "pids.max").write_text(str(processes))
        for name, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
            # Kernels without swap accounting have no such file.
            with contextlib.suppress(FileNotFoundError):
                (made / name).write_text(value)
    except OSError as error:
        raise _unusable(made, error) from error


def _unusable(folder: Path, error: OSError) -> RetortError:
    return platform_error("SANDBOX_FAILED", f"{folder}: the cgroup cannot be used: {error.strerror}")


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + _REMOVE_SECONDS
    while True:
        # Kernels before 5.14 have no such file; the sandbox has already killed its processes.
        with contextlib.suppress(OSError):
            _kill(folder / "cgroup.kill")
        try:
            folder.rmdir()
        except OSError:
            # Busy until the last killed process is gone.
            if time.monotonic() > deadline:
                _log.warning("%s: not removed, its processes do not end", folder)
                return
            time.sleep(0.01)
        else:
            return


def _folder() -> Path | None:
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    own = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), None)
    if own is None or not (_ROOT / "cgroup.controllers").is_file():
        return None
    return _ROOT / own.strip().lstrip("/")


def _kill(file: Path) -> None:
    # Opened write-only and without creating the file.
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.write(descriptor, b"1")
    finally:
        os.close(descriptor)
