"""Compares two mathematical answers by computer algebra, in a child process that may be killed.

Computer algebra on hostile input can take unlimited time or memory. The child runs `python -m
retort_trainer.equivalence`, which reads and writes one JSON object with an id per line. It measures its own
CPU time, so that a question that needs too much is UNDECIDED however busy the machine is. A child also ends
when its parent has ended.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from typing import IO, Any, BinaryIO

from retort_trainer.failures import platform_error
from retort_trainer.verdicts import Decision, Verdict, undecided

# The first answer includes the child's imports, on a possibly busy machine.
START_SECONDS = 120.0
# CPU time for one question.
DECISION_SECONDS = 5.0
# Additional wall-clock time on a busy machine.
_WALL_FACTOR = 6.0
_MOST_ATTEMPTS = 3
_MEMORY_BYTES = 4 * 1024**3


class AlgebraChecker:
    """Asks a child process for verdicts, and starts it when needed. Thread-safe."""

    def __init__(self, decision_seconds: float = DECISION_SECONDS) -> None:
        self.decision_seconds = decision_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._asked = 0

    def decide(self, gold: str, answer: str) -> Decision:
        """Repeats a question that is not answered because the child was killed or the machine is too busy.

        Raises RetortError PLATFORM/ANSWER_CHECKER_FAILED if repetitions do not help.
        """
        with self._lock:
            for _ in range(_MOST_ATTEMPTS):
                decision = self._attempt(gold, answer)
                if decision is not None:
                    return decision
        raise platform_error(
            "ANSWER_CHECKER_FAILED",
            f"the algebra process gave no answer {_MOST_ATTEMPTS} times (expected: one)",
        )

    def close(self) -> None:
        """Ends the child; the next question starts another."""
        with self._lock:
            self._kill()

    def _attempt(self, gold: str, answer: str) -> Decision | None:
        self._asked += 1
        seconds = self.decision_seconds
        question = {"id": self._asked, "gold": gold, "answer": answer, "seconds": seconds}
        try:
            child = self._started()
            assert child.stdin is not None
            child.stdin.write(json.dumps(question) + "\n")
            child.stdin.flush()
            while (line := self._lines.get(timeout=seconds * _WALL_FACTOR + 1)) is not None:
                reply = _parsed(line)
                if reply.get("id") == self._asked:
                    return Decision(Verdict(reply["verdict"]), reply["reason"])
        except (OSError, queue.Empty):
            pass
        return self._ended(seconds)

    def _ended(self, seconds: float) -> Decision | None:
        """Whether the question itself used up its time."""
        child = self._child
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=1)
        code = None if child is None else child.returncode
        self._kill()
        return (
            undecided(f"not decided within {seconds:g} s of computing") if code == -signal.SIGPROF else None
        )

    def _started(self) -> "subprocess.Popen[str]":
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._kill()
        self._lines = queue.SimpleQueue()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "retort_trainer.equivalence"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=_pump, args=(self._child.stdout, self._lines), daemon=True).start()
        if self._lines.get(timeout=START_SECONDS) is None:
            raise OSError("the algebra process ended before it was ready")
        return self._child

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                # Data that is still buffered for a dead process cannot be written.
                with contextlib.suppress(OSError):
                    stream.close()


def _pump(stream: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    try:
        for line in stream:
            lines.put(line)
    except ValueError:
        pass  # Closed during the read, because the child was killed.
    lines.put(None)


def _parsed(line: str) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    except (ImportError, OSError, ValueError):
        return  # Not supported by every system; the time limit still applies.


def _limit_time(seconds: float) -> None:
    """Sets timers whose signals end this process, whatever it does; 0 removes the limits."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * _WALL_FACTOR)


def _decide(gold: str, answer: str) -> Decision:
    from retort_trainer.mathematics.deciding import decide

    try:
        return decide(gold, answer)
    except MemoryError:
        return undecided("more memory than an answer may take")
    except Exception as error:  # Whatever the library raises, the result is unknown.
        return undecided(f"not compared: {type(error).__name__}")


def protected_output() -> BinaryIO:
    """Reserves standard output for the protocol: output of libraries goes to standard error from here on."""
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _write(output: BinaryIO, message: dict[str, object]) -> None:
    output.write(json.dumps(message).encode() + b"\n")
    output.flush()


def main() -> int:
    output = protected_output()
    _limit_memory()
    # Imports and tables are loaded before the time of the first question starts.
    _decide("\\frac{1}{2} x > 1", "2.5, 3")
    _write(output, {"ready": True})
    for line in sys.stdin:
        question = json.loads(line)
        _limit_time(question["seconds"])
        decision = _decide(question["gold"], question["answer"])
        _limit_time(0)
        _write(output, {"id": question["id"], "verdict": decision.verdict.value, "reason": decision.reason})
    return 0


if __name__ == "__main__":
    sys.exit(main())
