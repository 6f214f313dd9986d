"""Functions that the coordinator runs in the processes of the ranks."""

import logging
import os
from typing import Any

from ray.train._internal.worker_group import RayTrainWorker

from retort_trainer import attempt_log, documents, ranks
from retort_trainer import job as jobs
from retort_trainer.failures import Failure, FailureCategory, JobStopped, to_failure
from retort_trainer.job import TrainerJob, TrainerStatus
from retort_trainer.rank_context import RankContext

# A rank that only detected the loss of another one; the other rank's failure is more specific.
PEER_LOST = "PEER_LOST"

_PEER_LOST_TEXTS = ("gloo", "nccl", "connection closed by peer", "connection reset by peer", "broken pipe")

_log = logging.getLogger(__name__)


class RankWorker(RayTrainWorker):
    """The actor of one rank.

    It defines a constructor because a job with a code search path, such as the driver's, loads the class from
    its module, where Ray has not added the constructor that it requires.
    """

    def __init__(self) -> None:
        super().__init__()


def prepare(environment: dict[str, str]) -> None:
    """Sets the variables that PyTorch and accelerate read, before the process group is created."""
    os.environ.update(environment)


def train(job_json: str, token: int, coordinator: Any) -> str:
    """Trains this rank's share of a job; returns a terminal TrainerStatus as JSON and never raises.

    What it logs is kept in the rank's log of the attempt with this token.
    """
    try:
        job = jobs.parse_job(job_json)
        with attempt_log.kept(job, token, int(os.environ["RANK"])):
            status = _outcome(job, RankContext(coordinator))
    except Exception as error:
        status = _failed(error)
    return documents.to_json(status)


def _outcome(job: TrainerJob, context: RankContext) -> TrainerStatus:
    try:
        return _train(job, context)
    except JobStopped:
        return TrainerStatus(state=jobs.TrainerState.STOPPED)
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> TrainerStatus:
    _log.exception("rank %s failed", os.environ.get("RANK"))
    return TrainerStatus(state=jobs.TrainerState.FAILED, error=rank_failure(error))


def _train(job: TrainerJob, context: RankContext) -> TrainerStatus:
    import torch

    from retort_trainer import training
    from retort_trainer.stop_together import StopTogether

    if job.resources.gpus and torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    result = training.run(job, context, [StopTogether(context)])
    # One rank's curve is sufficient, because the others are identical.
    return TrainerStatus(
        state=jobs.TrainerState.SUCCEEDED,
        result=result if ranks.is_main() else None,
    )


def rank_failure(error: BaseException) -> Failure:
    """The failure of a rank; PEER_LOST if its process group broke."""
    failure = to_failure(error)
    if failure.category is not FailureCategory.PLATFORM or failure.type != "TRAINER_ERROR":
        return failure
    text = failure.message.lower()
    if type(error).__name__.startswith("Dist") or any(known in text for known in _PEER_LOST_TEXTS):
        return Failure(failure.category, PEER_LOST, failure.message, failure.traceback)
    return failure
