"""Runs any job; the only place that maps jobs to modules."""

import importlib

from retort_trainer.context import JobContext
from retort_trainer.failures import user_error
from retort_trainer.fence import Fence
from retort_trainer.job import TrainerJob, TrainerResult


def fence_for(job: TrainerJob, token: int) -> Fence | None:
    """The fence of what a job writes; None where it does not say where it writes to."""
    folder = fenced_folder(job)
    return Fence(folder, token) if folder else None


def fenced_folder(job: TrainerJob) -> str:
    """The folder with a job's fence: that of its output; empty where the job has none.

    For exports a hidden folder beside it, `.N.fence` for version N: the version's own folder is published.
    """
    if job.training is not None:
        return job.training.checkpoints_uri
    if job.generation is not None:
        return job.generation.output_uri
    output = "" if job.export is None else job.export.output_uri
    parent, _, version = output.rstrip("/").rpartition("/")
    return f"{parent}/.{version}.fence" if parent and version.strip() else ""


def has_several_ranks(job: TrainerJob) -> bool:
    """True for training on several ranks; generation and export always use one."""
    return job.training is not None and (job.resources.ranks or 1) > 1


def run(job: TrainerJob, context: JobContext) -> TrainerResult:
    """Runs a job to its end in this process. Raises RetortError, JobStopped, or an exception of a library."""
    if has_several_ranks(job):
        raise user_error(
            "NEEDS_RAY",
            f"job: resources.ranks: {job.resources.ranks} (expected: 1 without Ray; several ranks need its "
            "placement group)",
        )
    # Imported here, so that the heavy libraries load in the job's thread while the actor already responds.
    name = (
        "training" if job.training is not None else "generation" if job.generation is not None else "export"
    )
    module = importlib.import_module(f"retort_trainer.{'generate' if name == 'generation' else name}")
    result: TrainerResult = module.run(job, context)
    return result
