"""Exports of the tiny model: what a stranger gets, and what is refused."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from retort_trainer import export, jobs, template
from retort_trainer.context import JobContext
from retort_trainer.failures import FailureCategory, RetortError
from retort_trainer.job import ExportJob, ExportResult, TrainerJob
from retort_trainer.spec import ResourceSpec
from tests.conftest import TEMPLATE

PROBLEM = 'What is "1 + 1"?'


@pytest.fixture
def make_export(model_folder: Path, tmp_path: Path) -> Callable[..., TrainerJob]:
    def make(**changes: Any) -> TrainerJob:
        fields: dict[str, Any] = {
            "model_uri": str(model_folder),
            "output_uri": (tmp_path / "models" / "tiny" / "versions" / "1").as_uri(),
            "template": TEMPLATE,
            "check_problem": PROBLEM,
        }
        return TrainerJob(
            schema_version=1,
            run_id="run-1",
            job_name="export",
            export=ExportJob(**{**fields, **changes}),
            resources=ResourceSpec(cpus=1),
        )

    return make


def run(job: TrainerJob) -> ExportResult:
    result = jobs.run(job, JobContext()).export
    assert result is not None
    return result


def test_published_folder_works_for_anyone(
    make_export: Callable[..., TrainerJob], tmp_path: Path, tokenizer: Any
) -> None:
    result = run(make_export())
    folder = tmp_path / "models" / "tiny" / "versions" / "1"
    assert result.model_uri == folder.as_uri()
    assert {file.name for file in folder.iterdir()} == result.files.keys()
    for name in ("config.json", "generation_config.json", "model.safetensors", "README.md", "tokenizer.json"):
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == result.files[name]
    model = AutoModelForCausalLM.from_pretrained(folder)
    found = AutoTokenizer.from_pretrained(folder)
    assert model.num_parameters() == result.parameters
    assert model.generation_config.eos_token_id == template.end_of_turn_id(tokenizer)

    user = [{"role": "user", "content": PROBLEM}]
    system = [{"role": "system", "content": TEMPLATE.system_prompt}]
    prompt = found.apply_chat_template(user, tokenize=False, add_generation_prompt=True)
    assert prompt == template.prompt_text(tokenizer, TEMPLATE, PROBLEM)
    assert prompt == found.apply_chat_template(system + user, tokenize=False, add_generation_prompt=True)
    inputs = found([prompt], return_tensors="pt", add_special_tokens=False)
    generated = model.generate(
        input_ids=inputs.input_ids,
        attention_mask=inputs.attention_mask,
        max_new_tokens=export.CHECK_TOKENS,
        do_sample=False,
    )
    said = found.batch_decode(generated[:, inputs.input_ids.shape[1] :], skip_special_tokens=True)[0]
    assert said == result.check_generation

    card = (folder / "README.md").read_text()
    assert "AutoModelForCausalLM.from_pretrained" in card
    assert '"What is \\"1 + 1\\"?"' in card
    assert "| run | `run-1` |" in card


def test_again_gives_the_same_and_leaves_the_reservation(
    make_export: Callable[..., TrainerJob], tmp_path: Path
) -> None:
    folder = tmp_path / "models" / "tiny" / "versions" / "1"
    folder.mkdir(parents=True)
    (folder / "reservation.json").write_text("{}")
    first = run(make_export())
    (folder / "model.safetensors").write_bytes(b"half of i")
    again = run(make_export())
    assert first == again
    assert (folder / "reservation.json").read_text() == "{}"
    assert (
        hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        == first.files["model.safetensors"]
    )
    assert [path.name for path in folder.parent.iterdir()] == ["1"]


def test_a_folder_that_says_something_else_is_not_published(
    make_export: Callable[..., TrainerJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "generate_plainly", lambda *_: "something else")
    with pytest.raises(RetortError, match=r"EXPORT_MISMATCH.*something else") as raised:
        run(make_export())
    assert raised.value.category is FailureCategory.PLATFORM
    assert not list((tmp_path / "models" / "tiny" / "versions").iterdir())


def test_missing_model_and_fields_are_named(make_export: Callable[..., TrainerJob], tmp_path: Path) -> None:
    with pytest.raises(RetortError, match="there is no such folder"):
        run(make_export(model_uri=str(tmp_path / "nowhere")))
    with pytest.raises(RetortError, match=r"export\.check_problem"):
        run(make_export(check_problem=" "))


@pytest.mark.parametrize("prompt", ["Think.", 'Say "it" {{ x }} %} {% y \\n\n\tZürich 🙂', "it's"])
def test_any_system_prompt_survives_the_template(tokenizer: Any, prompt: str) -> None:
    user = [{"role": "user", "content": "1?"}]
    expected = tokenizer.apply_chat_template([{"role": "system", "content": prompt}, *user], tokenize=False)
    changed = export.with_default_system_prompt(tokenizer.chat_template, prompt)
    assert tokenizer.apply_chat_template(user, tokenize=False, chat_template=changed) == expected
    own = [{"role": "system", "content": "Mine."}, *user]
    assert tokenizer.apply_chat_template(
        own, tokenize=False, chat_template=changed
    ) == tokenizer.apply_chat_template(own, tokenize=False)


def test_no_system_prompt_leaves_the_template_alone(tokenizer: Any) -> None:
    assert export.with_default_system_prompt(tokenizer.chat_template, "") == tokenizer.chat_template
