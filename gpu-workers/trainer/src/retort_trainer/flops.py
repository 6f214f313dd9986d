"""Arithmetic of training, for the model FLOPs utilization (PaLM, arXiv:2204.02311, appendix B)."""

import torch


def per_token(model: torch.nn.Module) -> float:
    """Floating-point operations of one token's forward and backward pass in the linear layers.

    Counts two per weight in the forward pass, two for the gradient of its input, and two for its own gradient
    if it is trained. Excludes attention's own products, embeddings, and operations that activation
    checkpointing repeats.
    """
    linears = (module for module in model.modules() if isinstance(module, torch.nn.Linear))
    # From the layer's shape, because quantized weights are stored in another one.
    return float(
        sum(
            linear.in_features * linear.out_features * (6 if linear.weight.requires_grad else 4)
            for linear in linears
        )
    )
