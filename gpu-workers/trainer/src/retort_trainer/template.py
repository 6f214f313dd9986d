"""Renders problems and chains as text, for training, generation and export.

The prompt is the tokenizer's own chat template with the system prompt and the problem. The completion is the
trace, the answer, and the template's end-of-turn token; nothing follows that token.
"""

import functools
from dataclasses import dataclass
from typing import Any

from retort_trainer.data import AnswerKind
from retort_trainer.failures import user_error
from retort_trainer.job import StudentTemplate
from retort_trainer.spec import TraceFormat

_PROBE = "retort-end-of-turn-probe"


@dataclass(frozen=True)
class Encoded:
    """Token ids of a prompt and of a completion; their concatenation is the training sequence."""

    prompt_ids: list[int]
    completion_ids: list[int]

    def __len__(self) -> int:
        return len(self.prompt_ids) + len(self.completion_ids)


def solution(answer: str, kind: AnswerKind) -> str:
    """The instruction to state an answer in the form that the evaluation's answer parser recognises."""
    if kind is AnswerKind.CODE:
        return f"```python\n{answer.strip()}\n```"
    return f"The answer is \\boxed{{{answer}}}."


def trace(chain: str, answer: str, kind: AnswerKind, trace_format: TraceFormat) -> str:
    """An assistant turn: the chain between the format's markers, then the answer."""
    chain = chain.strip()
    if trace_format is TraceFormat.THOUGHT:
        return (
            f"<|begin_of_thought|>\n\n{chain}\n\n<|end_of_thought|>\n\n"
            f"<|begin_of_solution|>\n\n{solution(answer, kind)}\n\n<|end_of_solution|>"
        )
    return f"<think>\n{chain}\n</think>\n\n{solution(answer, kind)}"


def messages(template: StudentTemplate, problem: str) -> list[dict[str, str]]:
    """Chat messages up to the assistant's turn."""
    turns = [{"role": "user", "content": problem.strip()}]
    if template.system_prompt:
        turns.insert(0, {"role": "system", "content": template.system_prompt})
    return turns


def prompt_text(tokenizer: Any, template: StudentTemplate, problem: str) -> str:
    """The rendered prompt, up to the start of the assistant's turn."""
    return str(
        tokenizer.apply_chat_template(messages(template, problem), tokenize=False, add_generation_prompt=True)
    )


def completion_text(
    tokenizer: Any, template: StudentTemplate, chain: str, answer: str, kind: AnswerKind
) -> str:
    """The assistant's text after `prompt_text`, ending exactly with the end-of-turn token."""
    text = trace(chain, answer, kind, template.trace_format)
    prompt = prompt_text(tokenizer, template, _PROBE).rstrip()
    # The templates of some reasoning models open the thought in the prompt.
    if prompt.endswith("<think>"):
        text = text.removeprefix("<think>\n")
    return text + end_of_turn(tokenizer)


def encode(
    tokenizer: Any, template: StudentTemplate, problem: str, chain: str, answer: str, kind: AnswerKind
) -> Encoded:
    """Token ids of a training row. Prompt and completion are tokenised separately, as in generation."""
    completion = completion_text(tokenizer, template, chain, answer, kind)
    return Encoded(
        prompt_ids=prompt_ids(tokenizer, template, problem),
        completion_ids=list(tokenizer(completion, add_special_tokens=False)["input_ids"]),
    )


def prompt_ids(tokenizer: Any, template: StudentTemplate, problem: str) -> list[int]:
    """Token ids of `prompt_text`."""
    return list(tokenizer(prompt_text(tokenizer, template, problem), add_special_tokens=False)["input_ids"])


def end_of_turn(tokenizer: Any) -> str:
    """The token that ends an assistant turn in this tokenizer's chat template."""
    if tokenizer.chat_template is None:
        raise user_error(
            "MODEL_INCOMPLETE", "the tokenizer has no chat_template (expected: one, as instruct models have)"
        )
    return _end_of_turn(tokenizer, str(tokenizer.chat_template))


def end_of_turn_id(tokenizer: Any) -> int:
    """The id of `end_of_turn`, at which generation stops."""
    return int(tokenizer.convert_tokens_to_ids(end_of_turn(tokenizer)))


def control_tokens(tokenizer: Any) -> list[str]:
    """Control tokens of the chat template, which the text of a row must not contain."""
    return list(dict.fromkeys([*tokenizer.all_special_tokens, end_of_turn(tokenizer)]))


def usable(control_tokens: list[str], texts: list[str]) -> bool:
    """Whether every text of a row is non-empty and without control tokens; training excludes other rows."""
    return all(text.strip() for text in texts) and not any(
        token in text for token in control_tokens for text in texts
    )


@functools.lru_cache(maxsize=8)
def _end_of_turn(tokenizer: Any, chat_template: str) -> str:
    del chat_template  # part of the cache's key
    turns = [{"role": "user", "content": "x"}, {"role": "assistant", "content": _PROBE}]
    rendered = str(tokenizer.apply_chat_template(turns, tokenize=False))
    tail = rendered.rpartition(_PROBE)[2]
    specials = [token for token in tokenizer.all_special_tokens if token in tail]
    specials += [str(token) for token in tokenizer.added_tokens_decoder.values() if str(token) in tail]
    if specials:
        return str(min(specials, key=lambda token: (tail.index(token), -len(token))))
    if tokenizer.eos_token:
        return str(tokenizer.eos_token)
    raise user_error(
        "MODEL_INCOMPLETE", "neither the chat template nor the tokenizer has an end-of-turn token"
    )
