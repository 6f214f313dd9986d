"""Grading: from completions to generated samples. Needs no model."""

import hashlib
import io
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import zstandard

from retort_trainer import answers, benchmark_prompt, documents, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.data import Completion, FinishReason, GeneratedSample, Sample, SampleOutcome
from retort_trainer.failures import RetortError, platform_error, user_error
from retort_trainer.verdicts import Verdict

DAMAGED = "GRADED_PART_DAMAGED"


def grade(drawn: Iterable[tuple[Sample, int, Completion]]) -> list[GeneratedSample]:
    """Grades answers: rows with their tests, the number of the sample, and what the model said."""
    # Side by side, because code runs in processes of its own.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda one: grade_one(*one), drawn))


def grade_one(row: Sample, index: int, completion: Completion) -> GeneratedSample:
    """Grades one answer by the rotation of the options that was kept with it."""
    truncated = completion.finish_reason is not FinishReason.STOP
    gold = benchmark_prompt.gold(row, completion.rotation)
    # A text that was cut off concludes nothing by its last number.
    found = answers.check(
        replace(answers.Gold.of(row), answer=gold), completion.text, last_number=not truncated
    )
    return GeneratedSample(
        sample_id=row.id,
        index=index,
        text=completion.text,
        answer=found.answer,
        gold=gold,
        correct=found.correct,
        truncated=truncated,
        tokens=completion.tokens,
        undecided=found.verdict is Verdict.UNDECIDED,
        outcome=_outcome(found, truncated=truncated),
        reason=found.reason,
        choices=len(row.choices),
        unrotated_answer=benchmark_prompt.unrotated(row, completion.rotation, found.answer),
        errata=row.errata,
        redacted=row.redacted,
        finish_reason=completion.finish_reason,
    )


def finished_part(
    folder: str, name: str, expected: list[tuple[str, int]]
) -> tuple[ArtifactRef, list[GeneratedSample]]:
    """A part that an earlier attempt graded.

    Raises GRADED_PART_DAMAGED (PLATFORM) where it is not whole: once it is deleted it is graded again.
    DATA_CORRUPT (USER) where it holds other ids and indexes than the expected ones.
    """
    uri = store.join(folder, name)
    content = store.read_bytes(uri)
    try:
        lines = io.BytesIO(zstandard.ZstdDecompressor().stream_reader(content).read()).readlines()
        samples = [
            documents.parse_json(GeneratedSample, line, source=uri, ignore_unknown=True) for line in lines
        ]
    except (zstandard.ZstdError, RetortError) as error:
        raise platform_error(
            DAMAGED, f"{uri}: {error} (expected: Zstandard data of graded samples)"
        ) from error
    found = [(sample.sample_id, sample.index) for sample in samples]
    if found != expected:
        if found == expected[: len(found)]:
            # The reader does not tell an end that is missing.
            raise platform_error(
                DAMAGED, f"{uri}: ends after {len(found)} samples (expected: {len(expected)})"
            )
        raise user_error("DATA_CORRUPT", f"{uri}: holds {len(samples)} other samples than this job's")
    digest = hashlib.sha256(content).hexdigest()
    return ArtifactRef(uri=name, sha256=digest, bytes=len(content), rows=len(samples)), samples


def _outcome(found: answers.Check, *, truncated: bool) -> SampleOutcome:
    if found.verdict is Verdict.EQUAL:
        return SampleOutcome.CORRECT
    if found.verdict is Verdict.UNDECIDED:
        return SampleOutcome.CHECKER_ERROR
    # What a text states before it is cut may not be its last word.
    if truncated:
        return SampleOutcome.TRUNCATED
    return SampleOutcome.WRONG if found.answer.strip() else SampleOutcome.NO_ANSWER
