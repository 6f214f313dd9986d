"""Measures the device of a rank: memory, utilization, and peak performance."""

import resource
from dataclasses import dataclass

import pynvml
import torch

# Dense bfloat16 operations per second from data sheets, for device names that contain all the words; the
# first match applies.
_PEAKS: tuple[tuple[frozenset[str], float], ...] = tuple(
    (frozenset(words.split()), teraflops * 1e12)
    for words, teraflops in (
        ("H100 PCIe", 756),
        ("H100 NVL", 835),
        ("H100", 989),
        ("H200", 989),
        ("B200", 2250),
        ("A100", 312),
        ("A30", 165),
        ("A40", 150),
        ("A10", 125),
        ("L4", 121),
        ("L40S", 362),
    )
)


@dataclass(frozen=True)
class Load:
    """`memory_bytes` are allocated; `utilization` is the busy share from 0 to 1, 0 if unknown."""

    memory_bytes: int = 0
    utilization: float = 0.0


def load(device: torch.device) -> Load:
    """The current use of the GPU; zeros on CPUs."""
    if device.type != "cuda":
        return Load()
    try:
        busy = torch.cuda.utilization(device) / 100
    # A driver without NVML, or a partitioned GPU, reports nothing.
    except (RuntimeError, pynvml.NVMLError):
        busy = 0.0
    return Load(torch.cuda.memory_allocated(device), busy)


def peak_bytes(device: torch.device) -> int:
    """Largest allocation on the GPU so far; on CPUs the largest resident size of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    # In KiB on Linux.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def peak_flops(device: torch.device) -> float:
    """Dense bfloat16 floating-point operations per second; 0 on CPUs, partitioned GPUs and unknown GPUs."""
    if device.type != "cuda":
        return 0.0
    words = set(torch.cuda.get_device_name(device).replace("-", " ").split())
    if "MIG" in words:
        return 0.0
    return next((peak for name, peak in _PEAKS if name <= words), 0.0)
