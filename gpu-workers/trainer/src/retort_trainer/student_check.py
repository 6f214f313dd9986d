"""Checks with a student's tokenizer and configuration whether it can be trained and evaluated as the spec
requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from retort_trainer import model_folder, template
from retort_trainer.data import AnswerKind, Sample
from retort_trainer.failures import RetortError, user_error
from retort_trainer.job import StudentTemplate

# The shortest possible row.
_SHORTEST = Sample(problem="?", chain="?", answer="?", answer_kind=AnswerKind.MATH)


@dataclass(frozen=True)
class Lengths:
    """Tokens of the model's context (None: unknown), of the shortest row, and of each given row, excluding
    rows that training excludes for another reason."""

    context: int | None
    shortest: int
    rows: list[int]


def check(folder: Path, student: StudentTemplate, max_new_tokens: int, rows: Iterable[Sample]) -> Lengths:
    """Renders rows with the student's own chat template.

    `max_new_tokens` is the largest of the benchmarks, 0 if the run does not evaluate. Raises a USER failure
    for problems that no data could fix: a template that cannot be rendered, or no room for any row or answer.
    """
    tokenizer = model_folder.load_tokenizer(folder)
    shortest = _render(folder, tokenizer, student)
    context = model_folder.context_length(folder)
    if context is not None and student.max_length > context:
        raise user_error(
            "MAX_LENGTH_TOO_LARGE",
            f"student.max_length: {student.max_length} (expected: <= {context}, the max_position_embeddings "
            f"of {folder})",
        )
    if len(shortest) > student.max_length:
        raise user_error(
            "MAX_LENGTH_TOO_SMALL",
            f"student.max_length: {student.max_length} (expected: >= {len(shortest)}, which the system "
            "prompt and the turns of the shortest row take by themselves)",
        )
    prompt = len(shortest.prompt_ids)
    if context is not None and max_new_tokens and prompt + max_new_tokens > context:
        raise user_error(
            "CONTEXT_TOO_SMALL",
            f"evaluation.max_new_tokens, or that of a benchmark: {max_new_tokens} "
            f"(expected: <= {max(0, context - prompt)}: the shortest prompt takes {prompt} of the model's "
            f"{context} positions)",
        )
    control = template.control_tokens(tokenizer)
    lengths = [
        len(template.encode(tokenizer, student, row.problem, row.chain, row.answer, row.answer_kind))
        for row in rows
        if template.usable(control, [row.problem, row.chain, row.answer])
    ]
    return Lengths(context, len(shortest), lengths)


def _render(folder: Path, tokenizer: Any, student: StudentTemplate) -> template.Encoded:
    try:
        return _encode(tokenizer, student)
    except RetortError:
        raise
    # Templates are programs of the model's authors and raise arbitrary exceptions.
    except Exception as error:
        system = student.system_prompt and _renders(tokenizer, replace(student, system_prompt=""))
        if system:
            raise user_error(
                "SYSTEM_TURN_REFUSED",
                f"student.system_prompt: the chat template of {folder} refuses a system turn: {error} "
                '(expected: a template that takes one, or student.system_prompt: "")',
            ) from error
        raise user_error(
            "CHAT_TEMPLATE_UNUSABLE",
            f"student.model: the chat template of {folder} cannot be rendered: "
            f"{type(error).__name__}: {error} (expected: one that takes a user's and an assistant's turn)",
        ) from error


def _renders(tokenizer: Any, student: StudentTemplate) -> bool:
    try:
        _encode(tokenizer, student)
    except Exception:
        return False
    return True


def _encode(tokenizer: Any, student: StudentTemplate) -> template.Encoded:
    row = _SHORTEST
    return template.encode(tokenizer, student, row.problem, row.chain, row.answer, row.answer_kind)
