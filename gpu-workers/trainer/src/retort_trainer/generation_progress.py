"""Progress of a generation job: completions, tokens per second, and the time that is left."""

import time

from retort_trainer.context import JobContext
from retort_trainer.data import Completion
from retort_trainer.job import TrainerProgress

_SECONDS_BETWEEN_REPORTS = 1.0


class GenerationProgress:
    """Counts answers; reports to the job's context. For one thread."""

    def __init__(self, context: JobContext, total: int) -> None:
        self._context = context
        self._total = total
        self._done = 0
        self._generated = 0
        self._tokens = 0
        self._began = 0.0
        self._part_ended = 0.0
        self._reported = 0.0

    def found(self, answers: int) -> None:
        """Answers need no generation: they are there."""
        if answers:
            self._done += answers
            self._report(self._done)

    def step(self, ended: int = 0) -> None:
        """While the engine works, with the answers ended since the last part: ends the job on request."""
        self._context.raise_if_stopped()
        now = time.monotonic()
        self._began = self._began or now
        if now - self._reported >= _SECONDS_BETWEEN_REPORTS:
            self._report(self._done + ended)

    def finished(self, completions: list[Completion]) -> None:
        """Completions were generated and written."""
        self._done += len(completions)
        self._generated += len(completions)
        self._tokens += sum(completion.tokens for completion in completions)
        self._part_ended = time.monotonic()
        self._began = self._began or self._part_ended
        self._report(self._done)

    def complete(self) -> None:
        """Everything is there; it is being graded."""
        self._done = self._total
        self._report(self._done)

    def _report(self, done: int) -> None:
        self._reported = time.monotonic()
        rate = left = 0.0
        if self._generated:
            seconds = max(self._part_ended - self._began, 1e-9)
            rate = self._tokens / seconds
            # From the end of the last part, whose sequences have all ended, the short ones and the long ones.
            left = seconds / self._generated * (self._total - self._done) - (
                self._reported - self._part_ended
            )
        self._context.progress(
            TrainerProgress(
                done=min(done, self._total),
                total=self._total,
                unit="samples",
                tokens_per_second=rate,
                eta_seconds=max(left, 0.0),
            )
        )
