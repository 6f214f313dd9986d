"""The Ray actor that the GPU driver creates by module and class name, and adopts by its actor name."""

import logging
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from retort_trainer import attempt_log, documents, jobs
from retort_trainer.attempt_log import AttemptLog
from retort_trainer.context import JobContext
from retort_trainer.failures import Failure, JobStopped, to_failure, user_error
from retort_trainer.fence import Fence
from retort_trainer.job import TrainerJob, TrainerProgress, TrainerState, TrainerStatus, parse_job

_log = logging.getLogger(__name__)

TERMINAL = (TrainerState.SUCCEEDED, TrainerState.FAILED, TrainerState.STOPPED)


def _answers(method: Callable[..., TrainerStatus]) -> Callable[..., str]:
    """Returns JSON in every case: an exception would arrive in Java as text without a category."""

    @wraps(method)
    def answer(*args: Any) -> str:
        try:
            return documents.to_json(method(*args))
        except Exception as error:
            _log.exception("%s failed", method.__name__)
            return documents.to_json(TrainerStatus(state=TrainerState.FAILED, error=to_failure(error)))

    return answer


class TrainerActor:
    """Runs one job in a background thread, or in separate processes if it has several ranks.

    Needs a Ray max concurrency of at least 2, or 4 for several ranks. Methods that Java calls never raise. A
    plain class, because Ray loads it by name for Java callers; arguments and results are strings and
    integers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: TrainerJob | None = None
        self._fence: Fence | None = None
        self._context = JobContext()
        self._status = TrainerStatus(state=TrainerState.STARTING)
        self._thread: threading.Thread | None = None
        self._attempt_log: AttemptLog | None = None

    def ping(self) -> str:
        """Returns "pong" once the actor's process is up."""
        return "pong"

    @_answers
    def start(self, job_json: str, fencing_token: int) -> TrainerStatus:
        """Starts the job; returns TrainerStatus JSON.

        Idempotent: a repeated run_id and job_name only adopts a newer fencing token. Another job, a job that
        cannot be parsed, or an older token results in FAILED and does not affect the running job.
        """
        job = parse_job(job_json)
        with self._lock:
            if self._job is not None:
                self._adopt(job, fencing_token)
                return self._status
            if self._status.state in TERMINAL:
                return self._status
            fence = jobs.fence_for(job, fencing_token)
            if fence is not None:
                fence.take()
            self._job = job
            self._fence = fence
            self._context = JobContext(fence, self._progressed)
            self._thread = threading.Thread(
                target=self._run,
                args=(job, fencing_token, self._context, _own_handle(job)),
                name="job",
                daemon=True,
            )
            self._thread.start()
            return self._status

    @_answers
    def status(self) -> TrainerStatus:
        """TrainerStatus JSON; never blocks on the job."""
        with self._lock:
            return self._status

    @_answers
    def stop(self) -> TrainerStatus:
        """Requests the job to write a checkpoint at its next step and end; returns TrainerStatus JSON at
        once.
        """
        self._context.request_stop()
        with self._lock:
            if self._job is None:
                self._status = TrainerStatus(state=TrainerState.STOPPED)
            return self._status

    def rank_progress(self, progress_json: str) -> None:
        """Called by rank 0 with the TrainerProgress of all ranks."""
        self._context.progress(documents.parse_json(TrainerProgress, progress_json, source="rank_progress"))

    def rank_should_stop(self) -> int:
        """Called by rank 0; returns 1 once a stop was requested, else 0."""
        return int(self._context.should_stop())

    def rank_check_fence(self) -> str:
        """Called by a rank before it publishes; returns Failure JSON, empty while this actor is the newest
        owner.

        The actor checks this, because an adoption gives it a newer token in the middle of training.
        """
        try:
            self._context.check_fence()
        except Exception as error:
            return documents.to_json(to_failure(error))
        return documents.to_json(Failure())

    def _adopt(self, job: TrainerJob, fencing_token: int) -> None:
        assert self._job is not None
        if (job.run_id, job.job_name) != (self._job.run_id, self._job.job_name):
            raise user_error(
                "OTHER_JOB",
                f"this actor runs {self._job.run_id}/{self._job.job_name} "
                f"and was asked to start {job.run_id}/{job.job_name}",
            )
        if self._fence is not None:
            self._fence.adopt(fencing_token)

    def _run(self, job: TrainerJob, token: int, context: JobContext, coordinator: Any) -> None:
        with attempt_log.kept(job, token) as log:
            self._attempt_log = log
            status = self._outcome(job, token, context, coordinator)
            if log is not None:
                log.line(
                    "INFO",
                    f"job {job.run_id}/{job.job_name} ends: {status.state.removeprefix('TRAINER_STATE_')}",
                )
        with self._lock:
            self._status = TrainerStatus(status.state, self._status.progress, status.result, status.error)

    def _outcome(self, job: TrainerJob, token: int, context: JobContext, coordinator: Any) -> TrainerStatus:
        try:
            if coordinator is None:
                result = jobs.run(job, context)
            else:
                from retort_trainer import gang

                result = gang.run(job, token, context, coordinator)
            return TrainerStatus(state=TrainerState.SUCCEEDED, result=result)
        except JobStopped:
            return TrainerStatus(state=TrainerState.STOPPED)
        except BaseException as error:
            _log.exception("job %s/%s failed", job.run_id, job.job_name)
            return TrainerStatus(state=TrainerState.FAILED, error=to_failure(error))

    def _progressed(self, progress: TrainerProgress) -> None:
        if self._attempt_log is not None:
            self._attempt_log.progress(progress)
        with self._lock:
            if self._status.state not in TERMINAL:
                self._status = TrainerStatus(TrainerState.RUNNING, progress)


def _own_handle(job: TrainerJob) -> Any:
    """The handle by which the ranks of a job reach this actor; None if its own thread trains."""
    if not jobs.has_several_ranks(job):
        return None
    import ray

    return ray.get_runtime_context().current_actor
