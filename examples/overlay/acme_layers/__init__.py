"""A made-up library of layers for PyTorch."""

import torch
from torch import Tensor, nn

__all__ = ["ChannelNorm", "GatedLinear", "soft_threshold"]


def soft_threshold(input: Tensor, amount: float = 0.5, *, inplace: bool = False) -> Tensor:
    """Move every value by ``amount`` towards zero, and stop there."""
    found = torch.sign(input) * torch.relu(torch.abs(input) - amount)
    return input.copy_(found) if inplace else found


class GatedLinear(nn.Module):
    """Multiply one linear layer by the sigmoid of another."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features = in_features
        self.value = nn.Linear(in_features, out_features, bias=bias)
        self.gate = nn.Linear(in_features, out_features, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the gated values."""
        return self.value(x) * torch.sigmoid(self.gate(x))


class ChannelNorm(nn.Module):
    """Bring the last axis to mean 0 and variance 1, then scale and shift it; ``fast`` uses a fused kernel."""

    def __init__(self, width: int, eps: float = 1e-6, fast: bool = False) -> None:
        super().__init__()
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(width))
        self.offset = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised values."""
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).square().mean(-1, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.scale + self.offset
