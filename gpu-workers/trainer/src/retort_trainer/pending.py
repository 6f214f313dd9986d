"""The queue of completions that are still to be generated."""

import threading
from array import array
from collections.abc import Iterable, Iterator

from retort_trainer.draws import Draws, Request


class Pending:
    """Hands out every missing completion once. Thread-safe.

    A writer that another one, which began earlier, works beside takes from the end, so that both meet in the
    middle instead of generating the same.
    """

    def __init__(self, draws: Draws, slots: Iterable[int]) -> None:
        self._draws = draws
        self._slots = array("q", slots)
        self._first = 0
        self._end = len(self._slots)
        self._from_end = False
        self._closed = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are left at most: some may be there meanwhile."""
        with self._lock:
            return self._end - self._first

    def longest_first(self) -> None:
        """Orders what is left by its expected length, so that the last ones to end are short."""
        with self._lock:
            rest = sorted(self._slots[self._first : self._end], key=self._draws.expected_length, reverse=True)
            self._slots, self._first, self._end = array("q", rest), 0, len(rest)

    def take(self, count: int) -> list[Request]:
        """At most `count` neighbours; none when nothing is left."""
        taken: list[Request] = []
        with self._lock:
            while len(taken) < count and self._first < self._end and not self._closed:
                if self._from_end:
                    self._end -= 1
                    slot = self._slots[self._end]
                else:
                    slot = self._slots[self._first]
                    self._first += 1
                if self._draws.is_slot_missing(slot):
                    taken.append(self._draws.request(slot))
        return taken

    def prompts(self) -> Iterator[Request]:
        """One request of every prompt of which something is left; hands nothing out."""
        with self._lock:
            slots = self._slots[self._first : self._end]
        return self._draws.prompts(slots)

    def take_from_end(self) -> None:
        """From now on."""
        with self._lock:
            self._from_end = True

    def close(self) -> None:
        """Hands out nothing any more."""
        with self._lock:
            self._closed = True
