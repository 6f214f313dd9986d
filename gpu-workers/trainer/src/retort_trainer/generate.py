"""Generation jobs: a model answers a data set's problems, and the answers are graded.

Completions are taken from the store of completions, and the missing ones are generated and appended to it.
Then all are graded into write-once parts, always cut in the same way for the same job. At-least-once: a later
attempt keeps completions and parts that are there; the manifest comes last.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from retort_trainer import documents, grade, sampling_settings, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.completions import Completions, CompletionSet, describe
from retort_trainer.context import JobContext
from retort_trainer.data import AnswerKind, GeneratedSample, Sample
from retort_trainer.draws import Draws
from retort_trainer.engines import EngineJob, open_engine
from retort_trainer.failures import RetortError, user_error
from retort_trainer.generation_progress import GenerationProgress
from retort_trainer.job import GenerationJob, GenerationResult, TrainerJob, TrainerResult
from retort_trainer.pending import Pending
from retort_trainer.problems import Problems, Task
from retort_trainer.recorder import Recorder
from retort_trainer.sampling_settings import Sampling
from retort_trainer.spec import EndpointSpec, EngineKind
from retort_trainer.spool import Spool

JOB_NAME = "job.json"
# Names the set of completions, for whoever asks which sets a run needs.
COMPLETIONS_NAME = "completions.json"


@dataclass(frozen=True)
class CompletionsOfJob:
    """The object COMPLETIONS_NAME."""

    completions_uri: str = ""


def run(job: TrainerJob, context: JobContext) -> TrainerResult:
    """Generates and grades what is missing. Raises RetortError, or JobStopped with everything finished kept.

    The rows of the result hold every problem `samples` times, grouped by the length of the prompt, not in the
    order of the data set.
    """
    assert job.generation is not None
    began = time.monotonic()
    sampling = sampling_settings.of(job.generation)
    with Spool() as rows, Spool() as texts:
        problems = Problems(job.generation, rows)
        attempt = _Attempt(job, sampling, problems, texts, context)
        return TrainerResult(generation=attempt.run(began))


class _Attempt:
    def __init__(
        self, job: TrainerJob, sampling: Sampling, problems: Problems, texts: Spool, context: JobContext
    ) -> None:
        assert job.generation is not None
        self._generation = job.generation
        self._seed = job.seed
        self._resources = job.resources
        self._sampling = sampling
        self._problems = problems
        self._context = context
        self._draws = Draws(problems, self._generation.samples, job.seed, texts)
        self._progress = GenerationProgress(context, problems.total)

    def run(self, began: float) -> GenerationResult:
        output = self._generation.output_uri
        store.put_once(store.join(output, JOB_NAME), _identity(self._generation, self._seed).encode())
        described = describe(self._generation, self._seed, self._sampling, self._resources)
        completions = Completions(
            self._generation.completions_uri or store.join(output, "completions"), described
        )
        completions.begin()
        content = documents.to_json(CompletionsOfJob(completions.uri)).encode()
        store.put_once(store.join(output, COMPLETIONS_NAME), content)
        names = set(store.names(output))
        generated = self._generate(names, completions, described)
        parts, tokens = self._grade(names)
        self._context.check_fence()
        return GenerationResult(
            samples=store.write_manifest(output, parts),
            generated_tokens=tokens,
            seconds=time.monotonic() - began,
            completions=completions.reference(),
            generated_samples=generated,
            unreadable_parts=completions.unreadable_parts,
        )

    def _generate(self, names: set[str], completions: Completions, described: CompletionSet) -> int:
        """Has generated what parts that are not there need; returns how many completions that were."""
        self._draws.need(self._ungraded(names))
        self._take_over(completions)
        pending = Pending(self._draws, self._draws.missing(self._ungraded(names)))
        self._progress.found(self._problems.total - len(pending))
        if not len(pending):
            return 0
        if self._generation.reuse_only:
            raise self._missing(pending, completions)
        engine_job = EngineJob(self._generation, self._sampling, described.dtype, self._resources)
        recorder = Recorder(completions, self._draws, pending, self._context, self._progress)
        with open_engine(engine_job) as engine:
            try:
                engine.run(pending, recorder)
            finally:
                recorder.write()
        # The last look: of what another writer has generated too, the same is graded by both.
        recorder.flush()
        if completions.shared:
            # Of what two writers have generated, the same is graded as by every later reader.
            completions.forget()
            self._draws.forget()
            self._take_over(completions)
        return recorder.generated

    def _take_over(self, completions: Completions) -> None:
        for completion in completions.new(self._draws.is_missing):
            self._draws.keep(completion)

    def _ungraded(self, names: set[str]) -> Iterator[Task]:
        for number, batch in enumerate(self._problems.batches()):
            if _part_name(number) not in names:
                yield from batch

    def _grade(self, names: set[str]) -> tuple[list[ArtifactRef], int]:
        """Writes the parts that are missing; returns all of them, and the tokens of all answers."""
        parts: list[ArtifactRef] = []
        tokens = 0
        self._progress.complete()
        for number, batch in enumerate(self._problems.batches()):
            name = _part_name(number)
            if name in names:
                expected = [(self._problems.row(task.row).id, task.index) for task in batch]
                part, samples = self._finished_part(name, expected)
            else:
                rows = {task.row: self._row(task.row) for task in batch}
                samples = grade.grade(
                    (rows[task.row], task.index, self._draws.completion(task)) for task in batch
                )
                self._context.check_fence()
                part = store.write_part(self._generation.output_uri, name, samples)
            self._progress.complete()
            self._context.raise_if_stopped()
            parts.append(part)
            tokens += sum(sample.tokens for sample in samples)
        return parts, tokens

    def _finished_part(
        self, name: str, expected: list[tuple[str, int]]
    ) -> tuple[ArtifactRef, list[GeneratedSample]]:
        output = self._generation.output_uri
        try:
            return grade.finished_part(output, name, expected)
        except RetortError as error:
            if error.type == grade.DAMAGED:
                # The next attempt grades it again, from the completions that are kept.
                self._context.check_fence()
                store.delete(store.join(output, name))
            raise

    def _row(self, number: int) -> Sample:
        # Only code is graded by more than what is in memory.
        code = self._problems.row(number).answer_kind is AnswerKind.CODE
        return self._problems.whole(number) if code else self._problems.row(number)

    def _missing(self, pending: Pending, completions: Completions) -> RetortError:
        first = pending.take(1)[0]
        damaged = completions.unreadable_parts
        return user_error(
            "COMPLETIONS_MISSING",
            f"{completions.uri}: {len(pending) + 1} of {self._problems.total} completions are missing, the "
            f"first one is sample {first.index} of problem {first.sample_id}"
            + (f"; {len(damaged)} parts are damaged, such as {damaged[0]}" if damaged else "")
            + " (expected: all of them, or reuse_only not set, to have them generated)",
        )


def _part_name(number: int) -> str:
    return f"part-{number:05d}.jsonl.zst"


def _identity(job: GenerationJob, seed: int) -> str:
    """What must be the same for parts of two attempts to belong together.

    Of the fields that attempts which may still be under way do not know, only those that make a difference.
    """
    engine = job.engine
    if engine is not None:
        in_process = engine.kind in (None, EngineKind.IN_PROCESS)
        engine = (
            None if in_process else replace(engine, concurrency=None, endpoint=_identity_of(engine.endpoint))
        )
    generation = replace(
        job,
        output_uri="",
        prompt=job.prompt or None,
        completions_uri=None,
        model_sha256=None,
        reuse_only=None,
        engine=engine,
    )
    return documents.to_json({"schema_version": 1, "seed": str(seed), "generation": generation})


def _identity_of(endpoint: EndpointSpec | None) -> EndpointSpec | None:
    return endpoint and EndpointSpec(endpoint.base_url, endpoint.model, endpoint.revision)
