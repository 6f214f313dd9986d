"""Running generation jobs in the tests' own process."""

from collections.abc import Callable

from retort_trainer import jobs, store
from retort_trainer.context import JobContext
from retort_trainer.data import GeneratedSample
from retort_trainer.job import GenerationResult, TrainerJob

# The fixture make_generation.
MakeGeneration = Callable[..., TrainerJob]


def run(job: TrainerJob, context: JobContext | None = None) -> GenerationResult:
    result = jobs.run(job, context or JobContext()).generation
    assert result is not None
    return result


def rows(result: GenerationResult) -> list[GeneratedSample]:
    return list(store.read_rows(result.samples, GeneratedSample))
