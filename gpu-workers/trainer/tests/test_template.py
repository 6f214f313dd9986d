import json
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import template
from retort_trainer.data import AnswerKind
from retort_trainer.job import StudentTemplate
from retort_trainer.spec import TraceFormat

THINK = StudentTemplate("Think.", TraceFormat.THINK, 256)
THOUGHT = StudentTemplate("", TraceFormat.THOUGHT, 256)


def test_prompt_is_the_chat_template_with_the_system_prompt(tokenizer: Any) -> None:
    assert template.prompt_text(tokenizer, THINK, " 1 + 1? ") == (
        "<|im_start|>system\nThink.<|im_end|>\n<|im_start|>user\n1 + 1?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert template.prompt_text(tokenizer, THOUGHT, "x").startswith("<|im_start|>user\nx")


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        (THINK, "<think>\nOne and one.\n</think>\n\nThe answer is \\boxed{2}.<|im_end|>"),
        (
            THOUGHT,
            "<|begin_of_thought|>\n\nOne and one.\n\n<|end_of_thought|>\n\n"
            "<|begin_of_solution|>\n\nThe answer is \\boxed{2}.\n\n<|end_of_solution|><|im_end|>",
        ),
    ],
)
def test_completion_ends_exactly_with_the_end_of_turn_token(
    tokenizer: Any, student: StudentTemplate, expected: str
) -> None:
    assert template.completion_text(tokenizer, student, "One and one.\n", "2", AnswerKind.MATH) == expected
    encoded = template.encode(tokenizer, student, "1 + 1?", "One and one.", "2", AnswerKind.MATH)
    end = template.end_of_turn_id(tokenizer)
    assert encoded.completion_ids[-1] == end
    assert encoded.completion_ids.count(end) == 1
    assert tokenizer.decode(encoded.completion_ids) == expected
    assert tokenizer.decode(encoded.prompt_ids) == template.prompt_text(tokenizer, student, "1 + 1?")


def test_thought_that_the_prompt_opens_is_not_opened_twice(tokenizer: Any) -> None:
    opening = "{{ '<|im_start|>assistant\n<think>\n' }}"
    tokenizer = type(tokenizer)(
        tokenizer_object=tokenizer.backend_tokenizer,
        eos_token="<|im_end|>",
        chat_template=tokenizer.chat_template.replace("{{ '<|im_start|>assistant\n' }}", opening),
    )
    assert template.completion_text(tokenizer, THINK, "c", "2", AnswerKind.MATH).startswith("c\n</think>")


def test_text_of_the_golden_examples_that_the_export_is_held_to_as_well() -> None:
    examples = json.loads(Path(__file__).with_name("student_text.json").read_text())
    assert examples
    for example in examples:
        student = StudentTemplate(example["system_prompt"], TraceFormat(example["trace_format"]), 256)
        kind = AnswerKind(example["answer_kind"])
        completion = template.trace(example["chain"], example["answer"], kind, student.trace_format)
        assert [
            *template.messages(student, example["problem"]),
            {"role": "assistant", "content": completion},
        ] == example["messages"]
