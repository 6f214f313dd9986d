"""The reference's log-probabilities of preference pairs: computed once, and stored next to the checkpoints.

The pairs are sorted by length and split into shards. `reference/<key>.safetensors` contains the values of a
shard and `reference/<key>.json`, written last, their SHA-256. The key is a hash of everything that determines
the values: weights, precision and token ids. An attempt computes the missing shards; an attempt that dies
loses at most its current shard. A pair needs 8 bytes, so nothing is ever pruned.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import safetensors.torch
import torch
from datasets import Dataset

from retort_trainer import documents, ranks, store
from retort_trainer.artifact import ArtifactRef
from retort_trainer.context import JobContext
from retort_trainer.failures import RetortError, user_error
from retort_trainer.job import TrainerProgress

REFERENCE_NAME = "reference"
SHARD_ROWS = 1024
# The unit of progress.
PAIRS = "pairs"

_TENSOR_NAME = "log_probabilities"
_ID_COLUMNS = ("prompt_ids", "chosen_ids", "rejected_ids")

_log = logging.getLogger(__name__)

# Maps rows to a tensor of shape (rows, 2): the log-probabilities of chosen and rejected.
Compute = Callable[[list[dict[str, Any]]], torch.Tensor]


@dataclass(frozen=True)
class Reference:
    """Computes the values that the folder does not contain yet, and stores them there."""

    uri: str
    context: JobContext

    def values(self, model: str, rows: Dataset, batch_size: int, compute: Compute) -> torch.Tensor:
        """The log-probabilities of all rows, in order; float32 of shape (rows, 2). Collective.

        `model` identifies the reference's weights and precision. Each rank computes its share of a
        shard, at most `batch_size` rows at once, and reports its progress in pairs. Raises JobStopped
        before a batch once a stop was requested.
        """
        lengths = list(rows["length"])
        # The longest rows first: if memory runs out, it does so at once.
        order = sorted(range(len(lengths)), key=lambda row: lengths[row], reverse=True)
        values = torch.empty(len(order), 2)
        for start in range(0, len(order), SHARD_ROWS):
            shard = order[start : start + SHARD_ROWS]

            def report_done(done: int, start: int = start) -> None:
                self.context.progress(TrainerProgress(done=start + done, total=len(order), unit=PAIRS))

            values[shard] = self._shard(model, rows.select(shard).to_list(), batch_size, compute, report_done)
        return values

    def _shard(
        self,
        model: str,
        rows: list[dict[str, Any]],
        batch_size: int,
        compute: Compute,
        report_done: Callable[[int], None],
    ) -> torch.Tensor:
        key = _key(model, rows)
        stored = ranks.from_main(lambda: self._find(key))
        if stored is not None:
            return stored
        own = rows[ranks.rank() :: ranks.size()]
        batches = [torch.empty(0, 2)]
        for start in range(0, len(own), batch_size):
            self.context.raise_if_stopped()
            batches.append(compute(own[start : start + batch_size]).float().cpu())
            report_done(min((start + batch_size) * ranks.size(), len(rows)))
        values = torch.empty(len(rows), 2)
        for rank, share in enumerate(ranks.gather(torch.cat(batches))):
            values[rank :: ranks.size()] = share
        if ranks.is_main():
            self._keep(key, values)
        return values

    def _find(self, key: str) -> torch.Tensor | None:
        """A shard's values; None if they are missing or, with a warning, if they are corrupt."""
        uri = store.join(self.uri, f"{key}.safetensors")
        if not store.exists(uri):
            return None
        record = store.join(self.uri, f"{key}.json")
        try:
            expected = documents.parse_json(ArtifactRef, store.read_bytes(record), source=record).sha256
            content = store.read_bytes(uri)
            found = hashlib.sha256(content).hexdigest()
            if found != expected:
                raise user_error("DATA_CORRUPT", f"{uri}: sha256 is {found} (expected: {expected})")
        except RetortError as error:
            _log.warning("stored reference values are computed anew: %s", error.message)
            return None
        return safetensors.torch.load(content)[_TENSOR_NAME]

    def _keep(self, key: str, values: torch.Tensor) -> None:
        name = f"{key}.safetensors"
        content = safetensors.torch.save({_TENSOR_NAME: values})
        record = ArtifactRef(
            uri=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), rows=len(values)
        )
        self.context.check_fence()
        store.replace(store.join(self.uri, name), content)
        store.replace(store.join(self.uri, f"{key}.json"), documents.to_json(record).encode())


def _key(model: str, rows: list[dict[str, Any]]) -> str:
    digest = hashlib.sha256(model.encode())
    for row in rows:
        for column in _ID_COLUMNS:
            digest.update(numpy.array([len(row[column]), *row[column]], dtype="<i8").tobytes())
    return digest.hexdigest()
