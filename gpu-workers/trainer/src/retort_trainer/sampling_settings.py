"""How answers are drawn from a model."""

from dataclasses import dataclass

from retort_trainer.failures import user_error
from retort_trainer.job import GenerationJob


@dataclass(frozen=True)
class Sampling:
    """`temperature` 0 takes the likeliest token; `top_p` is in (0, 1]."""

    temperature: float
    top_p: float
    max_new_tokens: int

    def room(self, prompt_tokens: int, context: int | None, sample_id: str) -> int:
        """The most new tokens after a prompt: no sequence grows beyond the model's context.

        Raises PROMPT_TOO_LONG (USER), which names the sample, where the context has room for none.
        """
        if context is None:
            return self.max_new_tokens
        if prompt_tokens >= context:
            raise user_error(
                "PROMPT_TOO_LONG",
                f"sample {sample_id}: {prompt_tokens} tokens "
                f"(expected: below {context}, the model's context)",
            )
        return min(self.max_new_tokens, context - prompt_tokens)


def of(job: GenerationJob) -> Sampling:
    """A job's settings. Raises BAD_DOCUMENT (USER) for those out of range."""
    for name in ("samples", "max_new_tokens", "batch_size"):
        if getattr(job, name) < 1:
            raise user_error("BAD_DOCUMENT", f"job: generation.{name}: {getattr(job, name)} (expected: >= 1)")
    if not 0 <= job.temperature <= 2:
        raise user_error(
            "BAD_DOCUMENT", f"job: generation.temperature: {job.temperature} (expected: from 0 to 2)"
        )
    # Proto3 leaves no trace of a field that was not set.
    top_p = job.top_p or 1.0
    if not 0 < top_p <= 1:
        raise user_error("BAD_DOCUMENT", f"job: generation.top_p: {top_p} (expected: above 0, at most 1)")
    return Sampling(job.temperature, top_p, job.max_new_tokens)
