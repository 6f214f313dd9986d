"""The first process of the sandbox: forks a process for each run, and kills everything that remains of the
run.

As process 1 of its namespace it receives no signal from a program, and its end also ends everything in the
sandbox. It never reads code, tests or inputs: it passes the descriptors that it receives on to the processes
of a run, which read their job.

Standard input is a socket that preserves message boundaries.
    out  {"ready": true}
    in   {"processes": [{"role": "stdin", "descriptors": ["job", …]}, …], "seconds": 7,
          "memory_bytes": 1000000}
         with the descriptors; the run ends with the last of its processes
    out  {"started": "stdin"} from each process of a run
    out  {"statuses": {"stdin": 0}}, wait statuses, once everything of the run is gone

Arguments: the user id of programs, or -1 for the current user.
"""

import contextlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any, NoReturn

from retort_trainer.code_execution.harness import function_tests, prelude, programs

MOST_PROCESSES = 16
LARGEST_FILE_BYTES = 16 * 1024 * 1024
_MOST_FILES = 64
_STACK_BYTES = 64 * 1024 * 1024
_MOST_DESCRIPTORS = 16
_MOST_DIGITS = 50_000
_ROLES = {
    "stdin": programs.run_stdin,
    "functional": programs.run_functional,
    "assertions": programs.run_assertions,
    "solution": function_tests.run_solution,
    "tests": function_tests.run_tests,
}


def main() -> None:
    """Serves runs until the other side closes the socket."""
    user = int(sys.argv[1])
    del sys.argv[1:]
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    # Process 1 only receives signals for which it has a handler; Python installs one for this signal.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prelude.load()
    sys.set_int_max_str_digits(_MOST_DIGITS)
    control.send(b'{"ready": true}')
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 65_536, _MOST_DESCRIPTORS)
        if not message:
            os._exit(0)
        run = json.loads(message)
        processes: dict[int, str] = {}
        last = 0
        given = iter(descriptors)
        shares = [{name: next(given) for name in one["descriptors"]} for one in run["processes"]]
        for one, own in zip(run["processes"], shares, strict=True):
            last = os.fork()
            if last == 0:
                _close(set(descriptors) - set(own.values()))
                _start(one["role"], own, control, user, run)
            processes[last] = one["role"]
        _close(set(descriptors))
        control.send(json.dumps({"statuses": _wait(processes, last)}).encode())


def _close(descriptors: set[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _start(
    role: str, descriptors: programs.Descriptors, control: socket.socket, user: int, run: dict[str, Any]
) -> NoReturn:
    """Ends the process: with SystemExit if the interpreter has to end like a program's, or at once."""
    control.send(json.dumps({"started": role}).encode())
    control.close()
    if user >= 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    _limit(run["seconds"], run["memory_bytes"])
    job = json.loads(programs.read_all(descriptors.pop("job")))
    _ROLES[role](job, descriptors)
    os._exit(1)


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
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    # For deep recursion through C functions, such as functools.cache.
    stack = _STACK_BYTES if most == resource.RLIM_INFINITY else min(_STACK_BYTES, most)
    resource.setrlimit(resource.RLIMIT_STACK, (stack, stack))


def _wait(processes: dict[int, str], last: int) -> dict[str, int]:
    """Waits for the last process of a run, kills all others in the sandbox and reaps them."""
    statuses: dict[str, int] = {}
    pid = 0
    while pid != last:
        pid, status = os.waitpid(-1, 0)
        if pid in processes:
            statuses[processes[pid]] = status
    while True:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return statuses
        if pid in processes:
            statuses[processes[pid]] = status
