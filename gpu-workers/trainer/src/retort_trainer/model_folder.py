"""Checks of a model folder in Hugging Face layout without its weights: no downloads, no remote code."""

import json
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from retort_trainer.failures import user_error

_DEFAULT_TEMPLATE = "default"

# Each entry is a list of names, one of which must exist.
_REQUIRED = (
    ("config.json",),
    ("tokenizer.json", "tokenizer.model", "vocab.json"),
    ("tokenizer_config.json",),
    ("model.safetensors", "model.safetensors.index.json"),
)


def check_folder(folder: Path) -> None:
    """Raises MODEL_INCOMPLETE (USER) with the missing file."""
    for alternatives in _REQUIRED:
        if not any((folder / name).is_file() for name in alternatives):
            others = "".join(f" or {name}" for name in alternatives[1:])
            raise user_error(
                "MODEL_INCOMPLETE",
                f"{folder}: {alternatives[0]}{others} is missing (expected: a folder in Hugging Face layout)",
            )


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder, with a pad token and one chat template."""
    check_folder(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # The tokenizers library raises arbitrary exceptions.
        raise user_error("MODEL_UNREADABLE", f"{folder}: the tokenizer cannot be loaded: {error}") from error
    if isinstance(tokenizer.chat_template, dict):
        tokenizer.chat_template = _chat_template(folder, tokenizer.chat_template)
    if tokenizer.chat_template is None:
        raise user_error(
            "MODEL_INCOMPLETE",
            f"{folder}: chat_template is missing in tokenizer_config.json and as chat_template.jinja",
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def context_length(folder: Path) -> int | None:
    """The model's `max_position_embeddings` in tokens; None if its configuration has none."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise user_error("MODEL_UNREADABLE", f"{folder}: config.json cannot be read: {error}") from error
    # For multimodal models, the configuration of the text part.
    for part in (config, config.get("text_config")) if isinstance(config, dict) else ():
        limit = part.get("max_position_embeddings") if isinstance(part, dict) else None
        if isinstance(limit, int) and limit > 0:
            return limit
    return None


def _chat_template(folder: Path, named: dict[str, str]) -> str:
    """Selects the template for plain conversations; others are for tools and documents."""
    if _DEFAULT_TEMPLATE not in named:
        raise user_error(
            "MODEL_INCOMPLETE",
            f"{folder}: chat_template: {', '.join(sorted(named)) or 'none'} (expected: one named "
            f"{_DEFAULT_TEMPLATE}, or a single template)",
        )
    return named[_DEFAULT_TEMPLATE]
