"""When a request that failed is sent again."""

import email.utils
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from retort_trainer.failures import RetortError

# Of one request, other than those that a busy endpoint puts off.
MOST_ATTEMPTS = 8
# How long an endpoint may put everything off, unless one answer may take longer.
BUSY_SECONDS = 600.0
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 60.0
_LONGEST_RETRY_AFTER = 300.0


class RetryableError(Exception):
    """A request failed in a way that may be over at the next attempt."""

    def __init__(self, error: RetortError, retry_after: float | None = None, *, busy: bool = False) -> None:
        super().__init__(error.message)
        # Raised when there is no further attempt.
        self.error = error
        # As the endpoint asks, in seconds.
        self.retry_after = retry_after
        # The endpoint is there and puts the request off.
        self.busy = busy


class Retries:
    """Shared by all requests of an engine. Thread-safe."""

    def __init__(
        self,
        busy_seconds: float = BUSY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] | None = None,
    ) -> None:
        """`busy_seconds`: how long after its last answer a busy endpoint is given up."""
        self._busy_seconds = busy_seconds
        self._clock = clock
        self._stopped = threading.Event()
        self._wait = wait or self._stopped.wait
        self._succeeded = clock()

    def stop(self) -> None:
        """Ends all waiting."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def succeeded(self) -> None:
        """The endpoint has answered a request."""
        self._succeeded = self._clock()

    def pause(self, failure: RetryableError, attempts: int, busy: int) -> None:
        """Waits before the next attempt; raises the failure's error where there is none.

        `attempts` have failed, and as many as `busy` were put off.
        """
        given_up = (
            self._clock() - self._succeeded > self._busy_seconds
            if failure.busy
            else attempts >= MOST_ATTEMPTS
        )
        if given_up or self.stopped:
            raise failure.error
        seconds = min(_FIRST_SECONDS * 2 ** min(attempts + busy - 1, 10), _LONGEST_SECONDS)
        # Requests that failed together do not come back together.
        seconds *= random.uniform(0.5, 1)
        if failure.retry_after is not None:
            seconds = max(seconds, min(failure.retry_after, _LONGEST_RETRY_AFTER))
        self._wait(seconds)


def retry_after_seconds(header: str | None) -> float | None:
    """The value of Retry-After: seconds or a date; None where it is neither."""
    if header is None:
        return None
    try:
        return max(0.0, float(int(header)))
    except (ValueError, OverflowError):
        pass
    try:
        date = email.utils.parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds())
