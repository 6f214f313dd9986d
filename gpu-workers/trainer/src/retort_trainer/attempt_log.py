"""The log of one attempt at a job, kept in the store while the attempt runs.

A log is a folder of pieces, `000000.log` and so on: each has PIECE_BYTES bytes except the last, which grows
with each flush. A reader therefore finds any offset without reading what comes before. An empty object
`complete` says that nothing more comes; an attempt that dies leaves none. Of an attempt with several ranks,
each rank has such a folder below that of the attempt: `rank-0` and so on.
"""

import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retort_trainer import store
from retort_trainer.job import TrainerJob, TrainerProgress

PIECE_BYTES = 1024 * 1024
MOST_BYTES = 64 * PIECE_BYTES
# Of a rank, because there may be many that log the same.
MOST_BYTES_OF_RANK = 8 * PIECE_BYTES
FLUSH_SECONDS = 2.0
# A flush rewrites up to a piece: on a slow store it takes at most this share of the time.
_SHARE_OF_TIME = 0.05
_PROGRESS_SECONDS = 10.0
_CLOSE_SECONDS = 20.0
_LONGEST_LINE = 16 * 1024
_MOST_WAITING_BYTES = 4 * 1024 * 1024

_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$")
_SHORTEST_SECRET = 8


class AttemptLog:
    """Takes lines from any thread. A store that does not answer costs lines, never the job."""

    def __init__(
        self,
        folder_uri: str,
        write: Callable[[str, bytes], None] = store.replace,
        most_bytes: int | None = None,
    ) -> None:
        self._folder = folder_uri
        self._write = write
        self._most_bytes = MOST_BYTES if most_bytes is None else most_bytes
        self._secrets = _secrets()
        self._lock = threading.Lock()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._lost = 0
        self._taken = 0
        self._piece = bytearray()
        self._number = 0
        # Whether the store lacks a part of the piece.
        self._behind = False
        self._closed = threading.Event()
        self._flushed = threading.Lock()
        self._progress_at = 0.0
        self._thread = threading.Thread(target=self._flush_now_and_then, name="log", daemon=True)
        self._thread.start()

    def line(self, level: str, text: str) -> None:
        """Adds a line; a longer text becomes several, and secrets of the environment become ***."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        for line in text.splitlines() or [""]:
            self._add(f"{stamp} {level} {line[:_LONGEST_LINE]}\n".encode("utf-8", "replace"))

    def progress(self, progress: TrainerProgress) -> None:
        """Adds a line for the progress, at most one in ten seconds and one for the end."""
        now = time.monotonic()
        if progress.done != progress.total and now - self._progress_at < _PROGRESS_SECONDS:
            return
        self._progress_at = now
        text = f"{progress.done} of {progress.total} {progress.unit}"
        if progress.loss:
            text += f", loss {progress.loss:.4f}"
        if progress.tokens_per_second:
            text += f", {progress.tokens_per_second:,.0f} tokens/s"
        self.line("INFO", text)

    def flush(self) -> None:
        """Writes what has come since the last flush. Raises what the store raises; nothing is lost then."""
        with self._flushed:
            with self._lock:
                waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
                if self._lost:
                    waiting.append(f"... {self._lost} bytes are missing here\n".encode())
                    self._lost = 0
            self._piece += b"".join(waiting)
            if not waiting and not self._behind:
                return
            self._behind = True
            while True:
                self._write(
                    store.join(self._folder, f"{self._number:06d}.log"), bytes(self._piece[:PIECE_BYTES])
                )
                if len(self._piece) < PIECE_BYTES:
                    break
                del self._piece[:PIECE_BYTES]
                self._number += 1
                if not self._piece:
                    break
            self._behind = False

    def close(self) -> None:
        """Writes the rest, and that nothing more comes. A store that hangs does not keep the job waiting."""
        self._closed.set()
        self._thread.join(_CLOSE_SECONDS)

    def _add(self, line: bytes) -> None:
        with self._lock:
            if self._taken >= self._most_bytes:
                return
            if self._waiting_bytes + len(line) > _MOST_WAITING_BYTES:
                self._lost += len(line)
                return
            self._taken += len(line)
            if self._taken >= self._most_bytes:
                line = f"... the log ends here, at {self._most_bytes} bytes\n".encode()
            self._waiting.append(line)
            self._waiting_bytes += len(line)

    def _flush_now_and_then(self) -> None:
        seconds = FLUSH_SECONDS
        while not self._closed.wait(seconds):
            began = time.monotonic()
            try:
                self.flush()
            except Exception as error:
                _complain(self._folder, error)
            seconds = max(FLUSH_SECONDS, (time.monotonic() - began) / _SHARE_OF_TIME)
        try:
            self.flush()
            self._write(store.join(self._folder, "complete"), b"")
        except Exception as error:
            _complain(self._folder, error)


class _Handler(logging.Handler):
    def __init__(self, log: AttemptLog) -> None:
        super().__init__(logging.INFO)
        self._attempt = log
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._attempt.line(record.levelname, self.format(record))
        except Exception:
            self.handleError(record)


@contextmanager
def kept(job: TrainerJob, token: int, rank: int | None = None) -> Iterator[AttemptLog | None]:
    """Keeps what this process logs meanwhile in the log of the attempt, or in that of one of its ranks; None
    if the job wants no log.
    """
    if not job.logs_uri:
        yield None
        return
    folder = store.join(job.logs_uri, str(token))
    log = (
        AttemptLog(folder)
        if rank is None
        else AttemptLog(store.join(folder, f"rank-{rank}"), most_bytes=MOST_BYTES_OF_RANK)
    )
    handler = _Handler(log)
    # Hugging Face's loggers do not propagate to the root.
    loggers = [logging.getLogger(), logging.getLogger("transformers")]
    own = logging.getLogger("retort_trainer")
    level = own.level
    own.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for logger in loggers:
        logger.addHandler(handler)
    try:
        log.line(
            "INFO", f"job {job.run_id}/{job.job_name} begins on {os.uname().nodename}, pid {os.getpid()}"
        )
        yield log
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        logging.captureWarnings(False)
        own.setLevel(level)
        log.close()


def _secrets() -> list[str]:
    return [
        value for name, value in os.environ.items() if _SECRET.search(name) and len(value) >= _SHORTEST_SECRET
    ]


def _complain(folder_uri: str, error: Exception) -> None:
    # Not by a logger, whose lines would wait for the same store.
    print(f"the log {folder_uri} could not be written: {error}", file=sys.__stderr__)
