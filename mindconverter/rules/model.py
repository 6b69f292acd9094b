"""What a rule says, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mindconverter.rules.expansion import Line
from mindconverter.rules.expr import Expression
from mindconverter.rules.location import Location
from mindconverter.rules.signature import Signature
from mindconverter.rules.template import Template


@dataclass(frozen=True, slots=True)
class Remark:
    """Say something to the user under a condition.

    Attributes:
        when: The condition; None if it always holds.
        say: What to say: full sentences, the next step among them.
    """

    when: Expression | None
    say: str


@dataclass(frozen=True, slots=True)
class Action:
    """Say what becomes of a call or a node.

    Attributes:
        to: AST mode: the target API.
        mint: Its twin in the framework's PyTorch-like namespace.
        cell: Graph mode: the Cell class that is made in ``__init__`` and called in ``construct``.
        call: Graph mode: the function that is called in ``construct``.
        rewrite: An expression that takes the place of the call or node.
        expand: Graph mode: the nodes of plainer operators that take the node's place before anything else happens.
        drop: AST mode: the statement, decorator or base goes without replacement.
        helper: The functions of ``rules/helpers/`` that the output needs. If nothing else says what takes the place of
            the call, the first of them does, with the source's own arguments.
        args: Target parameter from an expression over the source's parameters.
        set: Target parameter from a literal.
        omit: Source parameters that the target does not need.
        weights: Target parameter of the checkpoint from a weight expression over the source's.
        drop_weights: Source weights without a place in the target.
        inputs: Graph mode: what a Cell is called with, as expressions over the node's inputs; empty for its first
            input.
        outputs: Graph mode: the node's outputs that the target returns, in order; empty for all of them.
        refuse: Conditions under which nothing is converted.
        warn: Remarks on what differs.
        review: Remarks on what the user has to check.
    """

    to: str | None = None
    mint: str | None = None
    cell: str | None = None
    call: str | None = None
    rewrite: Template | None = None
    expand: tuple[Line, ...] = ()
    drop: bool = False
    helper: tuple[str, ...] = ()
    args: Mapping[str, Expression] = field(default_factory=dict)
    set: Mapping[str, object] = field(default_factory=dict)
    omit: tuple[str, ...] = ()
    weights: Mapping[str, str] = field(default_factory=dict)
    drop_weights: tuple[str, ...] = ()
    inputs: tuple[Expression, ...] = ()
    outputs: tuple[str, ...] = ()
    refuse: tuple[Remark, ...] = ()
    warn: tuple[Remark, ...] = ()
    review: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Change a rule's action under a condition.

    Attributes:
        when: The condition.
        action: The whole action that then holds: the rule's own with the case's changes.
        location: Where the case stands.
    """

    when: Expression
    action: Action
    location: Location


@dataclass(frozen=True, slots=True)
class Overload:
    """Hold what a rule says of one signature of its API."""

    signature: Signature
    text: str
    action: Action
    cases: tuple[Case, ...]
    lets: Mapping[str, Expression]
    location: Location
    returns: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Prove a rule: source text and what it becomes, or inputs to run.

    Attributes:
        source: AST mode: the code before. Graph mode: empty.
        result: AST mode: the code after. Graph mode: the expected value over the inputs, where no runtime computes it.
        inputs: The values of the names that the code leaves free, or of the node's inputs, as expressions over numpy.
        attributes: Graph mode: the node's attributes.
        outputs: Graph mode: the outputs to compare; empty for the first.
        location: Where the example stands.
        code: Graph mode: the lines that the node becomes and the weights of its layers, in each way that it runs.
        refused: Part of what is said of the call or node that stays as it is; empty if all is converted.
        says: AST mode: part of a remark that the conversion makes; empty if the example shows none.
        open: Graph mode: inputs that are no constants here, although the rule reads them; others whose sizes are open.
        static: Whether only the text is compared, because a side cannot run it, or another example does.
    """

    source: str
    result: str
    inputs: Mapping[str, str]
    attributes: Mapping[str, object]
    outputs: tuple[str, ...]
    location: Location
    code: str = ""
    refused: str = ""
    says: str = ""
    static: bool = False
    open: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether both sides run it, so that it proves numbers."""
        return not self.static and not self.refused


@dataclass(frozen=True, slots=True)
class Rule:
    """Map one source API or operator.

    Attributes:
        head: The public name of the API, or the operator.
        domain: Graph mode: the operator's domain (``ai.onnx``, ``com.microsoft``); AST mode: empty.
        location: Where the rule stands.
        action: What holds where no case does.
        cases: First match wins.
        lets: Named intermediate values, in order.
        overloads: What holds for each signature, in matching order; empty if one action covers the API.
        dynamic: AST mode: the helper with the source's signature that decides at run time; for calls whose arguments
            only the user's program knows and for references without a call.
        receiver: For methods: ``known`` if the receiver's kind must be known, ``any`` if only tensors have the method.
        returns: The kind of the result, for inference; of a class, that of calling its instances.
        parameters: For a method that a project overrides, the kinds of its parameters where they are not annotated, in
            order; the last one holds for the rest.
        elements: Of a class of tensors: the type that the elements of its instances have, in numpy's words; empty if
            they may have any.
        casts: Source parameter from the name of a cast.
        bases: Of a class whose bases the catalogue does not tell: the classes that it derives from.
        fields: Of a class: the target's names of attributes of its instances, by the source's.
        like: Of a class: the built-in container that its instances are like, with the kind of their items.
        sets: For a method that gives an attribute to its receiver: the parameters of the attribute's name and value.
        const: Graph mode: inputs whose values the rule reads.
        scalars: Graph mode: inputs whose values the rule reads where they are constants of rank 0.
        sizes: Graph mode: inputs that the rule reads as numbers where they are computed from shapes.
        content: Graph mode: what the first output holds, over the numbers in the inputs; None if nobody asks.
        shapes: Graph mode: lines of an expansion whose results have the shapes and types of the node's own.
        since: Graph mode: the operator's versions that the rule covers.
        versions: Framework versions for which the rule holds, such as ``{"mindspore": ">=2.8"}``.
        changes: AST mode: the parameter that the API changes in place; the result of what takes the API's place is its
            new value. Empty if it changes none.
        in_place_of: AST mode: the API whose rule gives the value, with the same arguments; None if the rule does.
        reshapes: AST mode: whether the new value of what changes in place may have another shape.
        runs: For a class: the method that calling an instance runs.
        registers: AST mode: whether an attribute that the method sets gets another value by the method only.
        optional: AST mode: whether it is an attribute that objects of the target have only where the script gives it to
            them, so that it keeps its name.
        overwrites: AST mode: whether the new value is written into the memory of what changes, whatever names it has.
        examples: What proves the rule.
        todo: A known gap; empty if there is none.
    """

    head: str
    domain: str
    location: Location
    action: Action
    cases: tuple[Case, ...] = ()
    lets: Mapping[str, Expression] = field(default_factory=dict)
    overloads: tuple[Overload, ...] = ()
    dynamic: str | None = None
    receiver: str = "known"
    returns: str | None = None
    parameters: tuple[str, ...] = ()
    elements: str = ""
    casts: Mapping[str, str] = field(default_factory=dict)
    bases: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    like: str | None = None
    sets: tuple[str, ...] = ()
    const: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    content: Expression | None = None
    shapes: tuple[Line, ...] = ()
    since: tuple[int, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    changes: str = ""
    in_place_of: str | None = None
    reshapes: bool = False
    optional: bool = False
    overwrites: bool = False
    runs: str | None = None
    registers: bool = False
    examples: tuple[Example, ...] = ()
    todo: str = ""

    @property
    def any_call(self) -> str | None:
        """The helper that takes any call of the source, whatever its arguments are at run time, or None."""
        action = self.action
        replaced = action.to or action.rewrite or action.drop or self.cases or self.lets or action.refuse
        same = not replaced and all(overload.action == action for overload in self.overloads)
        return self.dynamic or (action.helper[0] if action.helper and same else None)

    @property
    def actions(self) -> tuple[Action, ...]:
        """All that the rule may do: its own action, those of its overloads, and those of the cases of both."""
        parts: tuple[Rule | Overload, ...] = (self, *self.overloads)
        return (*(part.action for part in parts), *(case.action for part in parts for case in part.cases))


@dataclass(frozen=True, slots=True)
class Receives:
    """Say how what an argument names gets the result of a call.

    Attributes:
        typed: The result with the type of elements that ``{out}`` has, over ``{value}``.
        written: The result written into the memory of ``{out}``, as an expression that gives it.
        helper: The functions of ``rules/helpers/`` that these need.
    """

    typed: Template
    written: Template
    helper: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Say what holds for a source parameter of some name wherever a rule is silent on it.

    Attributes:
        parameter: The source parameter.
        action: Its conditions and remarks; the parameter itself is omitted.
        location: Where the policy stands.
        rebind: Whether a true value means that the call changes its first argument in place, so that a call whose
            result is not used has to become an assignment.
        receives: How what the argument names gets the result; None where it does not.
    """

    parameter: str
    action: Action
    location: Location
    rebind: bool = False
    receives: Receives | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """Say how a source argument is cast that the target does not take as it is.

    Attributes:
        name: What rules call it.
        when: The condition over the argument, which is called ``value``; the cast takes place where it holds for
            certain.
        template: The expression, with ``{value}`` for the argument.
        elements: The type that the elements of the result have, in numpy's words.
        back: The expression that brings the call's result back, with ``{result}`` for it, where all that the rule casts
            is cast; None if the result stays as it is.
    """

    name: str
    when: Expression
    template: Template
    elements: str
    back: Template | None = None


@dataclass(frozen=True, slots=True)
class ModuleRule:
    """Say how a target module is imported, or what a source module becomes.

    Attributes:
        module: The dotted name of the module.
        to: For a source module, the target module whose import takes the place of its import; None if its import goes.
        statement: For a target module, the import statement that binds it.
        name: For a target module, the name that the statement binds.
        location: Where the rule stands.
    """

    module: str
    to: str | None
    statement: str
    name: str
    location: Location


@dataclass(frozen=True, slots=True)
class Namespace:
    """Refuse every source API below a name that has no rule of its own.

    Attributes:
        name: The dotted name; with a ``*`` at its end, the beginning of a name.
        say: What to do instead.
        location: Where the record stands.
    """

    name: str
    say: str
    location: Location

    def covers(self, name: str) -> bool:
        """Tell whether an API lies below the name, or is called so itself."""
        if self.name.endswith("*"):
            return name.startswith(self.name[:-1])
        return name == self.name or name.startswith(f"{self.name}.")


@dataclass(frozen=True, slots=True)
class Write:
    """Say how a value is written into the memory of another one.

    Attributes:
        kind: The class of what changes.
        template: The statement, with ``{self}`` for what changes and ``{value}`` for its new value; an expression that
            gives the new value where that may have another shape, or the call stands within another expression.
        reshapes: Whether it is for values that may have another shape.
        nested: Whether it is for calls within other expressions.
        helper: The functions of ``rules/helpers/`` that it needs.
    """

    kind: str
    template: Template
    reshapes: bool = False
    nested: bool = False
    helper: tuple[str, ...] = ()
