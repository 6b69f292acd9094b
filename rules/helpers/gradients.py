"""Gradients that parameters keep as their attribute grad, until an optimizer takes them."""

from mindspore import Parameter, Tensor, ops


def add_gradients(parameters, gradients) -> None:
    """Add gradients to those that parameters have."""
    for parameter, added in zip(parameters, gradients, strict=True):
        earlier = getattr(parameter, "grad", None)
        parameter.grad = added if earlier is None else earlier + added


def clear_gradients(parameters) -> None:
    """Let parameters have no gradients."""
    for parameter in parameters:
        parameter.grad = None


def with_gradients(parameters):
    """List those of one parameter, or of several, that have a gradient."""
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [parameter for parameter in parameters if getattr(parameter, "grad", None) is not None]


def apply_gradients(optimizer, closure=None):
    """Give an optimizer the gradients of its parameters; those without one stay as they are.

    A closure, which computes the gradients, is called first, or by an optimizer that minimizes. Its result is returned.
    """
    if hasattr(optimizer, "minimize"):
        return optimizer.minimize(closure)
    loss = closure() if closure is not None else None
    parameters = list(optimizer.parameters)
    found = [getattr(parameter, "grad", None) for parameter in parameters]
    missing = [(parameter, parameter.copy()) for parameter, given in zip(parameters, found) if given is None]
    if len(missing) < len(parameters):
        gradients = zip(parameters, found)
        optimizer(tuple(ops.zeros_like(parameter) if given is None else given for parameter, given in gradients))
    for parameter, value in missing:
        parameter.set_data(value)
    return loss


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scale the gradients of parameters down to a total norm, and return the norm that they had."""
    parameters = with_gradients(parameters)
    largest = float(norm_type) == float("inf")
    norms = [
        parameter.grad.abs().max() if largest else (parameter.grad.abs() ** norm_type).sum() for parameter in parameters
    ]
    if not norms:
        return Tensor(0.0)
    total = ops.stack(norms).max() if largest else ops.stack(norms).sum() ** (1.0 / norm_type)
    if error_if_nonfinite and not bool(ops.isfinite(total)):
        raise RuntimeError(f"The gradients have the norm {total}, which is not finite.")
    scale = ops.clamp(max_norm / (total + 1e-6), max=1.0)
    for parameter in parameters:
        parameter.grad = parameter.grad * scale
    return total


def clip_grad_value_(parameters, clip_value) -> None:
    """Bring the gradients of parameters into a range around zero."""
    for parameter in with_gradients(parameters):
        parameter.grad = ops.clamp(parameter.grad, -float(clip_value), float(clip_value))


def requires_grad_(tensor, requires_grad=True):
    """Let a parameter have a gradient or not, and return it; another tensor is returned as it is."""
    if isinstance(tensor, Parameter):
        tensor.requires_grad = requires_grad
    return tensor
