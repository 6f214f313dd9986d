"""Equivalence of mathematical expressions by computer algebra, in a child process that may be killed.

Computer algebra on hostile input can take for ever or all memory, and the library's own time limit needs the
main thread of its process. The child runs `python -m retort_trainer.equivalence`: one JSON line in, one out.
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from typing import IO, Any

# The first answer also waits for the child's imports, on a machine that may be busy.
START_SECONDS = 120.0
DECISION_SECONDS = 5.0
_MEMORY_BYTES = 4 * 1024**3


class AlgebraChecker:
    """Asks a child process whether two expressions are equivalent. Thread-safe; starts it when needed."""

    def __init__(self, decision_seconds: float = DECISION_SECONDS) -> None:
        self.decision_seconds = decision_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def equivalent(self, gold: str, answer: str) -> bool:
        """False where they differ, cannot be read, or cannot be compared within the time limit."""
        with self._lock:
            try:
                child = self._started()
                assert child.stdin is not None
                child.stdin.write(json.dumps([gold, answer]) + "\n")
                child.stdin.flush()
                line = self._lines.get(timeout=self.decision_seconds)
            except (OSError, queue.Empty):
                line = None
            if line is None:
                self._kill()
                return False
            return line.strip() == "true"

    def close(self) -> None:
        """Ends the child; the next question starts another."""
        with self._lock:
            self._kill()

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
                # What was still buffered for a dead process cannot be written any more.
                with contextlib.suppress(OSError):
                    stream.close()


def _pump(stream: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    try:
        for line in stream:
            lines.put(line)
    except ValueError:
        pass  # Closed while reading: the child was killed.
    lines.put(None)


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    except (ImportError, OSError, ValueError):
        return  # Not every system can; the time limit stands.


def _decide(gold: str, answer: str) -> bool:
    from math_verify import parse, verify

    def read(text: str) -> list[Any]:
        return list(parse(f"\\boxed{{{text}}}", parsing_timeout=None))

    return bool(verify(read(gold), read(answer), timeout_seconds=None))


def main() -> int:
    _limit_memory()
    _decide(
        "\\frac{1}{2}", "0.5"
    )  # Imports and grammar tables are loaded before the first question's time runs.
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            gold, answer = json.loads(line)
            print("true" if _decide(gold, answer) else "false", flush=True)
        except Exception:  # Whatever the library raises: the two are not known to be equivalent.
            print("false", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
