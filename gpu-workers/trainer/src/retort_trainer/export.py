"""Export: a checkpoint becomes a folder that anyone loads with plain Transformers.

The chat template gets the job's system prompt as its default, a model card is added, and before anything is
published the folder is loaded the plain way and has to say what the checkpoint said.
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from retort_trainer import model_card, model_folder, models, store, template
from retort_trainer.context import JobContext
from retort_trainer.failures import platform_error, user_error
from retort_trainer.job import ExportJob, ExportResult, TrainerJob, TrainerProgress, TrainerResult

CHECK_TOKENS = 64

_STEPS = 4


def run(job: TrainerJob, context: JobContext) -> TrainerResult:
    """Writes the model's files to `output_uri` and returns their hashes.

    Idempotent: the same job again writes the same files. Other files in the folder stay.
    Raises RetortError; PLATFORM, EXPORT_MISMATCH, where the exported folder generates something else.
    """
    assert job.export is not None
    export = job.export
    for name in ("model_uri", "output_uri", "check_problem"):
        if not getattr(export, name).strip():
            raise user_error("BAD_DOCUMENT", f"job: export.{name}: '' (expected: a text)")
    transformers_logging.disable_progress_bar()
    models.set_threads(job.resources)
    device = models.device_for(job.resources)

    def done(steps: int) -> None:
        context.raise_if_stopped()
        context.progress(TrainerProgress(done=steps, total=_STEPS, unit="steps"))

    staging = _staging(export.output_uri)
    try:
        done(0)
        with store.local_folder(export.model_uri) as source:
            expected, parameters = _write(job, source, staging, device)
        done(1)
        found = generate_plainly(staging, export.check_problem, device)
        if found != expected:
            raise platform_error(
                "EXPORT_MISMATCH",
                f"{export.output_uri}: the exported model generates {found[:200]!r} "
                f"(expected: {expected[:200]!r}, as {export.model_uri} does)",
            )
        done(2)
        files = {
            file.relative_to(staging).as_posix(): _sha256(file)
            for file in sorted(staging.rglob("*"))
            if file.is_file()
        }
        done(3)
        context.check_fence()
        _publish(staging, export.output_uri)
        done(4)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return TrainerResult(
        export=ExportResult(
            model_uri=export.output_uri, check_generation=found, parameters=parameters, files=files
        )
    )


def with_default_system_prompt(chat_template: str, system_prompt: str) -> str:
    """The chat template with a system turn put before messages that begin with none."""
    if not system_prompt:
        return chat_template
    # Jinja reads the escapes of a JSON string as they are meant.
    literal = json.dumps(system_prompt, ensure_ascii=False)
    return (
        "{% if messages and messages[0]['role'] != 'system' %}"
        "{% set messages = [{'role': 'system', 'content': " + literal + "}] + messages %}"
        "{% endif %}" + chat_template
    )


def generate_plainly(folder: Path, problem: str, device: torch.device) -> str:
    """What a model folder says to a problem, greedily, loaded as any user would."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").to(device).eval()
    messages = [{"role": "user", "content": problem.strip()}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return _greedy(model, tokenizer, tokenizer(text, add_special_tokens=False, return_tensors="pt"))


def _staging(output_uri: str) -> Path:
    local = store.local_path(output_uri)
    if local is None:
        return Path(tempfile.mkdtemp(prefix="retort-export-"))
    # On the same disk, so that files are moved there by renames.
    local.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{local.name}-", dir=local.parent))


def _write(job: TrainerJob, source: Path, folder: Path, device: torch.device) -> tuple[str, int]:
    """Writes all files; returns what the checkpoint says to the check problem, and its parameters."""
    assert job.export is not None
    export: ExportJob = job.export
    tokenizer = model_folder.load_tokenizer(source)
    model = models.load_model(source, "auto", device)
    end_of_turn = template.end_of_turn_id(tokenizer)
    model.generation_config.eos_token_id = end_of_turn
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    prompt = template.prompt_text(tokenizer, export.template, export.check_problem)
    said = _greedy(model, tokenizer, tokenizer(prompt, add_special_tokens=False, return_tensors="pt"))
    tokenizer.chat_template = with_default_system_prompt(
        str(tokenizer.chat_template), export.template.system_prompt
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    parameters = int(model.num_parameters())
    card = model_card.render(job, model.config, parameters)
    (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)
    folder.chmod(0o755)
    return said, parameters


@torch.inference_mode()
def _greedy(model: Any, tokenizer: Any, encoded: Any) -> str:
    inputs = {name: encoded[name].to(model.device) for name in ("input_ids", "attention_mask")}
    generated = model.generate(**inputs, max_new_tokens=CHECK_TOKENS, do_sample=False)
    return str(tokenizer.decode(generated[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))


def _publish(staging: Path, output_uri: str) -> None:
    target = store.local_path(output_uri)
    if target is None:
        store.upload_folder(staging, output_uri)
        return
    try:
        staging.rename(target)  # Also takes the place of an empty folder.
        return
    except OSError:
        if not target.is_dir():
            raise
    # The folder holds its reservation, or what an earlier attempt wrote. The weights' index of names comes
    # last.
    for file in sorted(staging.rglob("*"), key=lambda file: file.name == "config.json"):
        if file.is_file():
            place = target / file.relative_to(staging)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
