"""Expressions that make what a module holds, and their common form over several modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from mindconverter.graph.identifiers import identifier, unique
from mindconverter.graph.lower.lowered import Operation


@dataclass(frozen=True)
class Literal:
    """A Python literal; two are equal if they are written alike, so that ``True`` is not ``1``."""

    value: object = field(compare=False)
    text: str = ""


@dataclass(frozen=True)
class Reference:
    """An argument of the class's ``__init__``."""

    name: str


@dataclass(frozen=True)
class Argument:
    """An argument of a constructor."""

    parameter: str
    value: Construction
    keyword: bool


@dataclass(frozen=True)
class Make:
    """A call of a class.

    Attributes:
        target: The full name of a Cell class, the operator of a placeholder, or the number of a class of ours.
        arguments: The arguments, in the order of the signature.
        placeholder: Whether the class is a placeholder.
        operations: The operations that its instances compute.
    """

    target: str | int
    arguments: tuple[Argument, ...]
    placeholder: bool = False
    operations: tuple[Operation, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Chain:
    """A plain sequence of Cells, called one after the other."""

    items: tuple[tuple[str, Construction], ...]


@dataclass(frozen=True)
class NewParameter:
    """A Parameter, whose value the checkpoint brings."""

    sizes: tuple[Construction, ...]
    dtype: str
    trained: bool


@dataclass(frozen=True)
class NewTensor:
    """A constant tensor."""

    value: Construction
    dtype: str


Construction: TypeAlias = "Literal | Reference | Make | Chain | NewParameter | NewTensor"
Default = Callable[[Make, str], object]


def literal(value: object) -> Literal:
    """Return a literal."""
    return Literal(value, repr(value))


@dataclass(frozen=True)
class InitParameter:
    """A parameter of a generated class.

    Attributes:
        name: Its name.
        values: What each instance passes.
        default: Its default; None if it has none.
    """

    name: str
    values: tuple[Construction, ...]
    default: Literal | None


@dataclass
class Unifier:
    """Find the common form of what several instances of a class hold; what differs becomes a parameter.

    Args:
        default: Gives the default of a parameter of a class.
        taken: Names that no parameter may have.
    """

    default: Default
    taken: frozenset[str]
    _parameters: dict[tuple[str, tuple[Construction, ...]], InitParameter] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[InitParameter, ...]:
        """The parameters found so far, those without a default first."""
        found = list(self._parameters.values())
        return (
            *(item for item in found if item.default is None),
            *(item for item in found if item.default is not None),
        )

    def unify(self, forms: Sequence[Construction], hints: tuple[str, ...]) -> Construction:
        """Return the one form that gives each of ``forms`` for the right arguments.

        Args:
            forms: One an instance.
            hints: Words for the name of a parameter, the most telling last.
        """
        first = forms[0]
        if isinstance(first, Make):
            makes = [form for form in forms if isinstance(form, Make) and form.target == first.target]
            if len(makes) == len(forms):
                return self._unify_makes(makes, hints)
        elif isinstance(first, Chain):
            chains = [form for form in forms if isinstance(form, Chain) and _names(form) == _names(first)]
            if len(chains) == len(forms):
                columns = zip(*([item for _, item in chain.items] for chain in chains), strict=True)
                items = (
                    self.unify(column, (*hints, name)) for name, column in zip(_names(first), columns, strict=True)
                )
                return Chain(tuple(zip(_names(first), items, strict=True)))
        elif isinstance(first, NewParameter):
            parameters = [form for form in forms if isinstance(form, NewParameter)]
            parameters = [form for form in parameters if (form.dtype, form.trained) == (first.dtype, first.trained)]
            if len(parameters) == len(forms) and len({len(form.sizes) for form in parameters}) == 1:
                sizes = zip(*(form.sizes for form in parameters), strict=True)
                return NewParameter(
                    tuple(self.unify(size, (*hints, "size")) for size in sizes), first.dtype, first.trained
                )
        elif isinstance(first, NewTensor):
            tensors = [form for form in forms if isinstance(form, NewTensor) and form.dtype == first.dtype]
            if len(tensors) == len(forms):
                return NewTensor(self.unify([form.value for form in tensors], hints), first.dtype)
        if all(form == first for form in forms):
            return first
        return self._lift(tuple(forms), hints, None)

    def lift_optional(self, forms: Sequence[Construction | None], name: str) -> Construction:
        """Make a parameter of a child that some instances lack, and of no other one, however alike they are made."""
        values = tuple(literal(None) if form is None else form for form in forms)
        return self._lift(values, (name,), literal(None), child=name)

    def _unify_makes(self, makes: Sequence[Make], hints: tuple[str, ...]) -> Make:
        order: list[str] = []
        for make in makes:
            for index, argument in enumerate(make.arguments):
                if argument.parameter not in order:
                    order.insert(_place(order, make, index), argument.parameter)
        arguments = []
        positional = True
        for name in order:
            found = [next((item for item in make.arguments if item.parameter == name), None) for make in makes]
            lacking = any(item is None for item in found)
            keyword = any(item.keyword for item in found if item is not None) or lacking or not positional
            positional = positional and not keyword
            default = literal(self.default(makes[0], name)) if lacking else None
            values = [item.value if item is not None else default for item in found]
            forms = [value for value in values if value is not None]
            value = self._unify_argument(forms, (*hints, name), default)
            arguments.append(Argument(name, value, keyword))
        operations = tuple(operation for make in makes for operation in make.operations)
        return Make(makes[0].target, tuple(arguments), makes[0].placeholder, operations)

    def _unify_argument(
        self, forms: Sequence[Construction], hints: tuple[str, ...], default: Literal | None
    ) -> Construction:
        if default is not None and any(form != forms[0] for form in forms):
            return self._lift(tuple(forms), hints, default)
        return self.unify(forms, hints)

    def _lift(
        self, forms: tuple[Construction, ...], hints: tuple[str, ...], default: Literal | None, *, child: str = ""
    ) -> Construction:
        known = self._parameters.get((child, forms))
        if known is not None:
            if known.default is None or default is None:
                self._parameters[child, forms] = replace(known, default=None)
            return Reference(known.name)
        taken = self.taken | {item.name for item in self._parameters.values()}
        words = [word for word in hints if not word.isdigit()] or ["value"]
        own = identifier(words[-1], "value")
        name = own if own not in taken else identifier("_".join(words[-2:]), "value")
        name = unique(name, taken)
        self._parameters[child, forms] = InitParameter(name, forms, default)
        return Reference(name)


def _names(chain: Chain) -> tuple[str, ...]:
    return tuple(name for name, _ in chain.items)


def _place(order: Sequence[str], make: Make, index: int) -> int:
    """Return where an argument belongs among those known: after the one before it."""
    for before in reversed(make.arguments[:index]):
        if before.parameter in order:
            return order.index(before.parameter) + 1
    return 0
