"""Running training jobs in the tests' own process."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from transformers import TrainerCallback

from retort_trainer import training
from retort_trainer.artifact import ArtifactRef
from retort_trainer.context import JobContext
from retort_trainer.failures import JobStopped
from retort_trainer.job import TrainerJob, TrainerProgress, TrainingResult

# The fixtures make_job and write_rows.
MakeJob = Callable[..., TrainerJob]
WriteRows = Callable[[list[Any]], ArtifactRef]


def run(
    job: TrainerJob, context: JobContext | None = None, callbacks: Sequence[TrainerCallback] = ()
) -> TrainingResult:
    result = training.run(job, context or JobContext(), callbacks).training
    assert result is not None
    return result


def stop_and_resume(job: TrainerJob, told_step: int = 3) -> TrainingResult:
    """Asks the job to stop once it tells of a step, which ends it a step later, and runs it again."""

    def stop(progress: TrainerProgress) -> None:
        if progress.done == told_step:
            context.request_stop()

    context = JobContext(None, stop)
    with pytest.raises(JobStopped):
        run(job, context)
    return run(job)
