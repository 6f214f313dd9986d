"""The ranks that train one model together, from the view of one rank. A process without ranks is rank 0 of 1.

Functions that several ranks call are collective: every rank calls them, in the same order.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from retort_trainer.failures import user_error
from retort_trainer.spec import DistributedStrategy

_CHUNK_BYTES = 64 * 1024 * 1024

Value = TypeVar("Value")


def size() -> int:
    """The number of ranks."""
    return int(dist.get_world_size()) if dist.is_initialized() else 1


def rank() -> int:
    """This process's number, starting at 0."""
    return int(dist.get_rank()) if dist.is_initialized() else 0


def is_main() -> bool:
    """True for rank 0, which alone reports and publishes."""
    return rank() == 0


def from_main(make: Callable[[], Value]) -> Value:
    """Computes a value on rank 0 and returns it on every rank. Collective; the others wait."""
    if size() == 1:
        return make()
    box: list[Any] = [make() if is_main() else None]
    dist.broadcast_object_list(box, src=0)
    value: Value = box[0]
    return value


def gather(value: Value) -> list[Value]:
    """Every rank's value, in the order of the ranks. Collective."""
    values = [value] * size()
    if size() > 1:
        dist.all_gather_object(values, value)
    return values


def largest(value: int) -> int:
    """The largest value of all ranks. Collective."""
    return max(gather(value))


def gather_files(folder: Path) -> None:
    """Copies every rank's files to rank 0's folder; nodes need not share a disk. Collective.

    If several ranks have a file of the same name, the lowest rank's is used.
    """
    if size() == 1:
        return
    own = {
        file.relative_to(folder).as_posix(): file.stat().st_size
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    listings = gather(own)
    there = set(listings[0])
    for source, listing in enumerate(listings):
        for name, length in listing.items():
            if name in there:
                continue
            there.add(name)
            if rank() == 0:
                _receive(folder / name, length, source)
            elif rank() == source:
                _send(folder / name, length)


def arguments(strategy: DistributedStrategy, *, lora: bool, on_gpu: bool) -> dict[str, Any]:
    """Arguments of Hugging Face's trainer for these ranks; none for a single one."""
    if size() == 1:
        return {}
    backend = {"ddp_backend": "nccl" if on_gpu else "gloo"}
    if strategy is not DistributedStrategy.FSDP2:
        return {**backend, "ddp_find_unused_parameters": False}
    if lora:
        raise user_error(
            "BAD_DOCUMENT",
            "job: training.settings.strategy: DISTRIBUTED_STRATEGY_FSDP2 with lora "
            "(expected: DISTRIBUTED_STRATEGY_DDP, or no lora)",
        )
    config: dict[str, Any] = {
        "version": 2,
        "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        # One file for the whole model, so that other numbers of ranks, and plain readers, can open a
        # checkpoint.
        "state_dict_type": "FULL_STATE_DICT",
    }
    return {**backend, "fsdp": True, "fsdp_config": config}


def _send(file: Path, length: int) -> None:
    with file.open("rb") as stream:
        for start in range(0, length, _CHUNK_BYTES):
            content = stream.read(min(_CHUNK_BYTES, length - start))
            dist.send(torch.frombuffer(bytearray(content), dtype=torch.uint8).to(_device()), dst=0)


def _receive(file: Path, length: int, source: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        for start in range(0, length, _CHUNK_BYTES):
            content = torch.empty(min(_CHUNK_BYTES, length - start), dtype=torch.uint8, device=_device())
            dist.recv(content, src=source)
            stream.write(content.cpu().numpy().tobytes())


def _device() -> torch.device:
    return torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")
