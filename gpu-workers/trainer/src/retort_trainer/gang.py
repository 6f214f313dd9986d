"""Runs several ranks as one attempt: they start together in one placement group, and end together.

The ranks are Ray Train's worker group with its PyTorch backend, the engine inside TorchTrainer. TorchTrainer
itself always reserves its own placement group, which would compete with the driver's.
"""

import logging
import time
from collections import Counter
from typing import Any

import ray
from ray.exceptions import RayError
from ray.train._internal.worker_group import WorkerGroup, WorkerMetadata
from ray.train.torch import TorchConfig
from ray.util import get_placement_group

from retort_trainer import documents, rank_worker
from retort_trainer.context import JobContext
from retort_trainer.failures import JobStopped, RetortError, platform_error
from retort_trainer.job import TrainerJob, TrainerResult, TrainerState, TrainerStatus

POLL_SECONDS = 0.2
# How long ranks that lost contact wait to learn which rank failed, because Ray reports a dead node late.
PEER_LOST_SECONDS = 60.0
COLLECTIVE_TIMEOUT_SECONDS = 1800

_log = logging.getLogger(__name__)


class RankTraceback(Exception):
    """The stack trace of a rank, as text."""


def run(job: TrainerJob, token: int, context: JobContext, coordinator: Any) -> TrainerResult:
    """Trains a job on all its ranks; `coordinator` is the handle of the actor that calls this, and `token`
    names the folder of the attempt's logs.

    Raises JobStopped, the error of the rank that failed, or RANK_LOST if a process or its node has died.
    """
    workers = _start(job)
    try:
        return _Gang(job, token, context, workers, coordinator).run()
    finally:
        for worker in workers.workers:
            # Killed here and not by shutdown(), which ends at the first dead worker.
            _kill(worker.actor)


def environments(workers: list[WorkerMetadata]) -> list[dict[str, str]]:
    """The environment variables of each rank: the standard ones, and all of its node's GPUs."""
    nodes = list(dict.fromkeys(worker.node_id for worker in workers))
    sizes = Counter(worker.node_id for worker in workers)
    gpus = {
        node: sorted({gpu for worker in workers if worker.node_id == node for gpu in _gpus(worker)})
        for node in nodes
    }
    result = []
    local: Counter[str] = Counter()
    for number, worker in enumerate(workers):
        node = worker.node_id
        environment = {
            "RANK": str(number),
            "WORLD_SIZE": str(len(workers)),
            "LOCAL_RANK": str(local[node]),
            "LOCAL_WORLD_SIZE": str(sizes[node]),
            "NODE_RANK": str(nodes.index(node)),
        }
        if gpus[node]:
            # As in Ray Train: ranks of one node can use all its GPUs, and each takes the one of its local
            # rank.
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(gpus[node])
        local[node] += 1
        result.append(environment)
    return result


class _Gang:
    def __init__(
        self, job: TrainerJob, token: int, context: JobContext, workers: WorkerGroup, coordinator: Any
    ) -> None:
        self._job = job
        self._token = token
        self._context = context
        self._workers = workers
        self._coordinator = coordinator

    def run(self) -> TrainerResult:
        try:
            self._connect()
        except RayError as error:
            raise platform_error("RANK_LOST", f"a rank ended before training began: {error}") from error
        futures = self._workers.execute_async(
            rank_worker.train, documents.to_json(self._job), self._token, self._coordinator
        )
        return self._outcome(dict(zip(futures, range(len(futures)), strict=True)))

    def _connect(self) -> None:
        self._workers.sort_workers_by_node_id_and_gpu_id()
        found = environments([worker.metadata for worker in self._workers.workers])
        ray.get(
            [
                self._workers.execute_single_async(number, rank_worker.prepare, environment)
                for number, environment in enumerate(found)
            ]
        )
        config = TorchConfig(
            backend="nccl" if self._job.resources.gpus else "gloo", timeout_s=COLLECTIVE_TIMEOUT_SECONDS
        )
        config.backend_cls().on_start(self._workers, config)

    def _outcome(self, pending: dict[Any, int]) -> TrainerResult:
        answers: list[TrainerStatus] = []
        peer_lost: RetortError | None = None
        deadline = 0.0
        while pending:
            if self._context.should_stop() and not self._context.stepping:
                # The ranks check at the end of each step; before the first step there is nothing to save.
                raise JobStopped
            done, _ = ray.wait(list(pending), timeout=POLL_SECONDS)
            for future in done:
                rank = pending.pop(future)
                status = self._answer(rank, future)
                if status.error is None:
                    answers.append(status)
                elif status.error.type != rank_worker.PEER_LOST:
                    error = status.error
                    raise RetortError(
                        error.category, error.type, f"rank {rank}: {error.message}"
                    ) from RankTraceback(error.traceback)
                elif peer_lost is None:
                    deadline = time.monotonic() + PEER_LOST_SECONDS
                    peer_lost = platform_error(
                        "RANK_LOST", f"{self._named(rank)} lost the others: {status.error.message}"
                    )
            if peer_lost is not None and (not pending or time.monotonic() > deadline):
                raise peer_lost
        if any(status.state is TrainerState.STOPPED for status in answers):
            raise JobStopped
        return next(status.result for status in answers if status.result is not None)

    def _answer(self, rank: int, future: Any) -> TrainerStatus:
        try:
            return documents.parse_json(TrainerStatus, ray.get(future), source=f"rank {rank}")
        except RayError as error:
            raise platform_error("RANK_LOST", f"{self._named(rank)} has gone: {error}") from error

    def _named(self, rank: int) -> str:
        metadata = self._workers.workers[rank].metadata
        return (
            f"rank {rank} of {len(self._workers)} "
            f"(node {metadata.node_id}, {metadata.node_ip}, process {metadata.pid})"
        )


def _start(job: TrainerJob) -> WorkerGroup:
    name = f"{job.run_id}/{job.job_name}"
    try:
        group = get_placement_group(name)
    except ValueError as error:
        raise platform_error("NO_PLACEMENT", f"{name}: no placement group of this name") from error
    bundles: list[dict[str, float]] = group.bundle_specs
    if len(bundles) != job.resources.ranks:
        raise platform_error(
            "NO_PLACEMENT",
            f"{name}: {len(bundles)} bundles (expected: {job.resources.ranks}, one for each rank)",
        )
    try:
        return WorkerGroup(len(bundles), bundles[0], actor_cls=rank_worker.RankWorker, placement_group=group)
    except RayError as error:
        raise platform_error("RANK_LOST", f"a rank did not start: {error}") from error


def _gpus(worker: WorkerMetadata) -> list[str]:
    return [str(gpu) for gpu in worker.resource_ids.get("GPU", [])]


def _kill(actor: Any) -> None:
    try:
        ray.kill(actor)
    except RayError as error:
        _log.warning("a rank could not be killed: %s", error)
