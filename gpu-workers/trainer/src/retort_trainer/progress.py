"""From Hugging Face's trainer to the job's context: progress, stops, and losses that are not numbers."""

import math
import time
from dataclasses import replace
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from retort_trainer import flops, gpu, ranks, rewards, validation
from retort_trainer.context import STEPS, JobContext
from retort_trainer.curves import Curves
from retort_trainer.failures import user_error
from retort_trainer.job import LossPoint, TrainerProgress

MAX_CURVE_POINTS = 200


class ProgressCallback(TrainerCallback):
    """Reports every optimizer step. A stop request ends training after a checkpoint of the step under way."""

    def __init__(self, context: JobContext, device: torch.device, checkpoint_uri: str = "") -> None:
        self._context = context
        self._device = device
        self._peak_flops = gpu.peak_flops(device) * ranks.size()
        self._flops_per_token = 0.0
        self.checkpoint_uri = checkpoint_uri
        self._began_at = 0.0
        self._began_step = 0
        self._last = TrainerProgress()
        self.curves = Curves()
        # Of this attempt: real tokens that were trained on, and seconds of its training loop.
        self.tokens = 0
        self.seconds = 0.0

    @property
    def tokens_per_second(self) -> float:
        """Of all ranks."""
        return self.tokens / self.seconds if self.tokens else 0.0

    @property
    def model_flops_utilization(self) -> float:
        """Share of all ranks' GPUs, 0 to 1; 0 where the peak is not known."""
        if not self._peak_flops:
            return 0.0
        return self.tokens_per_second * self._flops_per_token / self._peak_flops

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: Any = None,
        **kwargs: Any,
    ) -> None:
        self._flops_per_token = flops.per_token(model)
        self._began_at = time.monotonic()
        self._began_step = state.global_step
        evaluations = loss_curve(state.log_history, validation.LOSS)
        self._report(
            TrainerProgress(
                done=state.global_step,
                total=state.max_steps,
                unit=STEPS,
                validation_loss=evaluations[-1].loss if evaluations else 0.0,
            )
        )

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self._context.should_stop():
            control.should_save = True
            control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        self.seconds = max(time.monotonic() - self._began_at, 1e-9)
        if logs is None:
            return
        for name in ("loss", "grad_norm", validation.LOSS):
            if not math.isfinite(logs.get(name, 0.0)):
                raise user_error(
                    "NAN_LOSS",
                    f"{name} is {logs[name]} at step {state.global_step} of {state.max_steps} "
                    f"(learning_rate {logs.get('learning_rate', 0.0):g}). Lower learning_rate or "
                    "check the data.",
                )
        if validation.LOSS in logs:
            self._report(replace(self._last, validation_loss=logs[validation.LOSS]))
        if "loss" not in logs:
            return
        self.tokens = int(logs.get("num_tokens", 0))
        steps = max(state.global_step - self._began_step, 1)
        self.curves.add_speed(state.global_step, self.tokens_per_second)
        load = gpu.load(self._device)
        self._report(
            TrainerProgress(
                done=state.global_step,
                total=state.max_steps,
                unit=STEPS,
                loss=logs["loss"],
                learning_rate=logs.get("learning_rate", 0.0),
                tokens_per_second=self.tokens_per_second,
                eta_seconds=self.seconds / steps * (state.max_steps - state.global_step),
                validation_loss=self._last.validation_loss,
                gpu_memory_bytes=load.memory_bytes,
                gpu_utilization=load.utilization,
                model_flops_utilization=self.model_flops_utilization,
                rewards=rewards.latest(state.log_history),
                curves=self.curves.latest(state.log_history),
            )
        )

    def published(self, uri: str) -> None:
        """Reports a new complete checkpoint."""
        self.checkpoint_uri = uri
        self._report(self._last)

    def _report(self, progress: TrainerProgress) -> None:
        self._last = replace(progress, checkpoint_uri=self.checkpoint_uri)
        self._context.progress(self._last)


def loss_curve(history: list[dict[str, float]], name: str = "loss") -> list[LossPoint]:
    """The losses logged under a name: at most MAX_CURVE_POINTS, evenly thinned, first and last included."""
    points = [LossPoint(int(entry["step"]), float(entry[name])) for entry in history if name in entry]
    if len(points) <= MAX_CURVE_POINTS:
        return points
    stride = (len(points) - 1) / (MAX_CURVE_POINTS - 1)
    return [points[round(index * stride)] for index in range(MAX_CURVE_POINTS)]
