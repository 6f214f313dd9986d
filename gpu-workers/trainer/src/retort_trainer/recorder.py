"""What an engine has generated becomes parts of the store: nothing is generated again after a crash."""

import time
from collections.abc import Callable

from retort_trainer.completions import Completions
from retort_trainer.context import JobContext
from retort_trainer.data import Completion
from retort_trainer.draws import Draws
from retort_trainer.generation_progress import GenerationProgress
from retort_trainer.pending import Pending

# Parts of this share of the completions so far, within bounds, or of what came in this share of the time so
# far but at least these seconds: a crash costs little, and days of generation do not become a hundred
# thousand objects. As often as parts are due by time the folder is listed.
FEWEST_COMPLETIONS = 64
MOST_COMPLETIONS = 1024
_SHARE_OF_COMPLETIONS = 100
_SHARE_OF_TIME = 0.01
_LEAST_SECONDS = 1.0


class Recorder:
    """Receives completions from one thread and appends them to their set."""

    def __init__(
        self,
        completions: Completions,
        draws: Draws,
        pending: Pending,
        context: JobContext,
        progress: GenerationProgress,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._completions = completions
        self._draws = draws
        self._pending = pending
        self._context = context
        self._progress = progress
        self._clock = clock
        self._began = self._written = self._looked = clock()
        self._waiting: list[Completion] = []
        self._generated = 0

    @property
    def progress(self) -> GenerationProgress:
        return self._progress

    @property
    def context(self) -> JobContext:
        return self._context

    @property
    def generated(self) -> int:
        """Completions that were received."""
        return self._generated

    def add(self, completions: list[Completion]) -> None:
        """Takes completions that were just generated; writes them when enough or old enough."""
        self.hold(completions)
        self.flush_if_due()

    def hold(self, completions: list[Completion]) -> None:
        """Takes completions that the next `write` or `flush` writes."""
        self._waiting += completions
        self._generated += len(completions)

    def flush_if_due(self) -> None:
        """Call now and then."""
        now = self._clock()
        age = max(_LEAST_SECONDS, _SHARE_OF_TIME * (now - self._began))
        if len(self._waiting) >= part_size(self._generated) or now - self._written >= age:
            self.write()
        if now - self._looked >= age:
            self._look()

    def flush(self) -> None:
        """Writes what is waiting, and takes what others have written meanwhile. Raises as `write`."""
        self.write()
        self._look()

    def write(self) -> None:
        """Writes what is waiting as one part.

        Raises FENCED, with everything written, when a newer attempt has taken over.
        """
        self._written = self._clock()
        waiting = self._waiting
        if not waiting:
            return
        self._completions.append(waiting)
        self._waiting = []
        for completion in waiting:
            self._draws.keep(completion)
        self._progress.finished(waiting)
        self._context.check_fence()

    def _look(self) -> None:
        self._looked = self._clock()
        others = sum(self._draws.keep(other) for other in self._completions.new(self._draws.is_missing))
        self._progress.found(others)
        if self._completions.behind:
            self._pending.take_from_end()


def part_size(generated: int) -> int:
    """How many completions do not wait for more, after as many as `generated`."""
    return min(MOST_COMPLETIONS, max(FEWEST_COMPLETIONS, generated // _SHARE_OF_COMPLETIONS))
