"""Failures with a category, and the mapping of library exceptions to them."""

import errno
import traceback
from dataclasses import dataclass
from enum import StrEnum


class FailureCategory(StrEnum):
    """Who has to act: retort.v1.FailureCategory."""

    UNSPECIFIED = "FAILURE_CATEGORY_UNSPECIFIED"
    USER = "FAILURE_CATEGORY_USER"
    PLATFORM = "FAILURE_CATEGORY_PLATFORM"
    RESOURCE = "FAILURE_CATEGORY_RESOURCE"
    BUDGET = "FAILURE_CATEGORY_BUDGET"
    TIMEOUT = "FAILURE_CATEGORY_TIMEOUT"


@dataclass(frozen=True)
class Failure:
    """retort.v1.Failure."""

    category: FailureCategory = FailureCategory.UNSPECIFIED
    type: str = ""
    message: str = ""
    traceback: str = ""


class RetortError(Exception):
    """An error with the category of who has to act. `type` is a short stable name such as DATA_NOT_FOUND."""

    def __init__(self, category: FailureCategory, type: str, message: str) -> None:
        super().__init__(f"{type}: {message}")
        self.category = category
        self.type = type
        self.message = message


class JobStopped(Exception):
    """The job ended early because a stop was requested; its last checkpoint is kept."""


def user_error(type: str, message: str) -> RetortError:
    """Bad job or bad data: never retried."""
    return RetortError(FailureCategory.USER, type, message)


def platform_error(type: str, message: str) -> RetortError:
    """Disk, network, a newer owner: retried with backoff."""
    return RetortError(FailureCategory.PLATFORM, type, message)


def resource_error(type: str, message: str) -> RetortError:
    """Too little memory or no accelerator."""
    return RetortError(FailureCategory.RESOURCE, type, message)


def to_failure(error: BaseException) -> Failure:
    """The failure document of any exception, with its stack trace."""
    known = next((link for link in _chain(error) if isinstance(link, RetortError)), None) or _classify(error)
    trace = "".join(traceback.format_exception(error))
    return Failure(known.category, known.type, known.message, trace)


_CPU_OUT_OF_MEMORY = ("defaultcpuallocator: can't allocate memory", "cannot allocate memory")
_DISK_FULL = ("no space left on device", "os error 28", "disk quota exceeded", "os error 122")


def _classify(error: BaseException) -> RetortError:
    texts = " | ".join(str(link) for link in _chain(error)).lower()
    shown = f"{type(error).__name__}: {error}"
    if any(type(link).__name__ == "OutOfMemoryError" for link in _chain(error)):
        return resource_error(
            "CUDA_OUT_OF_MEMORY",
            f"{shown}. Lower per_device_batch_size (and raise gradient_accumulation_steps) "
            f"or max_length, or use lora.{_gpu_memory()}",
        )
    if any(isinstance(link, MemoryError) for link in _chain(error)) or any(
        text in texts for text in _CPU_OUT_OF_MEMORY
    ):
        return resource_error(
            "OUT_OF_MEMORY", f"{shown}. Lower per_device_batch_size or max_length, or use lora."
        )
    full = (errno.ENOSPC, errno.EDQUOT)
    if any(isinstance(link, OSError) and link.errno in full for link in _chain(error)) or any(
        text in texts for text in _DISK_FULL
    ):
        return platform_error("DISK_FULL", f"{shown}. Free space where the store and the checkpoints are.")
    if "pytorchstreamwriter failed writing" in texts:
        return platform_error("WRITE_FAILED", f"{shown}. The disk of the checkpoints may be full.")
    if isinstance(error, OSError):
        return platform_error("IO_ERROR", shown)
    return platform_error("TRAINER_ERROR", shown)


def _gpu_memory() -> str:
    # Not at the top, because processes that check answers start without PyTorch.
    import torch

    if not torch.cuda.is_available():
        return ""
    return "\n" + torch.cuda.memory_summary(abbreviated=True)


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return links
