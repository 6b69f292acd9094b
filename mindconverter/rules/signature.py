"""Signatures of APIs, and their binding to the arguments of a call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from mindconverter.rules.values import Starred, Unknown, type_of


class Kind(Enum):
    """How a parameter takes its argument."""

    POSITIONAL = "positional only"
    EITHER = "positional or keyword"
    ARGS = "*args"
    KEYWORD = "keyword only"
    KWARGS = "**kwargs"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Describe a parameter.

    Attributes:
        name: Its name.
        kind: How it takes its argument.
        default: The default as source text; None if the parameter is required.
        annotation: The annotation as source text; empty if there is none.
    """

    name: str
    kind: Kind
    default: str | None = None
    annotation: str = ""

    @property
    def required(self) -> bool:
        """Whether a call must give the parameter."""
        return self.default is None and self.kind not in (Kind.ARGS, Kind.KWARGS)

    @property
    def text(self) -> str:
        """The parameter with its stars and its default, without its annotation."""
        star = {Kind.ARGS: "*", Kind.KWARGS: "**"}.get(self.kind, "")
        return f"{star}{self.name}" + ("" if self.default is None else f"={self.default}")

    def default_value(self) -> object:
        """Return the default as a Python value; an ``Unknown`` if it is no literal, with its code if it has any."""
        tree = ast.parse(self.default or "None", mode="eval").body
        if isinstance(tree, ast.Constant) and tree.value is Ellipsis:
            return Unknown()  # stubs write `...` for a default that they do not tell
        try:
            return ast.literal_eval(tree)
        except ValueError:
            return Unknown(tree)


@dataclass(frozen=True, slots=True)
class Signature:
    """Hold the parameters of a callable, in order."""

    parameters: tuple[Parameter, ...]

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter called ``name``, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


@dataclass(frozen=True, slots=True)
class Argument:
    """Describe an argument of a call as the source has it.

    Attributes:
        value: Its value as far as it is known; of a ``**`` argument whose keys are known, a dictionary.
        keyword: The keyword, or None for a positional argument.
        star: ``*`` or ``**`` for a starred argument, else empty.
    """

    value: object
    keyword: str | None = None
    star: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """Tell what a parameter got.

    Attributes:
        value: The value; for ``*args`` a tuple.
        origin: The index of the argument it came from; None for a default, for ``*args`` and for a part of ``**``.
        items: For ``*args``, the indices of the arguments that it took; for a part of a ``**`` argument, its index.
    """

    value: object
    origin: int | None = None
    items: tuple[int, ...] = ()


class BindingError(Exception):
    """Arguments that do not fit a signature; the message says why.

    Attributes:
        starred: Whether they might fit: a starred argument hides what they are.
    """

    def __init__(self, message: str, *, starred: bool = False) -> None:
        super().__init__(message)
        self.starred = starred


@cache
def parse_signature(text: str) -> Signature:
    """Parse a signature such as ``(input: Tensor, *, out=None) -> Tensor``.

    Raises:
        ValueError: The text is not a signature.
    """
    try:
        function = ast.parse(f"def f{text}: ...").body[0]
    except SyntaxError as error:
        raise ValueError(f"{text!r} is not a signature: {error.msg}") from error
    assert isinstance(function, ast.FunctionDef)
    spec = function.args
    positional = [*spec.posonlyargs, *spec.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(spec.defaults)) + list(spec.defaults)
    parameters: list[Parameter] = []
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        kind = Kind.POSITIONAL if index < len(spec.posonlyargs) else Kind.EITHER
        parameters.append(_parameter(argument, kind, default))
    if spec.vararg is not None:
        parameters.append(_parameter(spec.vararg, Kind.ARGS, None))
    for argument, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        parameters.append(_parameter(argument, Kind.KEYWORD, default))
    if spec.kwarg is not None:
        parameters.append(_parameter(spec.kwarg, Kind.KWARGS, None))
    if len({parameter.name for parameter in parameters}) < len(parameters):
        raise ValueError(f"{text!r} is not a signature: a parameter stands twice")
    return Signature(tuple(parameters))


def _parameter(argument: ast.arg, kind: Kind, default: ast.expr | None) -> Parameter:
    annotation = _code(argument.annotation) if argument.annotation is not None else ""
    return Parameter(argument.arg, kind, None if default is None else _code(default), annotation)


def _code(node: ast.expr) -> str:
    match node:  # most are so, and unparsing takes much longer
        case ast.Name(id=name):
            return name
        case ast.Constant(value=None | bool() | int() | str()):
            return repr(node.value)
    return ast.unparse(node)


def bind(signature: Signature, arguments: Sequence[Argument]) -> dict[str, Bound]:
    """Bind the arguments of a call to the parameters of a signature.

    Args:
        signature: The signature of what is called.
        arguments: The arguments in the order of the source.

    Returns:
        What each parameter got, defaults included, in the order of the signature.

    Raises:
        BindingError: The arguments do not fit, or a starred argument hides whether they do.
    """
    bound: dict[str, Bound] = {}
    places = [parameter for parameter in signature.parameters if parameter.kind in (Kind.POSITIONAL, Kind.EITHER)]
    rest = next((parameter for parameter in signature.parameters if parameter.kind is Kind.ARGS), None)
    extra: list[int] = []
    for index, argument in enumerate(arguments):
        if argument.star == "**" and not isinstance(argument.value, dict):
            raise BindingError("the call takes '**' arguments, which are known only at run time", starred=True)
        if argument.star == "*" and (rest is None or len(places) > len(bound)):
            raise BindingError("the call takes '*' arguments, which are known only at run time", starred=True)
        if argument.keyword is not None or argument.star == "**":
            continue
        position = index if argument.star == "" else len(places)
        if position < len(places):
            bound[places[position].name] = Bound(argument.value, index)
        elif rest is not None:
            extra.append(index)
        else:
            raise BindingError(f"the call gives {index + 1} positional arguments, the signature has {len(places)}")
    if rest is not None:
        values = tuple(
            Starred(arguments[index].value) if arguments[index].star else arguments[index].value for index in extra
        )
        bound[rest.name] = Bound(values, items=tuple(extra))
    _bind_keywords(signature, arguments, bound)
    return _complete(signature, bound)


def _bind_keywords(signature: Signature, arguments: Sequence[Argument], bound: dict[str, Bound]) -> None:
    takes_any = any(parameter.kind is Kind.KWARGS for parameter in signature.parameters)
    for keyword, value in _keywords(arguments):
        parameter = signature.parameter(keyword)
        if parameter is None and takes_any:
            bound[keyword] = value
        elif parameter is not None and parameter.kind is Kind.ARGS and not bound[keyword].items:
            # Functions of the source that are not written in Python take a sequence by the name of `*size`.
            bound[keyword] = Bound((value.value,), items=value.items if value.origin is None else (value.origin,))
        elif parameter is None or parameter.kind in (Kind.POSITIONAL, Kind.ARGS, Kind.KWARGS):
            raise BindingError(f"there is no parameter {keyword!r}")
        elif keyword in bound:
            raise BindingError(f"the parameter {keyword!r} is given twice")
        else:
            bound[keyword] = value


def _keywords(arguments: Sequence[Argument]) -> Iterator[tuple[str, Bound]]:
    """Yield the arguments that have a name, those of ``**`` arguments with known keys among them."""
    for index, argument in enumerate(arguments):
        if argument.keyword is not None:
            yield argument.keyword, Bound(argument.value, index)
        elif argument.star == "**" and isinstance(argument.value, dict):
            for name, value in argument.value.items():
                yield str(name), Bound(value, None, (index,))


def _complete(signature: Signature, bound: dict[str, Bound]) -> dict[str, Bound]:
    complete: dict[str, Bound] = {}
    for parameter in signature.parameters:
        if parameter.name in bound:
            complete[parameter.name] = bound[parameter.name]
        elif parameter.required:
            raise BindingError(f"the parameter {parameter.name!r} is missing")
        elif parameter.kind is not Kind.KWARGS:
            complete[parameter.name] = Bound(parameter.default_value())
    return {**complete, **{name: value for name, value in bound.items() if name not in complete}}


_TYPES = {
    "int": ("int", "bool"),
    "float": ("float", "int", "number"),
    "bool": ("bool",),
    "str": ("str",),
    "Tensor": ("tensor",),
    "tuple": ("tuple",),
    "list": ("list",),
    "Number": ("int", "float", "bool", "number"),
    "Seq": ("tuple", "list"),
    "None": ("none",),
}


def select_overload(signatures: Iterable[Signature], arguments: Sequence[Argument]) -> int:
    """Choose the overload that a call means.

    Args:
        signatures: The overloads, in matching order.
        arguments: The arguments of the call.

    Returns:
        The index of the first overload whose parameters take the arguments by number, name and known type; or of the
        only one that may take them.

    Raises:
        BindingError: None fits; or, with ``starred``, more than one may and unknown types decide which.
    """
    reasons: list[str] = []
    starred = False
    undecided: list[int] = []
    for index, signature in enumerate(signatures):
        try:
            fit = _fit(signature, bind(signature, arguments))
        except BindingError as error:
            reasons.append(str(error))
            starred = starred or error.starred
            continue
        if fit and not undecided:
            return index
        if fit is False:
            reasons.append("the types of the arguments differ")
        else:
            undecided.append(index)
    if len(undecided) == 1:
        return undecided[0]
    if undecided:
        message = "the types of the arguments decide which overload is meant, and they are not known"
        raise BindingError(message, starred=True)
    raise BindingError("; ".join(dict.fromkeys(reasons)), starred=starred)


def select_signature(signatures: Sequence[Signature], arguments: Sequence[Argument]) -> Signature:
    """Choose the signature of an API that a call means; unknown types do not matter if all that fit bind alike.

    Raises:
        BindingError: None fits; or, with ``starred``, unknown arguments or types decide.
    """
    if len(signatures) == 1:
        return signatures[0]
    try:
        return signatures[select_overload(signatures, arguments)]
    except BindingError as error:
        fitting = [signature for signature in signatures if _binds(signature, arguments)] if error.starred else []
        names = {tuple(bind(signature, arguments)) for signature in fitting}
        if len(names) == 1:
            return fitting[0]
        raise


def _binds(signature: Signature, arguments: Sequence[Argument]) -> bool:
    try:
        bind(signature, arguments)
    except BindingError:
        return False
    return True


def _fit(signature: Signature, bound: dict[str, Bound]) -> bool | None:
    """Tell whether known types fit the annotations; None if unknown types decide."""
    undecided = False
    for parameter in signature.parameters:
        value = bound.get(parameter.name)
        if value is None or not parameter.annotation or (value.origin is None and not value.items):
            continue
        items = value.value if parameter.kind is Kind.ARGS and isinstance(value.value, tuple) else (value.value,)
        for item in items:
            fits = _type_fits(parameter.annotation, item)
            if fits is False:
                return False
            undecided = undecided or fits is None
    return None if undecided else True


def _type_fits(annotation: str, value: object) -> bool | None:
    words = [word.strip().split("[")[0] for word in annotation.split("|")]
    accepted = {kind for word in words for kind in _TYPES.get(word, ())}
    if not accepted or any(word not in _TYPES for word in words):
        return True
    found = type_of(value)
    return None if found is None else found in accepted
