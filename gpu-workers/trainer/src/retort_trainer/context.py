"""The interface between a running job and its caller: stop requests and progress."""

import threading
from collections.abc import Callable

from retort_trainer.failures import JobStopped
from retort_trainer.fence import Fence
from retort_trainer.job import TrainerProgress

# The unit of progress of optimizer steps.
STEPS = "steps"


class JobContext:
    """Given to every job. Thread-safe: the actor's threads read and stop while the job's thread reports."""

    def __init__(
        self, fence: Fence | None = None, on_progress: Callable[[TrainerProgress], None] | None = None
    ) -> None:
        self._fence = fence
        self._on_progress = on_progress
        self._stop = threading.Event()
        self._stepping = threading.Event()

    def progress(self, progress: TrainerProgress) -> None:
        """Replaces the progress in status responses; can be called at any rate."""
        if progress.unit == STEPS:
            self._stepping.set()
        if self._on_progress is not None:
            self._on_progress(progress)

    @property
    def stepping(self) -> bool:
        """True once the job has reported optimizer steps, after each of which it checks for a stop."""
        return self._stepping.is_set()

    def request_stop(self) -> None:
        """Requests the job to save its state and end."""
        self._stop.set()

    def should_stop(self) -> bool:
        """True once a stop was requested: the job then saves its state and raises `JobStopped`."""
        return self._stop.is_set()

    def raise_if_stopped(self) -> None:
        """Raises `JobStopped` once a stop was requested."""
        if self._stop.is_set():
            raise JobStopped

    def check_fence(self) -> None:
        """Must be called before anything is published: raises the PLATFORM failure FENCED if a newer owner
        took over.
        """
        if self._fence is not None:
            self._fence.check()
