"""Reporters of Hugging Face's trainer in addition to the job's own progress."""

import importlib.util

from retort_trainer.failures import user_error
from retort_trainer.spec import Reporter

_PACKAGES = {
    Reporter.TENSORBOARD: "tensorboard",
    Reporter.MLFLOW: "mlflow",
    Reporter.WANDB: "wandb",
}


def report_to(reporters: list[Reporter]) -> list[str] | str:
    """The trainer's argument. Raises a USER failure for a reporter whose package is not installed."""
    names = [_PACKAGES[reporter] for reporter in reporters]
    for name in names:
        if importlib.util.find_spec(name) is None:
            raise user_error(
                "REPORTER_MISSING",
                f"reporters: {name} (expected: installed in the trainer's Python environment). "
                "Install it on the trainer's nodes, or leave it out.",
            )
    return names or "none"
