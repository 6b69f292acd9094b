"""The totality sweep: whatever form a call has, what a rule makes of it fits the signature of its target.

It needs no example: the calls follow from the signatures of the sources, with values of which nothing is known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mindconverter.rules.catalog import Api
from mindconverter.rules.decide import Decision, HelperCall, Rewritten, TargetCall, decide_call, decide_node
from mindconverter.rules.lint.helper_functions import HelperFunctions
from mindconverter.rules.model import Action, Rule
from mindconverter.rules.signature import Argument, BindingError, Bound, Kind, Parameter, Signature, bind
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.template import dotted_name
from mindconverter.rules.values import Facts, Unknown, hole_name, source_value, to_code

_OWNED = ("method", "property")
_OF_NODES: Mapping[str, object] = {
    "output_shape": Unknown(),
    "output_dtype": Unknown(),
    "output_count": 1,
    "has_infinity": False,
}
"""What rules may ask of every node."""
Form = tuple[str, tuple[Argument, ...]]


@dataclass(frozen=True)
class Sweep:
    """Sweep over rules.

    Args:
        tables: The tables around them.
        helpers: The helpers that they may name.
    """

    tables: RuleTables
    helpers: HelperFunctions

    def problems(self, rule: Rule) -> list[str]:
        """Return which forms of a call become something that does not fit its target, one sentence each."""
        found = self._of_operator(rule) if rule.domain else self._of_api(rule)
        return list(dict.fromkeys(found))

    def _of_api(self, rule: Rule) -> Iterator[str]:
        api = self.tables.source_catalog.find(rule.head)
        receiver = source_value("self") if api is not None and api.kind in _OWNED else None
        for signature in _signatures(rule, api):
            for twins in (False, True) if any(action.mint for action in _actions(rule)) else (False,):
                passed: dict[str, str] | None = None
                for form, arguments in call_forms(signature):
                    decision = decide_call(
                        rule,
                        api,
                        arguments,
                        receiver=receiver,
                        policies=self.tables.policies,
                        casts=self.tables.casts,
                        target=self.tables.target_catalog,
                        prefer_mint=twins,
                    )
                    lead = (Argument(receiver),) if receiver is not None else ()
                    for problem in self._misfits(decision, (*lead, *arguments)):
                        yield f"{form}: {problem}"
                    if len(arguments) == _count(signature) and not rule.overloads:
                        got = _passed(decision)
                        if passed is not None and got != passed:
                            yield f"{form}: the target gets other arguments than in other forms of the call."
                        passed = got

    def _of_operator(self, rule: Rule) -> Iterator[str]:
        for since in rule.since:
            schema = self.tables.operators.schema(rule.domain, rule.head, since)
            if schema is None:
                continue
            other = self.tables.operators.other_names(rule.domain, rule.head, since)
            around = {name: Bound(value) for name, value in (*other.items(), *_OF_NODES.items())}
            attributes = {name: Bound(default) for name, default in schema.attributes.items()}
            for form, wanted in (("all inputs", ("single", "optional", "variadic")), ("required inputs", ("single",))):
                inputs = {
                    name: Bound(_input(name, option), index) if option in wanted else Bound(None)
                    for index, (name, option) in enumerate(schema.inputs)
                }
                given = frozenset(name for name, value in inputs.items() if value.origin is not None)
                decision = decide_node(rule, {**inputs, **attributes, **around}, given, target=self.tables.node_catalog)
                for problem in self._misfits(decision, ()):
                    yield f"version {since} with {form}: {problem}"

    def _misfits(self, decision: Decision, arguments: Sequence[Argument]) -> Iterator[str]:
        match decision.result:
            case TargetCall(target=target, arguments=found):
                written = [
                    Argument(item.value, item.parameter if item.keyword else None, "*" if item.star else "")
                    for item in found
                ]
                api = self._target(target, decision.rule)
                yield from _misfit(target, api.signatures if api is not None else (), written)
            case HelperCall(helper=helper, optional=optional) if not decision.rule.domain:
                signature = self._signature(helper)
                if signature is not None:
                    taken = {parameter.name for parameter in signature.parameters}
                    left = (optional | set(self.tables.policies)) - taken
                    written = [each for each in arguments if each.keyword not in left and _name(each) not in left]
                    yield from _misfit(helper, (signature,), written)
            case Rewritten(code=code):
                for node in ast.walk(code):
                    if isinstance(node, ast.Call):
                        yield from self._of_call(node, decision.rule)

    def _of_call(self, node: ast.Call, rule: Rule) -> Iterator[str]:
        name = dotted_name(node.func)
        if name is None:
            return
        written = [
            Argument(Unknown(argument), None, "*" if isinstance(argument, ast.Starred) else "")
            for argument in node.args
        ]
        written += [Argument(Unknown(word.value), word.arg, "" if word.arg else "**") for word in node.keywords]
        api = self._target(name, rule)
        signature = self._signature(name)
        if api is not None:
            yield from _misfit(name, api.signatures, written)
        elif signature is not None:
            yield from _misfit(name, (signature,), written)

    def _signature(self, helper: str) -> Signature | None:
        return self.helpers.signature(helper) if helper in self.helpers else None

    def _target(self, name: str, rule: Rule) -> Api | None:
        return (self.tables.node_catalog if rule.domain else self.tables.target_catalog).find(name)


def call_forms(signature: Signature) -> Iterator[Form]:
    """Yield the forms of a call of a signature: positional, keyword, shuffled keyword, and defaults left out."""
    parameters = [each for each in signature.parameters if each.kind is not Kind.KWARGS]
    yield "positional", tuple(_argument(each, by_name=False) for each in parameters)
    # What stands before `*args` is given by its place.
    by_name = all(each.kind is not Kind.ARGS for each in parameters)
    named = [_argument(each, by_name=by_name) for each in parameters]
    bare = [each for each in named if each.keyword is None]
    words = [each for each in named if each.keyword is not None]
    yield "keyword", (*bare, *words)
    yield "shuffled keyword", (*bare, *reversed(words))
    yield "defaults left out", tuple(_argument(each, by_name=False) for each in parameters if each.required)


def _argument(parameter: Parameter, *, by_name: bool) -> Argument:
    named = parameter.kind is Kind.KEYWORD or (by_name and parameter.kind is Kind.EITHER)
    return Argument(source_value(parameter.name), parameter.name if named else None)


def _count(signature: Signature) -> int:
    return sum(each.kind is not Kind.KWARGS for each in signature.parameters)


def _actions(rule: Rule) -> Iterator[Action]:
    yield rule.action
    yield from (overload.action for overload in rule.overloads)


def _signatures(rule: Rule, api: Api | None) -> Sequence[Signature]:
    if rule.overloads:
        return [overload.signature for overload in rule.overloads]
    return api.signatures if api is not None else ()


def _input(name: str, option: str) -> object:
    value = source_value(name, Facts(type="tensor"))
    return (value,) if option == "variadic" else value


def _name(argument: Argument) -> str:
    """Return the parameter that an argument of a form stands for."""
    code = to_code(argument.value)
    return (hole_name(code.id) or "") if isinstance(code, ast.Name) else ""


def _passed(decision: Decision) -> dict[str, str] | None:
    """Return the code that each parameter of the target gets; None where something else takes the source's place."""
    if not isinstance(decision.result, TargetCall):
        return None
    codes = ((item.parameter, to_code(item.value)) for item in decision.result.arguments)
    return {name: ast.unparse(code) for name, code in codes if code is not None}


def _misfit(name: str, signatures: Sequence[Signature], arguments: Sequence[Argument]) -> Iterator[str]:
    reasons = []
    for signature in signatures:
        try:
            bind(signature, arguments)
        except BindingError as error:
            if error.starred:
                return
            reasons.append(str(error))
        else:
            return
    if reasons:
        yield f"{name} does not take what it is given: {reasons[0]}."
