"""Dropout layers with the arguments of PyTorch's layers, for where a layer's class is passed around."""

from mindspore import nn


class Dropout(nn.Dropout):
    """Zero elements with probability ``p`` in training; MindSpore has no in-place form, so ``inplace`` changes nothing."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__(p=p)
