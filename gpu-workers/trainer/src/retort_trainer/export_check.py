"""What a model says to a few problems, to tell whether a copy of it is the same model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

CHECK_TOKENS = 64

# Of mean log-probabilities. The same weights in one dtype on one device give the same numbers.
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Said:
    """Greedy answers to prompts, as text and tokens, and the mean log-probability per token of given ones."""

    texts: list[str]
    tokens: list[list[int]]
    log_probabilities: list[float]


def prompts(tokenizer: Any, texts: Sequence[str]) -> list[Any]:
    """Tokens of texts that already went through the chat template."""
    return [tokenizer(text, add_special_tokens=False, return_tensors="pt") for text in texts]


@torch.inference_mode()
def say(model: Any, tokenizer: Any, encoded: Sequence[Any], answers: list[list[int]] | None = None) -> Said:
    """Answers every prompt greedily, and scores `answers`; None: its own."""
    texts, tokens = [], []
    for one in encoded:
        inputs = {name: one[name].to(model.device) for name in ("input_ids", "attention_mask")}
        generated = model.generate(
            **inputs, max_new_tokens=CHECK_TOKENS, do_sample=False, temperature=None, top_p=None, top_k=None
        )
        said = generated[0, inputs["input_ids"].shape[1] :]
        tokens.append(said.tolist())
        texts.append(str(tokenizer.decode(said, skip_special_tokens=True)))
    scored = tokens if answers is None else answers
    means = [_mean_log_probability(model, one, answer) for one, answer in zip(encoded, scored, strict=True)]
    return Said(texts, tokens, means)


@torch.inference_mode()
def say_plainly(
    folder: Path, problems: Sequence[str], device: torch.device, answers: list[list[int]]
) -> Said:
    """As `say`, of a model folder that is loaded as any user would, without a system message."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").to(device).eval()
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": problem.strip()}], tokenize=False, add_generation_prompt=True
        )
        for problem in problems
    ]
    return say(model, tokenizer, prompts(tokenizer, texts), answers)


def difference(expected: Said, found: Said) -> str | None:
    """How two copies of a model differ; None where they are the same."""
    for text, other in zip(expected.texts, found.texts, strict=True):
        if text != other:
            return f"generates {other[:200]!r} (expected: {text[:200]!r})"
    shift = largest_shift(expected, found)
    if not shift <= _TOLERANCE:  # NaN too.
        return f"gives answers other log-probabilities, by {shift:.6f} per token (expected: the same)"
    return None


def largest_shift(one: Said, other: Said) -> float:
    """The largest difference of the mean log-probabilities of the same answers."""
    pairs = zip(one.log_probabilities, other.log_probabilities, strict=True)
    shifts = [abs(left - right) for left, right in pairs]
    return math.nan if any(math.isnan(shift) for shift in shifts) else max(shifts)


def _mean_log_probability(model: Any, encoded: Any, answer: list[int]) -> float:
    prompt = encoded["input_ids"].to(model.device)
    target = torch.tensor([answer], device=prompt.device)
    logits = model(input_ids=torch.cat([prompt, target], dim=1)).logits[0, prompt.shape[1] - 1 : -1]
    # In float32: the softmax of a bfloat16 model's logits would round once more.
    chosen = torch.log_softmax(logits.float(), dim=-1).gather(1, target[0, :, None])
    return float(chosen.mean())
