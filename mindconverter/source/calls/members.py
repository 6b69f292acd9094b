"""Methods and attributes of values: which member of the source framework they are, and their new names."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.catalog import Api
from mindconverter.rules.decide import Note
from mindconverter.rules.model import Action, Rule
from mindconverter.rules.signature import Argument, BindingError, select_overload
from mindconverter.rules.template import dotted_name
from mindconverter.rules.values import Unknown
from mindconverter.source.calls.calls import rename_attribute
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import outcome_of, said
from mindconverter.source.calls.references import remarks_without_condition
from mindconverter.source.edit.arguments import read_slots
from mindconverter.source.edit.text import Span
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis, Member
from mindconverter.source.kinds.kind import UNKNOWN, UNSURE
from mindconverter.source.names.names import Binding, Scope

_DEFINITION = re.compile(r"(?:async\s+)?def\s+")
_PYTHON_MEMBERS = frozenset(
    name for owner in (str, bytes, list, tuple, dict, set, int, float, type(iter(""))) for name in dir(owner)
)


@dataclass(frozen=True, slots=True)
class Found:
    """Describe the member that an attribute is.

    Attributes:
        member: The member.
        own: Whether the project's class has the member itself, so that only its name can change.
        certain: Whether the kind of the value is known.
        read_from: The class that it is read from, where that is done without an instance; else empty.
    """

    member: Member
    own: bool
    certain: bool
    read_from: str = ""


def find_member(context: Context, node: ast.Attribute, scope: Scope) -> Found | None:
    """Return the member of the source framework that an attribute of a value is, or None.

    Where nothing is known of the value, a member that only one kind of value has counts, if its rule says so.
    """
    if not context.is_involved or _is_of_a_library(context, node.value, scope):
        return None
    owners = kind.sure(context.kinds.of(node.value))
    if owners:
        found = _known_member(context, node, [owner for owner in sorted(owners) if _is_class_name(owner)])
        made = kind.called(owners) or UNKNOWN
        return found or (method_of_class(context, next(iter(made)), node.attr) if len(made) == 1 else None)
    heads = context.apis.heads_by_member.get(node.attr, ())
    for head in heads:
        rule = context.apis.rule(head)
        entry = context.apis.entry(head)
        if entry is not None and entry.kind == "method" and not _is_called(context, node):
            continue
        if rule is None or not _takes(context, node, rule, entry):
            continue
        if rule.receiver == "any" and not context.apis.shared_with_arrays(head):
            return Found(Member(head, rule, entry), False, False)
    return None


def _with_the_derived(context: Context, owners: list[str], attribute: str) -> list[str]:
    """Return classes, and in the place of a mixin without the attribute the classes of the script that derive from it.

    A mixin is a class of the project that derives from no API itself.
    """
    found: list[str] = []
    for owner in owners:
        plain = context.apis.find_class(owner) is not None and context.apis.member(owner, attribute) is None
        mixin = plain and not context.apis.own_member(owner, attribute)
        derived = (name for name in context.script.classes if owner in context.apis.ancestors(name))
        found += sorted(derived) if mixin else [owner]
    return found


def method_of_class(context: Context, owner: str, attribute: str) -> Found | None:
    """Return the member of the source framework that is read from a class itself, or None.

    Args:
        context: The conversion.
        owner: The full name of the class.
        attribute: The attribute.
    """
    is_class = _is_class_name(owner) and context.apis.is_class(owner)
    member = context.apis.member(owner, attribute) if is_class else None
    return Found(member, context.apis.own_member(owner, attribute), True, owner) if member is not None else None


def _is_called(context: Context, node: ast.expr) -> bool:
    parent = context.parent(node)
    return isinstance(parent, ast.Call) and parent.func is node


def _is_of_a_library(context: Context, node: ast.expr, scope: Scope) -> bool:
    """Tell whether an expression is a module, or something of the target framework or of Python's library.

    What an import of the source framework brings is one too, whatever else may bind its name; but no value of it is.
    """
    names = context.script.names
    full = context.full_name(node, scope)
    entry = context.apis.entry(full) if full is not None else None
    if entry is not None and entry.kind == "value":
        return False
    chain = dotted_name(node)
    bindings = scope.lookup(chain.partition(".")[0]) if chain is not None else []
    if any(binding.alias is not None and context.apis.is_source(binding.qualified) for binding in bindings):
        return True
    root = (names.qualified(node, scope) or "").partition(".")[0]
    if names.is_module(node, scope) or root == context.apis.tables.target_catalog.framework:
        return True
    return bool(bindings) and all(_is_outside(context, binding) for binding in bindings)


def _is_outside(context: Context, binding: Binding) -> bool:
    """Tell whether a name is a module, or by its spelling a class, of a package outside of the project."""
    if binding.alias is None or context.apis.project.owns(binding.qualified or ""):
        return False
    name = binding.alias.name
    return isinstance(binding.node, ast.Import) or name[:1].isupper()


def iterate_again(context: Context, node: ast.Call, scope: Scope) -> None:
    """Make an iterator of what ``next`` takes from, where it comes from a method: the target's may give a list."""
    match node:
        case ast.Call(func=ast.Name(id="next"), args=[ast.Call(func=ast.Attribute() as method) as given, *_]):
            gives = {kind.outer_name(name) for name in context.kinds.of(given)}
            if gives == {"iterable"} and find_member(context, method, scope) is not None:
                span = context.span(given)
                context.edits.insert(span.start, "iter(")
                context.edits.insert(span.end, ")")


def _is_class_name(owner: str) -> bool:
    return "." in owner and "[" not in owner


def _known_member(context: Context, node: ast.Attribute, owners: list[str]) -> Found | None:
    found: list[Found] = []
    for owner in _with_the_derived(context, owners, node.attr):
        member = context.apis.member(owner, node.attr)
        if member is None:
            continue
        own = context.apis.own_member(owner, node.attr) or any(
            (ancestor, node.attr) in context.kinds.attributes for ancestor in context.apis.ancestors(owner)
        )
        found.append(Found(member, own, True))
    if not found or any(not _do_the_same(other.member.rule, found[0].member.rule) for other in found):
        return None
    certain = not context.kinds.of(node.value) >= UNSURE
    return Found(found[0].member, any(item.own for item in found), certain)


def _do_the_same(one: Rule | None, other: Rule | None) -> bool:
    if one is None or other is None:
        return one is other
    plain = not (one.cases or one.overloads or other.cases or other.overloads)
    return one is other or (plain and one.action == other.action and not one.changes and not other.changes)


def uncertain_rules(context: Context, node: ast.Attribute, scope: Scope) -> tuple[Rule, ...]:
    """Return the rules that would change a member of this name, where nothing is known of the value it is of."""
    if kind.sure(context.kinds.of(node.value)) or node.attr in _PYTHON_MEMBERS or not context.is_involved:
        return ()
    if _is_of_a_library(context, node.value, scope):
        return ()
    found = []
    for head in context.apis.heads_by_member.get(node.attr, ()):
        rule, entry = context.apis.rule(head), context.apis.entry(head)
        if rule is None or not _changes_text(rule) or (entry is not None and entry.kind != "method"):
            continue
        if _is_data(node.value) and context.apis.shared_with_arrays(head):
            continue
        if _takes(context, node, rule, entry):
            found.append(rule)
    return tuple(found)


def _is_data(node: ast.expr) -> bool:
    """Tell whether an expression gives an array or a number, whatever it is made of: arithmetic, or parts by slices."""
    match node:
        case ast.Compare() | ast.BinOp():
            return True
        case ast.Subscript(slice=index):
            indices = index.elts if isinstance(index, ast.Tuple) else [index]
            return len(indices) > 1 and any(isinstance(item, ast.Slice) for item in indices)
    return False


def _takes(context: Context, node: ast.Attribute, rule: Rule, entry: Api | None) -> bool:
    """Tell whether a call of a method may be one of an API, which takes its arguments."""
    call = context.parent(node)
    forms = [*(overload.signature for overload in rule.overloads), *(entry.signatures if entry is not None else ())]
    if not isinstance(call, ast.Call) or call.func is not node or not forms:
        return True
    arguments = [
        Argument(Unknown(None), context.apis.parameter(rule, entry, slot.keyword) if slot.keyword else None, slot.star)
        for slot in read_slots(call)
    ]
    try:
        select_overload(forms, arguments)
    except BindingError as error:
        return error.starred
    return True


def _changes_text(rule: Rule) -> bool:
    """Tell whether a rule changes the text of what it converts."""
    actions = [overload.action for overload in rule.overloads] or [rule.action]
    if rule.cases or any(overload.cases for overload in rule.overloads):
        return True
    name = rule.head.rpartition(".")[2]
    kept = (action.to is not None and action.to.rpartition(".")[2] == name for action in actions)
    return not all(kept) or any(action.args or action.set or action.omit for action in actions)


def new_name(context: Context, rule: Rule | None) -> str | None:
    """Return the name that a rule gives to a member of a class; None if it does more than that."""
    if rule is None or rule.action.to is None or rule.action.rewrite is not None:
        return None
    owner, _, name = rule.action.to.rpartition(".")
    entry = context.apis.tables.target_catalog.find(owner)
    return name if entry is not None and entry.kind == "class" else None


def rename_found(context: Context, callee: ast.Attribute, rule: Rule, found: Found) -> None:
    """Give a member that is not called on an instance, or that the project has itself, its name in the target."""
    name = new_name(context, rule)
    shown = context.shown(callee)
    if name is None:
        if not found.own:
            how = "It is called by its class here" if found.read_from else "It is not called here"
            say = f"{how}, and the target has it in another form. Convert it by hand."
            context.find(Outcome.UNCONVERTED, shown, (), say, rule)
        return
    if name != callee.attr:
        rename_attribute(context, callee, name)
        written = (Span(shown.start, shown.end - len(callee.attr)), name)
        context.find(Outcome.CONVERTED, shown, written, "", rule)


def keep_optional(context: Context, node: ast.Attribute, rule: Rule) -> None:
    """Let an attribute that objects may lack keep its name; what compares it with None reads it by ``getattr``."""
    shown, parent = context.shown(node), context.parent(node)
    if isinstance(parent, ast.Compare) and parent.left is node and _is_none(parent.comparators[0]):
        context.replace(context.span(node), "getattr(", context.span(node.value), f', "{node.attr}", None)')
    notes = remarks_without_condition(rule.action)
    context.find(outcome_of(notes), shown, (shown,), said(notes), rule)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def same_in_target(context: Context, member: Member, owner: str, node: ast.expr, arguments: list[Argument]) -> bool:
    """Tell whether the target's class has the same member, which takes the same arguments."""
    target = _target_class(context.apis, owner)
    if target is None:
        return True
    found = context.apis.tables.target_catalog.find(f"{target}.{member.name.rpartition('.')[2]}")
    if found is None or member.api is None or found.kind != member.api.kind:
        return False
    if not isinstance(context.parent(node), ast.Call) or not found.signatures:
        return True
    try:
        select_overload(found.signatures, arguments)
    except BindingError as error:
        return error.starred
    return True


def helper_defines(context: Context, owner: str, member: str) -> bool | None:
    """Tell whether the helper that a class of the source framework becomes has a member; None if that is not known."""
    action = _class_action(context.apis, owner)
    if action is None or action.to is not None or action.rewrite is not None or not action.helper:
        return None
    return context.library.defines(action.helper[0], member)


def _target_class(apis: Apis, owner: str) -> str | None:
    action = _class_action(apis, owner)
    return action.to if action is not None else None


def _class_action(apis: Apis, owner: str) -> Action | None:
    for ancestor in apis.ancestors(owner):
        rule = apis.rule(ancestor) if ancestor in apis.tables.heads else None
        if rule is not None:
            return rule.action
    return None


def rename_weight(context: Context, node: ast.Attribute) -> None:
    """Give a parameter of a layer its name in the target, where the kind of the layer says it."""
    found = context.kinds.of(node.value)
    owners = [owner for owner in sorted(found) if _is_class_name(owner)]
    own = [owner for owner in owners if (owner, node.attr) in context.kinds.attributes]
    if not owners or own or any(context.apis.own_member(owner, node.attr) for owner in owners):
        return
    general = {ancestor for owner in owners for ancestor in context.apis.ancestors(owner)[1:]}
    special = [owner for owner in owners if owner not in general]
    names = {context.apis.renamed_attributes(owner).get(node.attr, node.attr) for owner in special}
    shown = context.shown(node)
    if len(names) > 1:
        classes = ", ".join(special)
        say = f"The value may be {classes}, which name it differently in the target. Convert it by hand."
        context.find(Outcome.UNCONVERTED, shown, (), say)
        return
    name = names.pop()
    if name == node.attr:
        return
    if not name:
        context.replace(Span(context.span(node.value).end, context.span(node).end))
        context.find(Outcome.CONVERTED, shown, (context.span(node.value),), "It is the value itself in the target.")
        return
    rename_attribute(context, node, name)
    sure = len(special) == len(owners) and not found >= UNSURE
    notes = "" if sure else f"It has this name if the value is {special[0]}, as is likely here."
    outcome = Outcome.REVIEW if notes else Outcome.CONVERTED
    context.find(outcome, shown, (Span(shown.start, shown.end - len(node.attr)), name), notes)


def rename_method(context: Context, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef) -> None:
    """Give a method that overrides one of the source framework its name in the target."""
    info = context.script.class_of[id(owner)]
    member = context.apis.member(info.name, node.name)
    place = context.span(node).start
    match = _DEFINITION.match(context.source.text, place)
    assert match is not None
    span = Span(match.end(), match.end() + len(node.name))
    if member is None:
        _note_unknown_base(context, node.name, info.name, span)
        return
    if member.rule is None:
        return
    if node.name.startswith("__"):
        notes = remarks_without_condition(member.rule.action)
        context.find(outcome_of(notes), span, (span,), said(notes), member.rule)
        return
    name = new_name(context, member.rule)
    if name is None:
        refused = " ".join(remark.say for remark in member.rule.action.refuse if remark.when is None)
        say = refused or "It overrides a method that the target does not have in this form. Convert it by hand."
        context.find(Outcome.UNCONVERTED, span, (), say, member.rule)
    elif name != node.name:
        context.replace(span, name)
        taken = context.apis.is_taken_for_its_base(info.name)
        say = (
            f"The class is taken for a {member.name.rpartition('.')[0]} by what it holds. Check its bases."
            if taken
            else ""
        )
        context.find(Outcome.REVIEW if taken else Outcome.CONVERTED, span, (name,), say, member.rule)


def _note_unknown_base(context: Context, name: str, owner: str, span: Span) -> None:
    if not context.is_involved or name in _PYTHON_MEMBERS or not context.apis.has_unknown_base(owner):
        return
    for head in context.apis.heads_by_member.get(name, ()):
        rule = context.apis.rule(head)
        target = new_name(context, rule)
        if target is not None and target != name:
            say = f"If a base of the class derives from {head.rpartition('.')[0]}, name it {target}."
            context.find(Outcome.UNCONVERTED, span, (), say, rule)
            return


def uncertain_note(rule: Rule) -> Note:
    """Return the remark on a member of a value of which nothing is known."""
    return Note(f"It is taken for {rule.head}, though the kind of the value is not known.", False)
