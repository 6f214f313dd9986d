import errno

import pytest
import torch

from retort_trainer.failures import FailureCategory, to_failure, user_error


class SafetensorError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "category", "type"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), FailureCategory.RESOURCE, "CUDA_OUT_OF_MEMORY"),
        (
            RuntimeError("[enforce] DefaultCPUAllocator: can't allocate memory: 9"),
            FailureCategory.RESOURCE,
            "OUT_OF_MEMORY",
        ),
        (MemoryError(), FailureCategory.RESOURCE, "OUT_OF_MEMORY"),
        (OSError(errno.ENOSPC, "No space left on device"), FailureCategory.PLATFORM, "DISK_FULL"),
        (
            SafetensorError("I/O error: No space left on device (os error 28)"),
            FailureCategory.PLATFORM,
            "DISK_FULL",
        ),
        (
            RuntimeError("PytorchStreamWriter failed writing file data/3"),
            FailureCategory.PLATFORM,
            "WRITE_FAILED",
        ),
        (ConnectionError("reset"), FailureCategory.PLATFORM, "IO_ERROR"),
        (KeyError("x"), FailureCategory.PLATFORM, "TRAINER_ERROR"),
        (user_error("NAN_LOSS", "m"), FailureCategory.USER, "NAN_LOSS"),
    ],
)
def test_errors_get_a_category(error: Exception, category: FailureCategory, type: str) -> None:
    failure = to_failure(error)
    assert (failure.category, failure.type) == (category, type)
    assert failure.traceback


def test_the_cause_decides() -> None:
    error = RuntimeError("save failed")
    error.__cause__ = OSError(errno.ENOSPC, "full")
    assert to_failure(error).type == "DISK_FULL"


def test_out_of_gpu_memory_says_what_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "memory_summary", lambda abbreviated: f"table, abbreviated={abbreviated}")
    message = to_failure(torch.OutOfMemoryError("tried to allocate 2 GiB")).message
    assert "tried to allocate 2 GiB. Lower per_device_batch_size" in message
    assert message.endswith("\ntable, abbreviated=True")
