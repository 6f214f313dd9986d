"""The trainer's own sampler: batches on this process's device."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers.utils import logging as transformers_logging

from retort_trainer import model_folder, models, store, template
from retort_trainer.data import Completion, FinishReason
from retort_trainer.draws import Request
from retort_trainer.engines.engine import Engine, EngineJob
from retort_trainer.generation_progress import GenerationProgress
from retort_trainer.pending import Pending
from retort_trainer.recorder import Recorder
from retort_trainer.sampling import Sequence, sample_batch
from retort_trainer.spec import Dtype

_DTYPES = {
    Dtype.FLOAT32: torch.float32,
    Dtype.BFLOAT16: torch.bfloat16,
    Dtype.FLOAT16: torch.float16,
}


@contextmanager
def opened(job: EngineJob) -> Iterator[Engine]:
    """Loads the model."""
    with store.local_folder(job.generation.model_uri) as folder:
        yield InProcessEngine(job, folder)


class InProcessEngine:
    """Reads each prompt once for all of its samples in a batch."""

    def __init__(self, job: EngineJob, folder: Path) -> None:
        transformers_logging.disable_progress_bar()
        models.set_threads(job.resources)
        device = models.device_for(job.resources)
        self._tokenizer = model_folder.load_tokenizer(folder)
        self._model = models.load_model(folder, _DTYPES[job.dtype], device)
        self._template = job.generation.template
        self._batch_size = job.generation.batch_size
        self._sampling = job.sampling
        self._stop_ids = frozenset([template.end_of_turn_id(self._tokenizer), *models.end_ids(self._model)])
        self._context_length = getattr(self._model.config, "max_position_embeddings", None)

    def run(self, pending: Pending, recorder: Recorder) -> None:
        while batch := pending.take(self._batch_size):
            recorder.hold(self.generate(batch, recorder.progress))
            recorder.flush()
            recorder.context.raise_if_stopped()

    def generate(self, batch: list[Request], progress: GenerationProgress) -> list[Completion]:
        """Completions of a batch. Samples of one prompt should stand side by side."""
        asked: dict[str, list[Request]] = {}
        for request in batch:
            asked.setdefault(request.prompt_sha256, []).append(request)
        groups = list(asked.values())
        prompts = [
            template.prompt_ids(self._tokenizer, self._template, requests[0].turn) for requests in groups
        ]
        limits = [
            self._sampling.room(len(prompt), self._context_length, requests[0].sample_id)
            for requests, prompt in zip(groups, prompts, strict=True)
        ]
        seeds = [[request.seed for request in requests] for requests in groups]
        sequences = sample_batch(
            self._model, prompts, seeds, self._sampling, self._stop_ids, progress.step, limits
        )
        return [
            self._completion(request, sequence)
            for requests, group in zip(groups, sequences, strict=True)
            for request, sequence in zip(requests, group, strict=True)
        ]

    def _completion(self, request: Request, sequence: Sequence) -> Completion:
        return Completion(
            prompt_sha256=request.prompt_sha256,
            index=request.index,
            text=self._text(sequence),
            finish_reason=FinishReason.LENGTH if sequence.truncated else FinishReason.STOP,
            tokens=len(sequence.token_ids),
            rotation=request.rotation,
        )

    def _text(self, sequence: Sequence) -> str:
        spoken = sequence.token_ids if sequence.truncated else sequence.token_ids[:-1]
        return str(self._tokenizer.decode(spoken, skip_special_tokens=False))
