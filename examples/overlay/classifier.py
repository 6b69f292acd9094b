"""A classifier as a user of acme_layers would write it."""

import acme_layers as acme
from acme_layers import ChannelNorm
from torch import nn


class Classifier(nn.Module):
    """Classify vectors of eight numbers."""

    def __init__(self, classes=3):
        super().__init__()
        self.norm = ChannelNorm(8)
        self.hidden = acme.GatedLinear(8, 6)
        self.second = ChannelNorm(self.hidden.in_features - 2, fast=True)
        self.scores = nn.Linear(6, classes)

    def forward(self, x):
        """Return the scores of a batch."""
        x = self.second(self.hidden(self.norm(x)))
        return self.scores(acme.soft_threshold(x, 0.1).view(-1, 6))
