"""Ranks that compute reference values. Has few imports, because each rank is a separate process."""

import json
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import distributed

from retort_trainer import reference
from retort_trainer.context import JobContext
from retort_trainer.reference import Reference

ROWS = [
    {"prompt_ids": [1], "chosen_ids": [row], "rejected_ids": [2], "length": length}
    for row, length in enumerate([3, 9, 5, 5, 8, 1, 7])
]


def compute_twice(rank: int, scratch: Path) -> None:
    """One of two ranks requests the values of `ROWS` twice, in shards of four, and writes the results."""
    distributed.init_process_group("gloo", init_method=f"file://{scratch}/meeting", rank=rank, world_size=2)
    reference.SHARD_ROWS = 4
    computed: list[list[int]] = []

    def compute(rows: list[dict[str, Any]]) -> torch.Tensor:
        own = [row["chosen_ids"][0] for row in rows]
        computed.append(own)
        return torch.tensor([[-row, -10.0 * row] for row in own])

    # As if each rank had its own disk.
    stored = Reference((scratch / f"stored-{rank}").as_uri(), JobContext())
    values = [stored.values("model", Dataset.from_list(ROWS), 2, compute).tolist() for _ in range(2)]
    Path(scratch, f"seen-{rank}").write_text(json.dumps({"computed": computed, "values": values}))
    distributed.destroy_process_group()
