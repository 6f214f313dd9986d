"""One training stage from job to published model: what SFT and CogPO have in common.

At-least-once: the same job run again adopts its finished model, or resumes from its last complete checkpoint.
"""

import hashlib
import logging
import pickle
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import torch
from peft import PeftModel
from transformers import PrinterCallback, Trainer, TrainerCallback, set_seed
from transformers.utils import is_liger_kernel_available
from transformers.utils import logging as transformers_logging

from retort_trainer import (
    batch_size,
    cogpo,
    documents,
    gpu,
    lora,
    model_folder,
    models,
    packing,
    ranks,
    reporters,
    rewards,
    sft,
    store,
    template,
    validation,
)
from retort_trainer.checkpoints import (
    FINAL_NAME,
    Checkpoint,
    CheckpointCallback,
    CheckpointFolder,
    model_sha256,
)
from retort_trainer.context import STEPS, JobContext
from retort_trainer.failures import JobStopped, user_error
from retort_trainer.job import (
    TrainerJob,
    TrainerProgress,
    TrainerResult,
    TrainingJob,
    TrainingResult,
    TrainingStage,
)
from retort_trainer.progress import ProgressCallback, loss_curve
from retort_trainer.rows import EncodedRows
from retort_trainer.settings import Settings, resolve
from retort_trainer.spec import Batching, DistributedStrategy
from retort_trainer.trainers import OrderedRows, Setup

_log = logging.getLogger(__name__)


def run(job: TrainerJob, context: JobContext, callbacks: Sequence[TrainerCallback] = ()) -> TrainerResult:
    """Runs a training job, or one rank's share of it; `callbacks` come before the job's own.

    Raises RetortError, or JobStopped once a requested stop was carried out.
    """
    assert job.training is not None
    began = time.monotonic()
    training = job.training
    planned = resolve(training.settings, training.stage)
    on_gpu = bool(job.resources.gpus)
    flash = ranks.from_main(lambda: packing.flash_attention(training.model_uri, on_gpu=on_gpu))
    batching = packing.choose(planned.batching, flash)
    planned = replace(planned, batching=batching)
    job_fingerprint = fingerprint(job, batching)
    settings = ranks.from_main(lambda: batch_size.adapted(planned, training.checkpoints_uri, job_fingerprint))
    halving = partial(
        batch_size.halved_on_out_of_memory, settings, training.checkpoints_uri, job_fingerprint, context
    )
    folder = CheckpointFolder(training.checkpoints_uri, job_fingerprint, context)
    finished = ranks.from_main(folder.final)
    if finished is not None:
        result = documents.parse(
            TrainingResult, finished["result"], source=store.join(folder.uri, FINAL_NAME), ignore_unknown=True
        )
        steps = result.steps
        context.progress(TrainerProgress(done=steps, total=steps, unit=STEPS, loss=result.final_loss))
        return TrainerResult(training=result)
    if ranks.is_main():
        folder.sweep()
    transformers_logging.disable_progress_bar()
    datasets.disable_progress_bars()
    models.set_threads(job.resources)
    set_seed(job.seed % 2**32)
    device = models.device_for(job.resources)
    resumed = ranks.from_main(folder.last_complete)
    staging = folder.staging()
    progress = ProgressCallback(context, device, resumed.uri if resumed else "")
    patience = settings.early_stopping_patience
    stop = validation.EarlyStop(patience) if patience else None
    checkpoints = CheckpointCallback(
        folder,
        progress.published,
        settings.checkpoints_kept,
        validation.best_step if stop else lambda history: None,
    )
    try:
        with store.local_folder(training.model_uri) as base:
            tokenizer = model_folder.load_tokenizer(base)
            rows = _encode(training, tokenizer, settings)
            rows.require(training.template.max_length, settings.max_truncated_ratio)
            trained, held_out = rows.split(settings.validation_ratio, job.seed)
            context.raise_if_stopped()
            # Otherwise transformers' default, which masks the other rows of a pack.
            attention = flash if batching is Batching.PACKED else None
            dtype = _dtype(settings, device)
            model = models.load_model(base, dtype, device, attention, lora.quantization(settings.lora, dtype))
            _check_context_length(model, training.template.max_length)
            setup = Setup(
                job=training,
                settings=settings,
                tokenizer=tokenizer,
                model=model,
                rows=trained,
                validation_rows=held_out,
                arguments=trainer_arguments(job, settings, device, staging / "trainer"),
                callbacks=[*callbacks, progress, *([stop] if stop else []), checkpoints],
                context=context,
            )
            with halving():
                # CogPO's reference passes over the pairs here, in batches of the same size.
                trainer = _build(setup)
            trainer.remove_callback(PrinterCallback)
            # Also with smaller batches the rows come in the order of the planned ones.
            trainer.grouped_rows = planned.per_device_batch_size
        with halving():
            _train(trainer, resumed)
        history, steps = trainer.state.log_history, trainer.state.global_step
        stopped_early = stop is not None and stop.is_over(history) and steps < trainer.state.max_steps
        if context.should_stop() and not stopped_early and steps < trainer.state.max_steps:
            raise JobStopped
        best = validation.best_step(history) if stop else None
        taken = steps if best is None else best
        if taken != steps:
            _load(trainer, ranks.from_main(lambda: folder.complete(taken)))
        curve = loss_curve(history)
        result = TrainingResult(
            model_uri=store.join(folder.uri, FINAL_NAME),
            steps=steps,
            final_loss=curve[-1].loss if curve else 0.0,
            first_loss=curve[0].loss if curve else 0.0,
            rows=len(trained),
            truncated_rows=rows.truncated,
            dropped_rows=rows.dropped,
            seconds=time.monotonic() - began,
            curve=curve,
            resumed_from_step=resumed.step if resumed else 0,
            tokens=progress.tokens,
            tokens_per_second=progress.tokens_per_second,
            model_flops_utilization=progress.model_flops_utilization,
            peak_memory_bytes=ranks.largest(gpu.peak_bytes(device)),
            ranks=ranks.size(),
            batching=batching,
            per_device_batch_size=settings.per_device_batch_size,
            gradient_accumulation_steps=settings.gradient_accumulation_steps,
            validation_rows=len(held_out),
            validation_curve=loss_curve(history, validation.LOSS),
            best_step=0 if taken == steps else taken,
            stopped_early=stopped_early,
            reward_curve=rewards.curve(history),
            rewards=rewards.last_pass(history, taken),
            validation_rewards=rewards.held_out(history, taken),
            speed_curve=progress.curves.speeds(),
        )
        _save_final(trainer, tokenizer, training.model_uri, dtype, staging / FINAL_NAME)
        result = replace(result, seconds=time.monotonic() - began)
        if ranks.is_main():
            result = replace(result, model_sha256=model_sha256(staging / FINAL_NAME))
            folder.publish(
                staging / FINAL_NAME, FINAL_NAME, result.steps, {"result": documents.to_value(result)}
            )
        return TrainerResult(training=result)
    finally:
        # Also where training failed: the checkpoint on its way is the one to resume from.
        checkpoints.close()
        shutil.rmtree(staging, ignore_errors=True)


def _train(trainer: Trainer, resumed: Checkpoint | None) -> None:
    if resumed is None:
        trainer.train()
        return
    _log.info("resuming from %s", resumed.uri)
    with store.local_folder(resumed.uri) as checkpoint:
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint))
        except pickle.UnpicklingError as error:
            # PyTorch loads tensors and plain values alone, also where every hash is right.
            raise user_error(
                "DATA_CORRUPT",
                f"{resumed.uri}: the trainer's state is not one that training writes, and was not loaded. "
                f"Delete the folder to go on from the checkpoint before it. {error}",
            ) from error


def _load(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Puts a checkpoint's weights in the place of the trained ones."""
    _log.info("taking the model of %s", checkpoint.uri)
    with store.local_folder(checkpoint.uri) as local:
        trainer.state.best_model_checkpoint = str(local)
        trainer._load_best_model()


def fingerprint(job: TrainerJob, batching: Batching) -> str:
    """Identifies jobs whose checkpoints can be shared: model, data, template, settings, ranks, seed.

    `batching` is what AUTO came to: a step of packs has seen other rows than a step of rows.
    """
    assert job.training is not None
    settings = replace(
        job.training.settings,
        batching=batching,
        checkpoints_kept=None,
        reporters=[],
        halve_batch_on_out_of_memory=None,
    )
    training = replace(job.training, checkpoints_uri="", settings=settings)
    text = documents.to_json([str(job.seed), job.resources.ranks or 1, training])
    return hashlib.sha256(text.encode()).hexdigest()


def _encode(job: TrainingJob, tokenizer: Any, settings: Settings) -> EncodedRows:
    return {TrainingStage.SFT: sft.encode, TrainingStage.COGPO: cogpo.encode}[job.stage](
        job, tokenizer, settings
    )


def _build(setup: Setup) -> OrderedRows:
    return {TrainingStage.SFT: sft.build, TrainingStage.COGPO: cogpo.build}[setup.job.stage](setup)


def _dtype(settings: Settings, device: torch.device) -> torch.dtype:
    # Whole-model training keeps float32 weights under autocast: at 1e-6 bfloat16 weights do not change.
    return torch.bfloat16 if device.type == "cuda" and settings.lora is not None else torch.float32


def trainer_arguments(
    job: TrainerJob, settings: Settings, device: torch.device, output: Path
) -> dict[str, Any]:
    """Keyword arguments that TRL's configurations share."""
    assert job.training is not None
    on_gpu = device.type == "cuda"
    return {
        "output_dir": str(output),
        "max_length": job.training.template.max_length,
        "num_train_epochs": settings.epochs,
        "max_steps": settings.max_steps or -1,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": settings.warmup_ratio,
        "weight_decay": settings.weight_decay,
        "per_device_train_batch_size": settings.per_device_batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation_steps,
        "activation_checkpointing": on_gpu
        if settings.activation_checkpointing is None
        else settings.activation_checkpointing,
        # On CPUs bfloat16 autocast does not pay: 1.6 times the float32 step, even with AVX512-BF16.
        "bf16": on_gpu,
        "use_cpu": not on_gpu,
        "seed": job.seed % 2**32,
        "data_seed": job.seed % 2**32,
        "logging_steps": 1,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps",
        "save_steps": settings.checkpoint_steps,
        "eval_strategy": "steps" if settings.validation_ratio else "no",
        "eval_steps": settings.validation_steps,
        "per_device_eval_batch_size": settings.per_device_batch_size,
        "report_to": reporters.report_to(settings.reporters),
        "use_liger_kernel": on_gpu and settings.liger and is_liger_kernel_available(),
        "disable_tqdm": True,
        # The collators pick their columns; the order needs the length.
        "remove_unused_columns": False,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": on_gpu,
        **ranks.arguments(
            job.training.settings.strategy or DistributedStrategy.DDP,
            lora=settings.lora is not None,
            on_gpu=on_gpu,
        ),
    }


def _check_context_length(model: Any, max_length: int) -> None:
    limit = getattr(model.config, "max_position_embeddings", None)
    if limit is not None and max_length > limit:
        raise user_error(
            "MAX_LENGTH_TOO_LARGE",
            f"max_length: {max_length} (expected: <= {limit}, the model's max_position_embeddings)",
        )


def _save_final(trainer: Trainer, tokenizer: Any, base_uri: str, dtype: torch.dtype, folder: Path) -> None:
    # Collective where each rank holds a shard; rank 0 alone gets the whole.
    state = trainer.accelerator.get_state_dict(trainer.model_wrapped) if trainer.is_fsdp_enabled else None
    if not ranks.is_main():
        return
    model: Any = trainer.accelerator.unwrap_model(trainer.model)
    if isinstance(model, PeftModel):
        lora.save_adapter(model, base_uri, folder / lora.ADAPTER_NAME)
        model = lora.merged(model, base_uri, dtype, folder.with_name("adapter"))
    # Plain generate() has to stop where the student learnt to stop.
    model.generation_config.eos_token_id = template.end_of_turn_id(tokenizer)
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder, safe_serialization=True, state_dict=state)
    tokenizer.save_pretrained(folder)
