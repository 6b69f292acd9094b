"""Dropout layers with the arguments of PyTorch's layers."""

from mindspore import nn


class Dropout(nn.Dropout):
    """Set elements to zero with the probability ``p`` in training; ``inplace`` changes nothing."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__(p=p)
