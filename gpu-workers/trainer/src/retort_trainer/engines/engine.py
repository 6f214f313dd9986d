"""The interface of engines."""

from dataclasses import dataclass
from typing import Protocol

from retort_trainer.job import GenerationJob
from retort_trainer.pending import Pending
from retort_trainer.recorder import Recorder
from retort_trainer.sampling_settings import Sampling
from retort_trainer.spec import Dtype, ResourceSpec


@dataclass(frozen=True)
class EngineJob:
    """What an engine is opened for."""

    generation: GenerationJob
    sampling: Sampling
    # Of weights and arithmetic; UNSPECIFIED for an endpoint.
    dtype: Dtype
    resources: ResourceSpec


class Engine(Protocol):
    """Something that answers prompts."""

    def run(self, pending: Pending, recorder: Recorder) -> None:
        """Generates until `pending` has nothing left; hands every completion to `recorder` as it ends.

        Calls `recorder.progress.step` at least every few seconds, which raises when the job has to stop.
        Raises RetortError when it cannot go on; what was handed over is kept.
        """
