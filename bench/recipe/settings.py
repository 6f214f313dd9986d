"""What every cell of the benchmark has in common. Cells of other settings are never mixed."""

from dataclasses import dataclass

from retort_trainer.job import StudentTemplate
from retort_trainer.spec import LoraSpec, PreferenceObjective, TraceFormat, TrainingSpec

ARMS = ("base", "sft-raw", "sft-curated", "cogpo", "dpo")

# The student of the released models is asked with it, and so is the demo's.
SYSTEM_PROMPT = (
    "Your role as an assistant involves thoroughly exploring questions through a systematic long thinking "
    "process before providing the final precise and accurate solutions."
)


@dataclass(frozen=True)
class Settings:
    """Sizes and rates. A raw and a curated arm take as many steps of as many rows."""

    # Of the generator's training rows, in their order, before curation.
    rows: int
    # Pairs are made of the first so many rows, at most so many of each.
    pair_rows: int
    pairs_per_problem: int
    # "eval", or "dev" to choose settings with.
    split: str
    problems: int
    samples: int
    max_new_tokens: int
    sft_steps: int
    sft_learning_rate: float
    stage2_steps: int
    stage2_learning_rate: float
    # Of plain DPO.
    beta: float
    threads: int

    @property
    def template(self) -> StudentTemplate:
        return StudentTemplate(system_prompt=SYSTEM_PROMPT, trace_format=TraceFormat.THINK, max_length=256)

    def training(self, arm: str) -> TrainingSpec:
        """The settings of an arm that trains."""
        if arm.startswith("sft"):
            return _spec(self.sft_steps, self.sft_learning_rate, rows=8)
        if arm == "cogpo":
            return _spec(self.stage2_steps, self.stage2_learning_rate, rows=4)
        return _spec(
            self.stage2_steps,
            self.stage2_learning_rate,
            rows=4,
            objective=PreferenceObjective.DPO,
            beta=self.beta,
        )


def _spec(
    steps: int,
    rate: float,
    rows: int,
    objective: PreferenceObjective | None = None,
    beta: float | None = None,
) -> TrainingSpec:
    return TrainingSpec(
        # More than the steps take: max_steps ends the training.
        epochs=100.0,
        max_steps=steps,
        learning_rate=rate,
        per_device_batch_size=rows,
        gradient_accumulation_steps=1,
        checkpoint_steps=steps,
        lora=LoraSpec(rank=16),
        objective=objective,
        beta=beta,
    )
