"""Opens model folders in Hugging Face layout: safetensors only, no remote code, no downloads."""

import math
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from retort_trainer.failures import resource_error, user_error
from retort_trainer.model_folder import check_folder
from retort_trainer.spec import ResourceSpec

# A CPU inference kernel of bitsandbytes' linear layers. After one evaluation it would stay in use for
# training, where it gives no gradients.
_CPU_KERNEL = "support_avx512bf16_for_cpu"


def load_model(
    folder: Path,
    dtype: torch.dtype,
    device: torch.device,
    attention: str | None = None,
    quantization: BitsAndBytesConfig | None = None,
) -> Any:
    """The causal language model of a folder, in evaluation mode on the device.

    `attention` is a name from transformers ("flash_attention_2"); None: its default. `dtype` is the type of
    the weights that are not quantized.
    """
    check_folder(folder)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation=attention,
            quantization_config=quantization,
            # Quantized during loading, so loaded directly on its final device.
            device_map={"": _index(device)} if quantization else None,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
        )
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise user_error("MODEL_UNREADABLE", f"{folder}: the model cannot be loaded: {error}") from error
    if quantization is None:
        return model.to(device).eval()
    for module in model.modules():
        if hasattr(module, _CPU_KERNEL):
            setattr(module, _CPU_KERNEL, False)
    return model.eval()


def end_ids(model: Any) -> list[int]:
    """The tokens that end a completion by the model's own generation settings."""
    ends = model.generation_config.eos_token_id
    return [] if ends is None else [ends] if isinstance(ends, int) else list(ends)


def _index(device: torch.device) -> torch.device | int:
    # By number: Hugging Face's trainer treats another spelling of its device as several devices.
    return torch.cuda.current_device() if device.type == "cuda" else device


def device_for(resources: ResourceSpec) -> torch.device:
    """The accelerator if GPUs were requested, else the CPU; raises the RESOURCE failure NO_GPU if there is no
    GPU.
    """
    if not resources.gpus:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise resource_error(
            "NO_GPU", f"resources.gpus: {resources.gpus} but this worker sees no CUDA device"
        )
    return torch.device("cuda")


def set_threads(resources: ResourceSpec) -> None:
    """Lets PyTorch use the CPUs assigned to the job; Ray sets OpenMP to 1 by default."""
    count = math.ceil(resources.cpus) if resources.cpus else (os.cpu_count() or 1)
    torch.set_num_threads(max(1, count))
