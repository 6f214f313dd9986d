"""Export: a checkpoint becomes a folder that anyone loads with plain Transformers.

The chat template gets the job's system prompt as its default, and sampling is that of the evaluation. Before
anything is published the folder is loaded the plain way: it has to answer a few problems as the checkpoint
does in the same dtype, and to give answers the same log-probabilities. How far rounding to that dtype moves
the model is measured and told.
"""

import contextlib
import glob
import hashlib
import importlib.metadata
import json
import platform
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import torch
from transformers.utils import logging as transformers_logging

from retort_trainer import (
    attestation,
    export_check,
    exported_folder,
    model_card,
    model_folder,
    models,
    store,
    template,
)
from retort_trainer.context import JobContext
from retort_trainer.failures import platform_error, user_error
from retort_trainer.job import ExportJob, ExportResult, TrainerJob, TrainerProgress, TrainerResult
from retort_trainer.spec import ReleaseDtype

SHARD_SIZE = "5GB"

# Of the mean log-probability per token of the model's own answers when weights are rounded to release.dtype.
LARGEST_SHIFT = 0.1

_STEPS = 4
_DTYPES = {ReleaseDtype.BFLOAT16: torch.bfloat16, ReleaseDtype.FLOAT32: torch.float32}
_LIBRARIES = (
    "retort-trainer",
    "torch",
    "transformers",
    "trl",
    "peft",
    "accelerate",
    "safetensors",
    "tokenizers",
)


@dataclass(frozen=True)
class _Written:
    """`said` by the checkpoint in the published dtype; `answers` are those that both were scored on."""

    said: export_check.Said
    answers: list[list[int]]
    parameters: int
    architecture: str
    dtype: str
    shift: float


def run(job: TrainerJob, context: JobContext) -> TrainerResult:
    """Writes the model's files to `output_uri` and returns their hashes.

    Idempotent: the same job again writes the same files, but for the signature, which is random. Other files
    in the folder stay.
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
            written = _write(job, source, staging, device)
        done(1)
        found = export_check.say_plainly(staging, _check_problems(export), device, written.answers)
        mismatch = export_check.difference(written.said, found)
        if mismatch is not None:
            raise platform_error(
                "EXPORT_MISMATCH",
                f"{export.output_uri}: the exported model {mismatch}, as {export.model_uri} does in "
                f"{written.dtype}",
            )
        done(2)
        files = _hashes(staging)
        attestation.write(job, staging, files, written.architecture, _libraries())
        files = _hashes(staging, known=files)
        done(3)
        context.check_fence()
        _publish(staging, export.output_uri)
        done(4)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return TrainerResult(
        export=ExportResult(
            model_uri=export.output_uri,
            check_generation=found.texts[0],
            parameters=written.parameters,
            files=files,
            dtype=written.dtype,
            dtype_shift=written.shift,
            libraries=_libraries(),
            hardware=_hardware(device),
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


def _staging(output_uri: str) -> Path:
    local = store.local_path(output_uri)
    if local is None:
        return Path(tempfile.mkdtemp(prefix="retort-export-"))
    # On the same disk, so that files are moved there by renames.
    local.parent.mkdir(parents=True, exist_ok=True)
    # Of attempts that were killed: whoever has the fence is alone.
    for stale in local.parent.glob(f".{glob.escape(local.name)}-*"):
        shutil.rmtree(stale)
    return Path(tempfile.mkdtemp(prefix=f".{local.name}-", dir=local.parent))


def _write(job: TrainerJob, source: Path, folder: Path, device: torch.device) -> "_Written":
    """Writes all files, and asks the checkpoint the check problems in the dtype that is published."""
    assert job.export is not None
    export: ExportJob = job.export
    tokenizer = model_folder.load_tokenizer(source)
    model = models.load_model(source, "auto", device)
    texts = [template.prompt_text(tokenizer, export.template, problem) for problem in _check_problems(export)]
    prompts = export_check.prompts(tokenizer, texts)
    end_of_turn, end_ids = template.end_of_turn_id(tokenizer), models.end_ids(model)
    model.generation_config = exported_folder.generation_config(export, end_of_turn, end_ids, tokenizer)
    trained = export_check.say(model, tokenizer, prompts)
    dtype = _DTYPES.get(export.dtype, model.dtype)
    expected, shift = trained, 0.0
    if dtype != model.dtype:
        # Loaded anew, as whoever uses the folder loads it: a cast would round the rotary frequencies too,
        # which are not among the weights.
        model = models.load_model(source, dtype, device)
        model.generation_config = exported_folder.generation_config(export, end_of_turn, end_ids, tokenizer)
        expected = export_check.say(model, tokenizer, prompts, trained.tokens)
        shift = export_check.largest_shift(trained, expected)
        if not shift <= LARGEST_SHIFT:
            raise user_error(
                "DTYPE_CHANGES_MODEL",
                f"release.dtype: {str(dtype).removeprefix('torch.')}: it changes the mean log-probability of "
                f"the model's own answers by {shift:.3f} per token (expected: at most {LARGEST_SHIFT}). "
                "Publish with release.dtype: trained.",
            )
    tokenizer.chat_template = with_default_system_prompt(
        str(tokenizer.chat_template), export.template.system_prompt
    )
    model.save_pretrained(folder, max_shard_size=SHARD_SIZE)
    tokenizer.save_pretrained(folder)
    exported_folder.add_adapter(source, folder)
    exported_folder.write_results(export, folder)
    parameters = int(model.num_parameters())
    name = str(dtype).removeprefix("torch.")
    card = model_card.render(job, model.config, parameters, name, shift)
    (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)
    folder.chmod(0o755)
    architecture = ", ".join(getattr(model.config, "architectures", None) or [type(model).__name__])
    return _Written(expected, trained.tokens, parameters, architecture, name, shift)


def _check_problems(export: ExportJob) -> list[str]:
    return [export.check_problem, *export.more_check_problems]


def _libraries() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _hardware(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()


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


def _hashes(folder: Path, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """SHA-256 of every file by name; those of `known` are not read again."""
    names = [file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.is_file()]
    return {name: known[name] if name in known else _sha256(folder / name) for name in names}


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
