"""How much memory a rank has used at most."""

import resource

import torch


def peak_bytes(device: torch.device) -> int:
    """Largest allocation on the GPU so far, or on CPUs the largest resident size of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    # In KiB on Linux.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
