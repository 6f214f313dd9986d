"""Engines that generate completions: the trainer's own sampler, an endpoint, or vLLM started by us."""

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from retort_trainer.engines.engine import Engine, EngineJob
from retort_trainer.failures import user_error
from retort_trainer.spec import EngineKind, EngineSpec

__all__ = ["Engine", "EngineJob", "open_engine"]

# Imported when they are used: most need heavy libraries.
_MODULES = {
    EngineKind.IN_PROCESS: "in_process",
    EngineKind.ENDPOINT: "endpoint",
    EngineKind.VLLM: "vllm",
}


def open_engine(job: EngineJob) -> AbstractContextManager[Engine]:
    """The engine that the job asks for. It lives, with its model or server, as long as the context."""
    kind = (job.generation.engine or EngineSpec()).kind or EngineKind.IN_PROCESS
    name = _MODULES.get(kind)
    if name is None:
        raise user_error(
            "BAD_DOCUMENT",
            f"job: generation.engine.kind: {kind.value} (expected: one of {', '.join(_MODULES)})",
        )
    module = importlib.import_module(f"retort_trainer.engines.{name}")
    opened: Callable[[EngineJob], AbstractContextManager[Engine]] = module.opened
    return opened(job)
