"""Opening model folders in Hugging Face layout: safetensors only, no remote code, nothing fetched."""

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

# Of bitsandbytes' linear layers: a kernel for inference on CPUs, which after one evaluation stays in use for
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

    `attention` is a name that transformers knows ("flash_attention_2"); None: its default. `dtype` is that of
    the weights that are not quantized.
    """
    check_folder(folder)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation=attention,
            quantization_config=quantization,
            # Quantized while it is read, so at once where it is to stay.
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


def _index(device: torch.device) -> torch.device | int:
    # By number: Hugging Face's trainer takes another spelling of its device for several devices.
    return torch.cuda.current_device() if device.type == "cuda" else device


def device_for(resources: ResourceSpec) -> torch.device:
    """The accelerator when GPUs were asked for, else the CPU; RESOURCE failure NO_GPU when there is none."""
    if not resources.gpus:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise resource_error(
            "NO_GPU", f"resources.gpus: {resources.gpus} but this worker sees no CUDA device"
        )
    return torch.device("cuda")


def set_threads(resources: ResourceSpec) -> None:
    """Lets PyTorch use the CPUs that the job was given; Ray sets OpenMP to 1 unless asked otherwise."""
    count = math.ceil(resources.cpus) if resources.cpus else (os.cpu_count() or 1)
    torch.set_num_threads(max(1, count))
