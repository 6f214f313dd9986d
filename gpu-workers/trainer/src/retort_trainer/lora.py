"""Adapters on every linear layer, over frozen weights that may be in 4 bits (QLoRA, arXiv:2305.14314)."""

import importlib.util
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from transformers import BitsAndBytesConfig

from retort_trainer import models, store
from retort_trainer.failures import user_error
from retort_trainer.settings import LoraSettings

# Folder of the adapter within that of the merged model.
ADAPTER_NAME = "adapter"


def config(settings: LoraSettings | None) -> LoraConfig | None:
    """The adapter to train; None to train all weights."""
    if settings is None:
        return None
    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def quantization(settings: LoraSettings | None, dtype: torch.dtype) -> BitsAndBytesConfig | None:
    """The quantization of the frozen weights: NF4 with quantized constants, computed in `dtype`; None:
    unquantized.

    Raises a USER failure if bitsandbytes is not installed.
    """
    if settings is None or not settings.quantize:
        return None
    if importlib.util.find_spec("bitsandbytes") is None:
        raise user_error(
            "QUANTIZATION_MISSING",
            "lora.quantize: true (expected: bitsandbytes installed in the trainer's Python environment). "
            "Install it on the trainer's nodes, or leave quantize out.",
        )
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


def save_adapter(model: PeftModel, base_uri: str, folder: Path) -> None:
    """Writes the adapter in PEFT's layout; its configuration names the model that it was trained on."""
    configuration = model.peft_config[model.active_adapter]
    configuration.base_model_name_or_path = base_uri
    model.save_pretrained(folder)


def merged(model: PeftModel, base_uri: str, dtype: torch.dtype, scratch: Path) -> Any:
    """The model with its adapter merged, in `dtype`.

    If the frozen weights are in 4 bits, the adapter is merged into the weights of the folder `base_uri`
    instead, so that the result contains no quantization error. `scratch` is a writable folder.
    """
    if not model.base_model.model.config.to_dict().get("quantization_config"):
        return model.merge_and_unload()
    model.save_pretrained(scratch)
    # On the CPU and in float32, because a GPU may not have room for the full weights next to the quantized
    # ones.
    with store.local_folder(base_uri) as base:
        whole = models.load_model(base, torch.float32, torch.device("cpu"))
    return PeftModel.from_pretrained(whole, scratch).merge_and_unload().to(dtype)
