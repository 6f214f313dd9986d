"""Checks of a spec with the student's own files, before any paid work."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import model_folder as folders
from retort_trainer import student_check, template, tiny_model
from retort_trainer.data import Sample
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.rows import encode_samples
from tests.conftest import TEMPLATE
from tests.test_answer_server import ask

NO_SYSTEM_TURN = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
)


@pytest.fixture
def student(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "student"))


def edit(student: Path, chat_template: Any) -> None:
    (student / "chat_template.jinja").unlink(missing_ok=True)
    file = student / "tokenizer_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "chat_template": chat_template}))


def failure(student: Path, **changes: Any) -> RetortError:
    max_new_tokens = changes.pop("max_new_tokens", 0)
    with pytest.raises(RetortError) as caught:
        student_check.check(student, replace(TEMPLATE, **changes), max_new_tokens, [])
    assert caught.value.category is FailureCategory.USER
    return caught.value


def test_lengths_are_those_of_training(student: Path, samples: list[Sample], tokenizer: Any) -> None:
    rows = [*samples, Sample(problem="a", chain="<|im_end|>", answer="1"), Sample(problem="a", answer="1")]
    found = student_check.check(student, TEMPLATE, 512, rows)
    assert found.rows == [row["length"] for row in encode_samples(samples, tokenizer, TEMPLATE).rows]
    assert found.context == tiny_model.MAX_POSITIONS
    assert 0 < found.shortest < min(found.rows)


def test_template_that_refuses_the_system_turn(student: Path, tokenizer: Any) -> None:
    edit(student, NO_SYSTEM_TURN + tokenizer.chat_template)
    error = failure(student)
    assert error.type == "SYSTEM_TURN_REFUSED"
    assert "System role not supported" in error.message
    assert 'student.system_prompt: ""' in error.message
    assert student_check.check(student, replace(TEMPLATE, system_prompt=""), 0, []).shortest > 0


@pytest.mark.parametrize("broken", ["{% for %}", "{{ raise_exception('no') }}", "{{ messages[9].content }}"])
def test_template_that_cannot_be_rendered(student: Path, broken: str) -> None:
    edit(student, broken)
    error = failure(student)
    assert error.type == "CHAT_TEMPLATE_UNUSABLE"
    assert str(student) in error.message


def test_of_named_templates_the_default_one(student: Path, tokenizer: Any, samples: list[Sample]) -> None:
    plain = student_check.check(student, TEMPLATE, 0, samples)
    named = [
        {"name": "tool_use", "template": "{{ raise_exception('tools') }}"},
        {"name": "default", "template": tokenizer.chat_template},
    ]
    edit(student, named)
    assert student_check.check(student, TEMPLATE, 0, samples) == plain
    loaded = folders.load_tokenizer(student)
    assert loaded.chat_template == tokenizer.chat_template
    assert template.end_of_turn(loaded) == "<|im_end|>"

    edit(student, named[:1])
    error = failure(student)
    assert error.type == "MODEL_INCOMPLETE"
    assert "tool_use (expected: one named default" in error.message


def test_longer_than_the_context(student: Path) -> None:
    error = failure(student, max_length=tiny_model.MAX_POSITIONS + 1)
    assert error.type == "MAX_LENGTH_TOO_LARGE"
    assert error.message.startswith(
        "student.max_length: 4097 (expected: <= 4096, the max_position_embeddings"
    )
    assert student_check.check(student, replace(TEMPLATE, max_length=4096), 0, []).context == 4096


def test_no_row_can_fit(student: Path) -> None:
    shortest = student_check.check(student, TEMPLATE, 0, []).shortest
    assert student_check.check(student, replace(TEMPLATE, max_length=shortest), 0, [])
    error = failure(student, max_length=shortest - 1)
    assert error.type == "MAX_LENGTH_TOO_SMALL"
    assert "system prompt" in error.message


def test_no_room_for_answers(student: Path) -> None:
    error = failure(student, max_new_tokens=4096)
    assert error.type == "CONTEXT_TOO_SMALL"
    assert "evaluation.max_new_tokens, or that of a benchmark: 4096 (expected: <= " in error.message


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"max_position_embeddings": 64}, 64),
        ({"text_config": {"max_position_embeddings": 32}}, 32),
        ({"max_position_embeddings": "x"}, None),
        ([], None),
    ],
)
def test_context_length(tmp_path: Path, config: Any, expected: int | None) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert folders.context_length(tmp_path) == expected


def test_the_pipeline_asks_the_answer_server(student: Path, samples: list[Sample]) -> None:
    rows = [{"problem": row.problem, "chain": row.chain, "answer": row.answer} for row in samples]
    marks = {"system_prompt": "Think.", "trace_format": "TRACE_FORMAT_THINK", "max_length": 256}
    question = {"student": str(student), "template": marks, "max_new_tokens": 16, "rows": rows}
    found = student_check.check(student, TEMPLATE, 16, samples)
    told, refused, bad = ask(
        [
            json.dumps({"id": 1, **question}).encode(),
            json.dumps({"id": 2, **question, "max_new_tokens": 5000}).encode(),
            json.dumps({"id": 3, **question, "rows": 7}).encode(),
        ]
    )
    assert told == {"id": 1, "context": 4096, "shortest": found.shortest, "tokens": found.rows}
    assert (refused["category"], refused["type"]) == ("FAILURE_CATEGORY_USER", "CONTEXT_TOO_SMALL")
    assert bad == {"id": 3, "error": "rows: 7 (expected: a list)"}
