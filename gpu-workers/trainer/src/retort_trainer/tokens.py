"""Counts tokens with a student's tokenizer, without loading a model or its libraries."""

import functools
from pathlib import Path
from typing import Any

from retort_trainer.failures import user_error


def count(folder: str, texts: list[str]) -> list[int]:
    """Tokens of each text, without special tokens. Raises USER/TOKENIZER_MISSING."""
    return [
        len(encoding.ids) for encoding in _tokenizer(folder).encode_batch(texts, add_special_tokens=False)
    ]


@functools.lru_cache(maxsize=4)
def _tokenizer(folder: str) -> Any:
    from tokenizers import Tokenizer

    file = Path(folder) / "tokenizer.json"
    try:
        return Tokenizer.from_file(str(file))
    # The library raises no more specific exception.
    except Exception as error:
        raise user_error(
            "TOKENIZER_MISSING", f"{file}: {error} (expected: a tokenizer of tokenizers)"
        ) from error
