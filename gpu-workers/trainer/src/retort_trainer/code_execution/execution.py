"""One run in a sandbox: its processes, their pipes, its time limit and output limit."""

import contextlib
import json
import os
import selectors
import socket
import time
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from retort_trainer.code_execution.sandbox import Sandbox, SandboxEnded
from retort_trainer.failures import platform_error

LARGEST_OUTPUT_BYTES = 8 * 1024 * 1024
# Maximum time, in addition to the run's limit, that a run may wait for a CPU.
_LONGEST_WAIT_SECONDS = 30.0
# Time limit for the work after a run's end: reading its output and killing its remaining processes.
_REST_SECONDS = 60.0
_CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Process:
    """One process of a run: its role in the harness, its job, and further descriptors by name.

    `inputs` are written to a pipe that the process reads, `outputs` are pipes that it writes, and `sockets`
    are ends of a connection between processes of the run, created by the caller and closed by the run.
    """

    role: str
    job: dict[str, Any]
    inputs: dict[str, bytes] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    sockets: dict[str, socket.socket] = field(default_factory=dict)


@dataclass
class Execution:
    """How a run ended."""

    # Wait statuses by role, without those of a run that was ended early.
    statuses: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, bytearray] = field(default_factory=dict)
    timed_out: bool = False
    # Name of the output that exceeded its limit; empty if none did.
    excessive: str = ""
    # Whether the sandbox ended unexpectedly.
    sandbox_ended: bool = False

    @property
    def ended_itself(self) -> bool:
        return not (self.timed_out or self.excessive or self.sandbox_ended)


def execute(sandbox: Sandbox, processes: list[Process], seconds: float) -> Execution:
    """Runs processes until the last of them ends; afterwards the sandbox contains nothing of the run.

    `seconds` of wall-clock time are counted from the start of the last process, excluding the time that
    processes waited for a CPU in use by others. If the run was ended early, the sandbox is unusable.
    """
    run = _Run(sandbox, processes, seconds)
    try:
        run.start()
        run.serve()
    except SandboxEnded:
        run.execution.sandbox_ended = True
    finally:
        run.close()
    return run.execution


class _Run:
    def __init__(self, sandbox: Sandbox, processes: list[Process], seconds: float) -> None:
        self.execution = Execution()
        self._sandbox = sandbox
        self._processes = processes
        self._seconds = seconds
        self._selector = selectors.DefaultSelector()
        self._open: set[int] = set()
        self._began = time.monotonic()
        self._pids: dict[str, int] = {}
        self._ended = False

    def start(self) -> None:
        theirs: list[int] = []
        descriptions = []
        with contextlib.ExitStack() as sent:
            for process in self._processes:
                own = self._pipes(process, sent)
                own.update({name: end.fileno() for name, end in process.sockets.items()})
                descriptions.append({"role": process.role, "descriptors": list(own)})
                theirs.extend(own.values())
            message = {
                "processes": descriptions,
                "seconds": ceil(self._seconds) + 1,
                "memory_bytes": self._sandbox.memory_bytes,
            }
            self._sandbox.send(message, theirs)
        # Each process must be able to detect that the other one has ended.
        self._close_sockets()
        self._selector.register(self._sandbox.control, selectors.EVENT_READ)

    def serve(self) -> None:
        while not (self._ended and len(self._selector.get_map()) == 0):
            left = self._left()
            if left <= 0:
                return self._give_up()
            for key, _ in self._selector.select(left):
                if key.fileobj is self._sandbox.control:
                    self._hear()
                elif key.fd not in self._open:
                    # Closed in the meantime, because the run has ended.
                    continue
                elif isinstance(key.data, memoryview):
                    self._feed(key)
                elif not self._read(key):
                    return None
        return None

    def close(self) -> None:
        self._selector.close()
        for descriptor in self._open:
            os.close(descriptor)
        self._close_sockets()

    def _close_sockets(self) -> None:
        for process in self._processes:
            for end in process.sockets.values():
                end.close()

    def _pipes(self, process: Process, sent: contextlib.ExitStack) -> dict[str, int]:
        """The process's ends, which are closed after they were sent; this process serves the others."""
        theirs: dict[str, int] = {}
        content = {"job": json.dumps(process.job).encode(), **process.inputs}
        for name, data in content.items():
            read, write = os.pipe()
            sent.callback(os.close, read)
            self._serve(write, selectors.EVENT_WRITE, memoryview(data))
            theirs[name] = read
        for name in process.outputs:
            read, write = os.pipe()
            sent.callback(os.close, write)
            self._serve(read, selectors.EVENT_READ, name)
            self.execution.outputs[name] = bytearray()
            theirs[name] = write
        return theirs

    def _serve(self, descriptor: int, events: int, data: Any) -> None:
        self._open.add(descriptor)
        os.set_blocking(descriptor, False)
        self._selector.register(descriptor, events, data)

    def _left(self) -> float:
        """Seconds until the run, or the work after its end, exceeds its limit."""
        last = self._pids.get(self._processes[-1].role)
        limit = _REST_SECONDS if self._ended or last is None else self._seconds
        waited = 0.0 if self._ended else sum(map(_waited, self._pids.values()))
        return self._began + limit + min(waited, _LONGEST_WAIT_SECONDS) - time.monotonic()

    def _give_up(self) -> None:
        if self._processes[-1].role not in self._pids:
            raise platform_error("SANDBOX_FAILED", f"a run did not start within {_REST_SECONDS:g} s")
        if self._ended:
            raise platform_error("SANDBOX_FAILED", "something of a run outlived it in the sandbox")
        self.execution.timed_out = True

    def _hear(self) -> None:
        message = self._sandbox.receive()
        role = message.content.get("started")
        if role is not None:
            self._pids[role] = message.pid
            self._began = time.monotonic()
            return
        self.execution.statuses = message.content["statuses"]
        self._ended = True
        self._began = time.monotonic()
        self._selector.unregister(self._sandbox.control)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, memoryview):
                self._drop(key.fd)

    def _feed(self, key: selectors.SelectorKey) -> None:
        try:
            written = os.write(key.fd, key.data[:_CHUNK_BYTES])
        except BlockingIOError:
            return
        except BrokenPipeError:
            # A program does not have to read all of its input.
            self._drop(key.fd)
            return
        if written == len(key.data):
            self._drop(key.fd)
        else:
            self._selector.modify(key.fd, selectors.EVENT_WRITE, key.data[written:])

    def _read(self, key: selectors.SelectorKey) -> bool:
        """Whether the output is within its limit."""
        try:
            chunk = os.read(key.fd, _CHUNK_BYTES)
        except BlockingIOError:
            return True
        if not chunk:
            self._drop(key.fd)
            return True
        output = self.execution.outputs[key.data]
        output += chunk
        if len(output) > LARGEST_OUTPUT_BYTES:
            self.execution.excessive = key.data
            return False
        return True

    def _drop(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)
        self._open.discard(descriptor)
        os.close(descriptor)


def _waited(pid: int) -> float:
    """Seconds that a process was ready to run without a CPU; 0 if the kernel does not report it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
