"""Whether parameters are trained."""

from mindspore import nn


def set_requires_grad(cell: nn.Cell, requires_grad: bool = True) -> nn.Cell:
    """Let the parameters of a cell be trained or not; running statistics never are."""
    buffers = ("moving_mean", "moving_variance")
    for name, parameter in cell.parameters_and_names():
        if not name.endswith(buffers):
            parameter.requires_grad = requires_grad
    return cell
