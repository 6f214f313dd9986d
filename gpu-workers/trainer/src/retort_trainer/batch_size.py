"""Smaller batches after GPU memory ran out: a record next to the checkpoints that later attempts use.

The number of rows per optimizer step, per_device_batch_size x gradient_accumulation_steps, does not change.
"""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from retort_trainer import store
from retort_trainer.context import JobContext
from retort_trainer.failures import RetortError, resource_error, to_failure, user_error
from retort_trainer.settings import Settings

RECORD_NAME = "batch-size.json"


def adapted(settings: Settings, checkpoints_uri: str, fingerprint: str) -> Settings:
    """The settings with the batch size that an earlier attempt of the same job recorded."""
    uri = store.join(checkpoints_uri, RECORD_NAME)
    if not settings.halve_batch_on_out_of_memory or not store.exists(uri):
        return settings
    record = store.read_json(uri)
    if not isinstance(record, dict) or record.get("fingerprint") != fingerprint:
        return settings
    size = record.get("per_device_batch_size")
    rows = settings.per_device_batch_size * settings.gradient_accumulation_steps
    if not isinstance(size, int) or size < 1 or rows % size != 0:
        raise user_error(
            "DATA_CORRUPT",
            f"{uri}: per_device_batch_size: {size!r} (expected: a divisor of {rows}). Delete it.",
        )
    return dataclasses.replace(settings, per_device_batch_size=size, gradient_accumulation_steps=rows // size)


@contextmanager
def halved_on_out_of_memory(
    settings: Settings, checkpoints_uri: str, fingerprint: str, context: JobContext
) -> Iterator[None]:
    """Records the next smaller batch size when GPU memory runs out, and fails the attempt.

    The failure is the out-of-memory failure, which is retried; the next attempt finds the record. Any rank
    may write it. The next size is half of an even size, or the largest proper divisor of an odd one. A batch
    of one row cannot be reduced.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        if not settings.halve_batch_on_out_of_memory or settings.per_device_batch_size == 1:
            raise
        context.check_fence()
        size = _smaller(settings.per_device_batch_size)
        record = {"schema_version": 1, "fingerprint": fingerprint, "per_device_batch_size": size}
        store.replace(store.join(checkpoints_uri, RECORD_NAME), json.dumps(record).encode())
        raise _reported(error, settings.per_device_batch_size, size) from error


def _smaller(size: int) -> int:
    return next(size // divisor for divisor in range(2, size + 1) if size % divisor == 0)


def _reported(error: torch.OutOfMemoryError, before: int, after: int) -> RetortError:
    failure = to_failure(error)
    return resource_error(
        failure.type,
        f"the next attempt goes on with per_device_batch_size {after} instead of {before}. {failure.message}",
    )
