"""The context of a job in the process of one of its ranks."""

from typing import Any

import ray

from retort_trainer import documents, ranks
from retort_trainer.context import JobContext
from retort_trainer.failures import Failure, RetortError
from retort_trainer.job import TrainerProgress


class RankContext(JobContext):
    """The coordinator's context for a rank: rank 0 queries it and reports to it for all ranks."""

    def __init__(self, coordinator: Any) -> None:
        super().__init__()
        self._coordinator = coordinator

    def progress(self, progress: TrainerProgress) -> None:
        if ranks.is_main():
            ray.get(self._coordinator.rank_progress.remote(documents.to_json(progress)))

    def check_fence(self) -> None:
        answer: str = ray.get(self._coordinator.rank_check_fence.remote())
        failure = documents.parse_json(Failure, answer, source="rank_check_fence")
        if failure.type:
            raise RetortError(failure.category, failure.type, failure.message)

    def agree_on_stop(self) -> None:
        """Adopts a stop request from the coordinator, on all ranks or on none. Collective."""
        if ranks.from_main(lambda: bool(ray.get(self._coordinator.rank_should_stop.remote()))):
            self.request_stop()
