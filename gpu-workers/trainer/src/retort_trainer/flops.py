"""Arithmetic of training, for the model FLOPs utilization (PaLM, arXiv:2204.02311, appendix B)."""

import torch


def per_token(model: torch.nn.Module) -> float:
    """Floating-point operations of one token's forward and backward pass in the linear layers.

    Two for each weight in the forward pass, two for the gradient of its input, and two for its own gradient
    where it is trained. Attention's own products and embeddings are left out, and so is what activation
    checkpointing does again.
    """
    linears = (module for module in model.modules() if isinstance(module, torch.nn.Linear))
    # By the layer's shape: quantized weights are stored in another one.
    return float(
        sum(
            linear.in_features * linear.out_features * (6 if linear.weight.requires_grad else 4)
            for linear in linears
        )
    )
