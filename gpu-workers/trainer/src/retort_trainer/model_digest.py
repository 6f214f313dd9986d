"""What identifies a model folder that nobody has described: the names and contents of its files."""

import hashlib
import json

from retort_trainer import store
from retort_trainer.failures import user_error

# What the loaders of models and tokenizers read; other files, such as a card, do not change a text.
_LOADED = (".json", ".safetensors", ".model", ".txt", ".jinja")


def sha256(uri: str) -> str:
    """Lower-case hex SHA-256 of a model folder; reads all of it. MODEL_INCOMPLETE where it has no file."""
    hashes = {
        name: store.sha256_of(store.join(uri, name)) for name in store.names(uri) if name.endswith(_LOADED)
    }
    if not hashes:
        raise user_error("MODEL_INCOMPLETE", f"{uri}: no file of a model (expected: Hugging Face layout)")
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()
