"""Whether parameters are trained."""

from mindspore import Parameter, nn


def set_requires_grad(cell, requires_grad: bool = True):
    """Let a parameter, or those of a cell, be trained or not; running statistics never are."""
    if isinstance(cell, Parameter):
        cell.requires_grad = requires_grad
        return cell
    buffers = ("moving_mean", "moving_variance")
    for name, parameter in cell.parameters_and_names():
        if not name.endswith(buffers):
            parameter.requires_grad = requires_grad
    return cell


def named_parameters(cell: nn.Cell, prefix: str = "", recurse: bool = True):
    """Yield the parameters of a cell, frozen ones too, by PyTorch's names; running statistics are none."""
    normalizations = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)
    seen = set()
    for path, owner in cell.cells_and_names(name_prefix=prefix) if recurse else [(prefix, cell)]:
        for name, parameter in owner.parameters_and_names(expand=False):
            if id(parameter) in seen or name in ("moving_mean", "moving_variance"):
                continue
            seen.add(id(parameter))
            if isinstance(owner, normalizations):
                name = {"gamma": "weight", "beta": "bias"}.get(name, name)
            elif isinstance(owner, (nn.Embedding, nn.PReLU)):
                name = {"embedding_table": "weight", "w": "weight"}.get(name, name)
            yield f"{path}.{name}" if path else name, parameter


def rename_parameters(network: nn.Cell, **names: str) -> None:
    """Give parameters of MindSpore's layers other names; the layers go on reading them by their own."""
    for _, cell in network.cells_and_names():
        for old in [name for name in cell._params if name in names and type(cell).__module__.startswith("mindspore.")]:
            cell.__dict__[old] = cell._params[names[old]] = cell._params.pop(old)
    network.update_parameters_name()
