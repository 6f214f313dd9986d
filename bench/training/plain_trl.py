# SPDX-License-Identifier: Apache-2.0
"""`plain_trl.py JOB.json OUTPUT SAMPLING`: trains the job with TRL alone, in a separate process.

The rows are the same tokens that Retort trains on. The sampling is the Trainer's own "random" or
"group_by_length"; DPO keeps its reference model. Writes OUTPUT/bench.json.
"""

import json
import sys
from pathlib import Path

import torch
from datasets import Dataset
from retort_trainer import model_folder, models, store
from retort_trainer.data import PreferencePair, Sample
from retort_trainer.job import TrainingStage, parse_job
from retort_trainer.rows import encode_pairs, encode_samples
from transformers import AutoModelForCausalLM, TrainerCallback
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer


class Lines(TrainerCallback):
    """Prints the same lines as `python -m retort_trainer`, so that both are measured in the same way."""

    def on_train_begin(self, args, state, control, **kwargs):
        print(f"0/{state.max_steps} steps", file=sys.stderr, flush=True)

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs:
            print(f"{state.global_step}/{state.max_steps} steps", file=sys.stderr, flush=True)


class TokenizedDPOTrainer(DPOTrainer):
    """DPOTrainer on rows that are already tokens."""

    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset


class CountingCollator:
    """Counts the positions of each batch, including padding."""

    def __init__(self, collator):
        self.collator = collator
        self.places = 0

    def __call__(self, rows):
        batch = self.collator(rows)
        self.places += batch["input_ids"].numel()
        return batch


def main() -> None:
    job = parse_job(Path(sys.argv[1]).read_bytes())
    output = Path(sys.argv[2])
    training, settings = job.training, job.training.settings
    models.set_threads(job.resources)
    tokenizer = model_folder.load_tokenizer(Path(training.model_uri))
    # By its folder, as users do, because DPOTrainer loads its reference model from there.
    model = AutoModelForCausalLM.from_pretrained(training.model_uri, dtype=torch.float32)
    arguments = {
        "output_dir": str(output / "trl"),
        "max_length": training.template.max_length,
        "num_train_epochs": settings.epochs,
        "max_steps": settings.max_steps or -1,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.1,
        "weight_decay": settings.weight_decay,
        "per_device_train_batch_size": settings.per_device_batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation_steps,
        # TRL's defaults are True, which slows CPUs down; Retort's job also sets false.
        "gradient_checkpointing": False,
        "bf16": False,
        "use_cpu": True,
        "seed": job.seed,
        "logging_steps": 1,
        "report_to": "none",
        "disable_tqdm": True,
        "train_sampling_strategy": sys.argv[3],
        "dataloader_pin_memory": False,
    }
    if training.stage is TrainingStage.SFT:
        rows = encode_samples(store.read_rows(training.dataset, Sample), tokenizer, training.template).rows
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(**arguments, dataset_kwargs={"skip_prepare_dataset": True}),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=[Lines()],
        )
    else:
        rows = encode_pairs(
            store.read_rows(training.dataset, PreferencePair), tokenizer, training.template
        ).rows
        trainer = TokenizedDPOTrainer(
            model=model,
            args=DPOConfig(**arguments, beta=rows[0]["beta"]),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=[Lines()],
        )
    trainer.data_collator = counting = CountingCollator(trainer.data_collator)
    trainer.train()
    trainer.save_model(str(output / "final"))
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    (output / "bench.json").write_text(json.dumps({"losses": losses, "places": counting.places}))


if __name__ == "__main__":
    main()
