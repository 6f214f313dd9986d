"""The order of training rows: a function of seed and epoch, so that a resumed epoch continues at the same
row.
"""

import random
from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler

# Number of batches that are sorted by length together: more reduce padding, fewer mix better.
_POOL_BATCHES = 50


class LengthGroupedOrder(Sampler[int]):
    """Rows of similar length share a batch; batches are shuffled, and every row occurs once per epoch."""

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths = lengths
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        source = random.Random(f"{self._seed}/{self._epoch}")
        order = list(range(len(self._lengths)))
        source.shuffle(order)
        pool = self._batch_size * _POOL_BATCHES
        batches: list[list[int]] = []
        for start in range(0, len(order), pool):
            rows = sorted(order[start : start + pool], key=lambda row: self._lengths[row])
            batches += [rows[at : at + self._batch_size] for at in range(0, len(rows), self._batch_size)]
        # A partial batch stays last; otherwise it would shift the boundaries of all later batches.
        full = [batch for batch in batches if len(batch) == self._batch_size]
        rest = [row for batch in batches if len(batch) < self._batch_size for row in batch]
        source.shuffle(full)
        yield from (row for batch in full for row in batch)
        yield from rest
