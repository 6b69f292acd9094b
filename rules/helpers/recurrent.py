"""Recurrent layers with the arguments of PyTorch's layers."""

from mindspore import float32, nn


class RNN(nn.RNN):
    """Run a plain recurrent network, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            float(dropout),
            bidirectional,
            nonlinearity=nonlinearity,
            dtype=dtype or float32,
        )
