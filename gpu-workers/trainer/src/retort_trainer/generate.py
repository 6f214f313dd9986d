"""Generation: samples answers to a data set's problems and checks them against the gold answers.

The work is cut into batches, always the same for the same job, and each batch becomes one write-once part.
At-least-once: a later attempt keeps the parts that are there and generates the missing ones; the manifest
comes last.
"""

import hashlib
import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import torch
import zstandard
from transformers.utils import logging as transformers_logging

from retort_trainer import answers, benchmark_prompt, documents, model_folder, models, store, template
from retort_trainer.artifact import ArtifactRef
from retort_trainer.code_execution import grading, self_test
from retort_trainer.context import JobContext
from retort_trainer.data import AnswerKind, GeneratedSample, Sample, SampleOutcome
from retort_trainer.failures import RetortError, user_error
from retort_trainer.job import GenerationJob, GenerationResult, TrainerJob, TrainerProgress, TrainerResult
from retort_trainer.sampling import Sampling, Sequence, sample_batch
from retort_trainer.spec import ResourceSpec
from retort_trainer.verdicts import Verdict

JOB_NAME = "job.json"

_SECONDS_BETWEEN_REPORTS = 1.0


@dataclass(frozen=True)
class Task:
    """One answer to generate: the `index`-th sample of a row."""

    row: int
    index: int


def run(job: TrainerJob, context: JobContext) -> TrainerResult:
    """Generates what is missing. Raises RetortError, or JobStopped with all finished parts kept.

    The rows of the result hold every problem `samples` times, grouped by the length of the prompt, not in the
    order of the data set.
    """
    assert job.generation is not None
    generation = job.generation
    began = time.monotonic()
    sampling = _sampling(generation)
    rows = list(store.read_rows(generation.dataset, Sample))
    _check_rows(generation, rows)
    store.put_once(store.join(generation.output_uri, JOB_NAME), _identity(job).encode())
    batches = list(_batches(rows, generation))
    progress = _Progress(context, total=len(rows) * generation.samples)
    found = set(store.names(generation.output_uri))
    parts: list[ArtifactRef] = []
    tokens = 0
    with ExitStack() as stack:
        generator: _Generator | None = None
        for number, batch in enumerate(batches):
            name = f"part-{number:05d}.jsonl.zst"
            if name in found:
                part, samples = _finished_part(generation.output_uri, name, batch, rows)
                progress.kept(len(samples))
            else:
                if generator is None:
                    generator = _Generator(stack, generation, job.seed, sampling, job.resources)
                samples = generator.generate([(rows[task.row], task.index) for task in batch], progress)
                context.check_fence()
                part = store.write_part(generation.output_uri, name, samples)
                progress.finished(samples)
            parts.append(part)
            tokens += sum(sample.tokens for sample in samples)
            context.raise_if_stopped()
    context.check_fence()
    manifest = store.write_manifest(generation.output_uri, parts)
    return TrainerResult(
        generation=GenerationResult(
            samples=manifest, generated_tokens=tokens, seconds=time.monotonic() - began
        )
    )


def _sampling(job: GenerationJob) -> Sampling:
    for name in ("samples", "max_new_tokens", "batch_size"):
        if getattr(job, name) < 1:
            raise user_error("BAD_DOCUMENT", f"job: generation.{name}: {getattr(job, name)} (expected: >= 1)")
    if not 0 <= job.temperature <= 2:
        raise user_error(
            "BAD_DOCUMENT", f"job: generation.temperature: {job.temperature} (expected: from 0 to 2)"
        )
    # Proto3 leaves no trace of a field that was not set.
    top_p = job.top_p or 1.0
    if not 0 < top_p <= 1:
        raise user_error("BAD_DOCUMENT", f"job: generation.top_p: {top_p} (expected: above 0, at most 1)")
    return Sampling(job.temperature, top_p, job.max_new_tokens)


def _check_rows(job: GenerationJob, rows: list[Sample]) -> None:
    benchmark_prompt.check(job.prompt or "")
    if not rows:
        raise user_error("NO_ROWS", f"{job.dataset.uri}: no problem to answer (expected: at least 1)")
    seen: set[str] = set()
    for row in rows:
        code = row.answer_kind is AnswerKind.CODE
        # Code is graded by its tests; benchmarks have no solution of their own.
        if not row.problem.strip() or not (code or row.answer.strip()):
            raise user_error("BAD_ROW", f"{job.dataset.uri}: sample {row.id}: problem or answer is empty")
        if code:
            _check_tests(job, row)
        if not benchmark_prompt.is_answerable(row):
            raise user_error(
                "BAD_ROW",
                f"{job.dataset.uri}: sample {row.id}: the answer is the letter of none of its choices",
            )
        if row.id in seen:
            raise user_error("BAD_ROW", f"{job.dataset.uri}: sample {row.id}: there twice (expected: once)")
        seen.add(row.id)
    if any(row.answer_kind is AnswerKind.CODE for row in rows):
        self_test.require()


def _check_tests(job: GenerationJob, row: Sample) -> None:
    try:
        grading.validate(answers.Gold.of(row).graded_by())
    except RetortError as error:
        # A message quotes tests, which a redacted row must not show.
        why = "its tests cannot grade" if row.redacted else error.message
        raise user_error(error.type, f"{job.dataset.uri}: sample {row.id}: {why}") from error


def _identity(job: TrainerJob) -> str:
    """What must be the same for parts of two attempts to belong together.

    Without a prompt it is what it was before there were prompts, so that attempts begun then go on.
    """
    assert job.generation is not None
    generation = replace(job.generation, output_uri="", prompt=job.generation.prompt or None)
    return documents.to_json({"schema_version": 1, "seed": str(job.seed), "generation": generation})


def _batches(rows: list[Sample], job: GenerationJob) -> Iterator[list[Task]]:
    """Tasks of like length together; samples of one prompt side by side, so that it is read once."""
    order = sorted(range(len(rows)), key=lambda row: (len(rows[row].problem), rows[row].id))
    tasks = [
        Task(row, index)
        for row in order
        for index in sorted(range(job.samples), key=lambda index: benchmark_prompt.rotation(rows[row], index))
    ]
    for start in range(0, len(tasks), job.batch_size):
        yield tasks[start : start + job.batch_size]


def _finished_part(
    folder: str, name: str, batch: list[Task], rows: list[Sample]
) -> tuple[ArtifactRef, list[GeneratedSample]]:
    uri = store.join(folder, name)
    content = store.read_bytes(uri)
    try:
        lines = io.BytesIO(zstandard.ZstdDecompressor().stream_reader(content).read()).readlines()
    except zstandard.ZstdError as error:
        raise user_error("DATA_CORRUPT", f"{uri}: not Zstandard data: {error}") from error
    samples = [documents.parse_json(GeneratedSample, line, source=uri, ignore_unknown=True) for line in lines]
    expected = [(rows[task.row].id, task.index) for task in batch]
    if [(sample.sample_id, sample.index) for sample in samples] != expected:
        raise user_error("DATA_CORRUPT", f"{uri}: holds {len(samples)} other samples than this job's")
    digest = hashlib.sha256(content).hexdigest()
    return ArtifactRef(uri=name, sha256=digest, bytes=len(content), rows=len(samples)), samples


class _Generator:
    """The model, loaded when the first part is missing."""

    def __init__(
        self, stack: ExitStack, job: GenerationJob, seed: int, sampling: Sampling, resources: ResourceSpec
    ) -> None:
        transformers_logging.disable_progress_bar()
        models.set_threads(resources)
        device = models.device_for(resources)
        folder = stack.enter_context(store.local_folder(job.model_uri))
        self._tokenizer = model_folder.load_tokenizer(folder)
        # CPUs multiply float32 faster than bfloat16 unless they have units for it.
        dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        self._model = models.load_model(folder, dtype, device)
        self._template = job.template
        self._prompt = job.prompt or ""
        self._sampling = sampling
        self._seed = seed
        self._stop_ids = frozenset([template.end_of_turn_id(self._tokenizer), *_end_ids(self._model)])
        self._context_length = getattr(self._model.config, "max_position_embeddings", None)

    def generate(self, batch: list[tuple[Sample, int]], progress: "_Progress") -> list[GeneratedSample]:
        """Samples in the order of the batch, in which samples of one prompt stand side by side."""
        asked: dict[tuple[str, int], tuple[Sample, list[int]]] = {}
        for row, index in batch:
            key = (row.id, benchmark_prompt.rotation(row, index))
            asked.setdefault(key, (row, []))[1].append(index)
        prompts = [
            template.prompt_ids(
                self._tokenizer, self._template, benchmark_prompt.render(self._prompt, row, indexes[0])
            )
            for row, indexes in asked.values()
        ]
        seeds = [[_seed(self._seed, row.id, index) for index in indexes] for row, indexes in asked.values()]
        sampling = self._bounded(prompts, [row.id for row, _ in asked.values()])
        sequences = sample_batch(self._model, prompts, seeds, sampling, self._stop_ids, progress.step)
        drawn = [
            (row, index, sequence, self._text(sequence))
            for (row, indexes), group in zip(asked.values(), sequences, strict=True)
            for index, sequence in zip(indexes, group, strict=True)
        ]
        # Side by side, because code runs in processes of its own.
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return list(pool.map(lambda one: _checked(*one), drawn))

    def _bounded(self, prompts: list[list[int]], ids: list[str]) -> Sampling:
        """No sequence grows beyond the model's context."""
        if self._context_length is None:
            return self._sampling
        longest = max(len(prompt) for prompt in prompts)
        room = self._context_length - longest
        if room < 1:
            name = next(name for name, prompt in zip(ids, prompts, strict=True) if len(prompt) == longest)
            raise user_error(
                "PROMPT_TOO_LONG",
                f"sample {name}: {longest} tokens "
                f"(expected: below {self._context_length}, the model's context)",
            )
        return replace(self._sampling, max_new_tokens=min(self._sampling.max_new_tokens, room))

    def _text(self, sequence: Sequence) -> str:
        spoken = sequence.token_ids if sequence.truncated else sequence.token_ids[:-1]
        return str(self._tokenizer.decode(spoken, skip_special_tokens=False))


def _checked(row: Sample, index: int, sequence: Sequence, text: str) -> GeneratedSample:
    # A text that was cut off concludes nothing by its last number.
    gold = benchmark_prompt.gold(row, index)
    found = answers.check(
        replace(answers.Gold.of(row), answer=gold), text, last_number=not sequence.truncated
    )
    return GeneratedSample(
        sample_id=row.id,
        index=index,
        text=text,
        answer=found.answer,
        gold=gold,
        correct=found.correct,
        truncated=sequence.truncated,
        tokens=len(sequence.token_ids),
        undecided=found.verdict is Verdict.UNDECIDED,
        outcome=_outcome(found, truncated=sequence.truncated),
        reason=found.reason,
        choices=len(row.choices),
        unrotated_answer=benchmark_prompt.unrotated(row, index, found.answer),
        errata=row.errata,
        redacted=row.redacted,
    )


def _outcome(found: answers.Check, *, truncated: bool) -> SampleOutcome:
    if found.verdict is Verdict.EQUAL:
        return SampleOutcome.CORRECT
    if found.verdict is Verdict.UNDECIDED:
        return SampleOutcome.CHECKER_ERROR
    # What a text states before it is cut may not be its last word.
    if truncated:
        return SampleOutcome.TRUNCATED
    return SampleOutcome.WRONG if found.answer.strip() else SampleOutcome.NO_ANSWER


class _Progress:
    """Reports samples, tokens per second and, once a part was generated, the time that is left."""

    def __init__(self, context: JobContext, total: int) -> None:
        self._context = context
        self._total = total
        self._done = 0
        self._generated = 0
        self._tokens = 0
        self._began = 0.0
        self._part_ended = 0.0
        self._reported = 0.0

    def kept(self, samples: int) -> None:
        """A part of an earlier attempt was found."""
        self._done += samples
        self._report(self._done)

    def step(self, ended: int) -> None:
        """Before each forward pass: ends the job on request, reports now and then."""
        self._context.raise_if_stopped()
        now = time.monotonic()
        self._began = self._began or now
        if now - self._reported >= _SECONDS_BETWEEN_REPORTS:
            self._report(self._done + ended)

    def finished(self, samples: list[GeneratedSample]) -> None:
        """A part was generated and written."""
        self._done += len(samples)
        self._generated += len(samples)
        self._tokens += sum(sample.tokens for sample in samples)
        self._part_ended = time.monotonic()
        self._report(self._done)

    def _report(self, done: int) -> None:
        self._reported = time.monotonic()
        rate = left = 0.0
        if self._generated:
            seconds = max(self._part_ended - self._began, 1e-9)
            rate = self._tokens / seconds
            # From the end of the last part, whose sequences have all ended, the short ones and the long ones.
            left = seconds / self._generated * (self._total - self._done) - (
                self._reported - self._part_ended
            )
        self._context.progress(
            TrainerProgress(
                done=done,
                total=self._total,
                unit="samples",
                tokens_per_second=rate,
                eta_seconds=max(left, 0.0),
            )
        )


def _end_ids(model: Any) -> list[int]:
    ends = model.generation_config.eos_token_id
    return [] if ends is None else [ends] if isinstance(ends, int) else list(ends)


def _seed(seed: int, sample_id: str, index: int) -> int:
    digest = hashlib.sha256(f"{seed}/{sample_id}/{index}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
