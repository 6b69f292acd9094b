"""Tensors whose axes are named by patterns such as ``b c (h p) w -> b (h w) (p c)``."""

import re
import string
from functools import lru_cache

import mindspore
from contraction import einsum
from mindspore import Tensor, nn, ops


def rearrange(tensor, pattern: str, **axes_lengths) -> Tensor:
    """Reorder, divide and join the axes of a tensor; those of a list of tensors have the list as the first one.

    Args:
        tensor: The tensor, or a list of tensors of one shape.
        pattern: The names of the axes, and after the arrow those of the result; axes in parentheses are one.
        axes_lengths: The sizes of axes by their names; one in each pair of parentheses is computed.
    """
    return apply_pattern(tensor, pattern, "rearrange", tuple(axes_lengths.keys()), tuple(axes_lengths.values()))


def repeat_axes(tensor, pattern: str, **axes_lengths) -> Tensor:
    """Reorder the axes of a tensor, and repeat it along those that only the right side of the pattern has."""
    return apply_pattern(tensor, pattern, "repeat", tuple(axes_lengths.keys()), tuple(axes_lengths.values()))


def reduce_axes(tensor, pattern: str, reduction, **axes_lengths) -> Tensor:
    """Reorder the axes of a tensor, and reduce it along those that only the left side of the pattern has.

    Args:
        tensor: The tensor, or a list of tensors of one shape.
        pattern: The names of the axes, and after the arrow those of the result.
        reduction: ``min``, ``max``, ``sum``, ``mean``, ``prod``, ``any``, ``all``, or a function of a tensor and axes.
        axes_lengths: The sizes of axes by their names.
    """
    return apply_pattern(tensor, pattern, reduction, tuple(axes_lengths.keys()), tuple(axes_lengths.values()))


def apply_pattern(tensor, pattern: str, action, names: tuple, sizes: tuple) -> Tensor:
    """Do what a pattern says: divide axes, reduce, reorder, repeat, and join axes.

    Args:
        tensor: The tensor, or a list of tensors of one shape.
        pattern: The names of the axes, and after the arrow those of the result.
        action: ``rearrange``, ``repeat``, or the reduction.
        names: The names of axes whose sizes are given.
        sizes: Their sizes.
    """
    if isinstance(tensor, (list, tuple)):
        tensor = ops.stack(tensor)
    kind = action if isinstance(action, str) and action in ("rearrange", "repeat") else "reduce"
    literals, parts, reduced, order, axes, joined = plan_axes(pattern, kind, tensor.ndim, names)
    sizes = sizes + literals
    lengths = ()
    for axis, part in enumerate(parts):
        lengths = lengths + divided(tensor.shape[axis], part, sizes, pattern)
    if len(lengths) != tensor.ndim or () in parts:
        tensor = tensor.reshape(lengths)
    if reduced:
        tensor = reduced_along(tensor, action, reduced)
    if order:
        tensor = ops.transpose(tensor, order)
    if axes and max(axes) >= 0:
        tensor = repeated_along(tensor, axes, sizes)
    if not joined:
        return tensor
    result = ()
    for places in joined:
        size = 1
        for place in places:
            size = size * tensor.shape[place]
        result = (*result, size)
    return tensor.reshape(result)


def repeated_along(x: Tensor, axes: tuple, sizes: tuple) -> Tensor:
    """Insert axes of those ``sizes`` whose places are in ``axes``, where -1 stands for an axis of the tensor itself."""
    shape, wide = (), ()
    own = 0
    for place in axes:
        if place >= 0:
            shape, wide = (*shape, 1), (*wide, sizes[place])
        else:
            shape, wide = (*shape, x.shape[own]), (*wide, x.shape[own])
            own = own + 1
    return x.reshape(shape).broadcast_to(wide)


def divided(size: int, part: tuple, sizes: tuple, pattern: str) -> tuple:
    """Return the sizes of the axes that one axis of a tensor is made of.

    Args:
        size: The size of the axis.
        part: For each of the axes its place among the given sizes, or -1 for the one that is computed.
        sizes: The given sizes.
        pattern: What an error names.
    """
    known = 1
    for place in part:
        if place >= 0:
            known = known * sizes[place]
    if (size % known if -1 in part else size - known) != 0:
        raise ValueError(f"An axis of size {size} cannot be divided as {pattern!r} says: the sizes given make {known}.")
    found = ()
    for place in part:
        found = (*found, sizes[place] if place >= 0 else size // known)
    return found


def reduced_along(x: Tensor, reduction, axes: tuple) -> Tensor:
    """Reduce a tensor along some axes, by the name of the reduction or a function."""
    if not isinstance(reduction, str):
        return reduction(x, axes)
    if reduction == "mean":
        return x.mean(axes)
    if reduction == "max":
        return ops.amax(x, axes)
    if reduction == "min":
        return ops.amin(x, axes)
    if reduction == "any":
        return ops.any(x, axes)
    if reduction == "all":
        return ops.all(x, axes)
    if not x.is_floating_point() and not x.is_complex():
        x = x.astype(mindspore.int64)
    if reduction == "sum":
        return x.sum(axes)
    if reduction == "prod":
        for axis in axes[::-1]:
            x = x.prod(axis)
        return x
    raise ValueError(f"{reduction!r} is no reduction: name min, max, sum, mean, prod, any or all.")


@ops.constexpr
def plan_axes(pattern: str, kind: str, rank: int, names: tuple) -> tuple:
    """Work out what a pattern says; graph mode does so when it compiles."""
    return axes_plan(pattern, kind, rank, names)


@lru_cache(maxsize=1024)
def axes_plan(pattern: str, kind: str, rank: int, names: tuple) -> tuple:
    """Work out what a pattern says of a tensor.

    Args:
        pattern: The pattern.
        kind: ``rearrange``, ``repeat`` or ``reduce``.
        rank: The number of axes of the tensor.
        names: The names of axes whose sizes are given.

    Returns:
        The sizes that the pattern itself gives; for each axis of the tensor the places of the sizes that it is made
        of, -1 for the one that is computed; the axes to reduce; the order of the others, empty if it stays; for each
        axis after that the place of its size if it is a new one, else -1; and the axes that are joined, if any.
    """
    left, arrow, right = pattern.partition("->")
    before, after = axis_groups(left), axis_groups(right)
    if "..." in before:
        place = before.index("...")
        hidden = [f"...{index}" for index in range(rank - len(before) + 1)]
        before[place : place + 1] = [[name] for name in hidden]
        after = [item for group in after for item in ([[name] for name in hidden] if group == "..." else [group])]
        after = [[n for name in group for n in (hidden if name == "..." else [name])] for group in after]
    if not arrow or len(before) != rank:
        raise ValueError(f"The pattern {pattern!r} is not for a tensor of {rank} axes.")
    known = {name: place for place, name in enumerate(names)}
    literals = []
    for group in (*before, *after):
        for index, name in enumerate(group):
            if name.isdigit():  # a size without a name gets one of its own
                group[index] = f"{name}#{len(literals)}"
                known[group[index]] = len(names) + len(literals)
                literals.append(int(name))
    sources = [name for group in before for name in group]
    targets = [name for group in after for name in group]
    new = [name for name in targets if name not in sources]
    gone = [name for name in sources if name not in targets]
    wrong = {"rearrange": [*new, *gone], "repeat": gone, "reduce": new}[kind]
    wrong = [*wrong, *(name for name in new if name not in known)]
    wrong += [name for name in names if name not in (*sources, *targets)]
    wrong += [name for side in (sources, targets) for name in side if name == "..." or side.count(name) > 1]
    if wrong:
        raise ValueError(f"The pattern {pattern!r} is not one to {kind} by: see {', '.join(sorted(set(wrong)))}.")
    parts = tuple(tuple(known.get(name, -1) for name in group) for group in before)
    if any(part.count(-1) > 1 for part in parts):
        raise ValueError(f"The pattern {pattern!r} leaves more than one size of an axis open: give the others.")
    kept = [name for name in sources if name not in gone]
    order = tuple(kept.index(name) for name in targets if name in kept)
    joined = tuple(tuple(targets.index(name) for name in group) for group in after)
    return (
        tuple(literals),
        parts,
        tuple(sources.index(name) for name in gone),
        () if order == tuple(range(len(order))) else order,
        tuple(known[name] if name in new else -1 for name in targets),
        () if all(len(group) == 1 for group in joined) else joined,
    )


def axis_groups(side: str) -> list:
    """Return the names of one side of a pattern, in lists as they stand in parentheses; 1 is no name."""
    if not re.fullmatch(r"([\w\s]|\.\.\.|\([\w\s.]*\))*", side):
        raise ValueError(f"The pattern {side!r} is not understood.")
    found = re.findall(r"\([^()]*\)|\.\.\.|\w+", side)
    return [part if part == "..." else [n for n in re.findall(r"\.\.\.|\w+", part) if n != "1"] for part in found]


def einsum_by_names(*tensors_and_pattern) -> Tensor:
    """Multiply tensors, and sum over the axes that the result lacks; the pattern comes last: ``i j, j k -> i k``."""
    return einsum(one_letter_names(tensors_and_pattern[-1]), *tensors_and_pattern[:-1])


@ops.constexpr
def one_letter_names(pattern: str) -> str:
    """Write a pattern whose axes have names as one whose axes have letters."""
    names = sorted(set(re.findall(r"[A-Za-z_]\w*", pattern)))
    if "->" not in pattern or not re.fullmatch(r"[\w\s.,]*->[\w\s.]*", pattern):
        raise ValueError(f"The pattern {pattern!r} is not one to multiply by: it has an arrow, and no parentheses.")
    return re.sub(r"[A-Za-z_]\w*", lambda found: string.ascii_letters[names.index(found.group())], pattern)


def pack_tensors(tensors, pattern: str) -> tuple:
    """Join the axes of each tensor that stand at the star of a pattern, and concatenate the tensors there.

    Args:
        tensors: The tensors.
        pattern: The names of the axes that they share, and a star: ``b * d``.

    Returns:
        The whole, and the sizes of the axes that were joined, for each tensor.
    """
    before, after = axes_around(pattern)
    flat, shapes = [], []
    for tensor in tensors:
        end = tensor.ndim - after
        if end < before:
            raise ValueError(f"A tensor of {tensor.ndim} axes is too small for the pattern {pattern!r}.")
        shapes.append(tensor.shape[before:end])
        flat.append(tensor.reshape((*tensor.shape[:before], -1, *tensor.shape[end:])))
    return ops.cat(flat, before), shapes


def unpack_tensor(tensor: Tensor, packed_shapes, pattern: str) -> list:
    """Divide a tensor along the axis that the star of a pattern means, and give each part its own axes there.

    Args:
        tensor: The whole.
        packed_shapes: The sizes of the axes of each part, as ``pack_tensors`` gives them; one may be -1.
        pattern: The names of the other axes, and a star: ``b * d``.
    """
    before, _ = axes_around(pattern)
    whole = tensor.shape[before]
    counts, known = [], 0
    for shape in packed_shapes:
        count = 1
        for size in shape:
            count = count * size
        counts.append(count)
        known = known + (count if count >= 0 else 0)
    parts, start = [], 0
    for shape, count in zip(packed_shapes, counts):
        count = count if count >= 0 else whole - known
        part = ops.narrow(tensor, before, start, count)
        parts.append(part.reshape(tensor.shape[:before] + tuple(shape) + tensor.shape[before + 1 :]))
        start = start + count
    if start != whole:
        raise ValueError(f"Parts of {start} do not fill the axis of size {whole} of {pattern!r}.")
    return parts


@ops.constexpr
def axes_around(pattern: str) -> tuple:
    """Return how many axes stand before and behind the star of a pattern."""
    before, star, after = pattern.partition("*")
    if not star or "*" in after:
        raise ValueError(f"The pattern {pattern!r} has to have one star.")
    return len(before.split()), len(after.split())


def sizes_by_name(x: Tensor, pattern: str) -> dict:
    """Return the sizes of the axes of a tensor by the names in a pattern; those called ``_`` are left out."""
    return {name: x.shape[place] for name, place in places_by_name(pattern, x.ndim)}


@ops.constexpr
def places_by_name(pattern: str, rank: int) -> tuple:
    """Return the names in a pattern with the axes that they mean."""
    names = pattern.split()
    if "..." in names:
        place = names.index("...")
        names[place : place + 1] = "_" * (rank - len(names) + 1)
    if len(names) != rank:
        raise ValueError(f"The pattern {pattern!r} is not for a tensor of {rank} axes.")
    return tuple((name, place) for place, name in enumerate(names) if name != "_" and not name.isdigit())


class Rearrange(nn.Cell):
    """Reorder, divide and join axes as a pattern says.

    Args:
        pattern: The names of the axes, and after the arrow those of the result.
        axes_lengths: The sizes of axes by their names.
    """

    def __init__(self, pattern: str, **axes_lengths) -> None:
        super().__init__()
        self.pattern = pattern
        self.axes_names, self.axes_sizes = tuple(axes_lengths), tuple(axes_lengths.values())

    def construct(self, x) -> Tensor:
        return apply_pattern(x, self.pattern, "rearrange", self.axes_names, self.axes_sizes)


class Reduce(nn.Cell):
    """Reorder axes as a pattern says, and reduce along those that the result lacks.

    Args:
        pattern: The names of the axes, and after the arrow those of the result.
        reduction: ``min``, ``max``, ``sum``, ``mean``, ``prod``, ``any``, ``all``, or a function of a tensor and axes.
        axes_lengths: The sizes of axes by their names.
    """

    def __init__(self, pattern: str, reduction, **axes_lengths) -> None:
        super().__init__()
        self.pattern, self.reduction = pattern, reduction
        self.axes_names, self.axes_sizes = tuple(axes_lengths), tuple(axes_lengths.values())

    def construct(self, x) -> Tensor:
        return apply_pattern(x, self.pattern, self.reduction, self.axes_names, self.axes_sizes)
