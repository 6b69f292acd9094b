"""The scripts of a conversion and those around them: modules, and the classes that they define."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from mindconverter.source.edit.parse import parse_script
from mindconverter.source.edit.text import SourceText, decode_script
from mindconverter.source.names.import_roots import PACKAGE_FILE, dotted, import_roots, module_of
from mindconverter.source.names.names import Names, Scope, read_names


@dataclass(frozen=True)
class ClassInfo:
    """Describe a class of a script.

    Attributes:
        name: Its full name.
        node: Its definition.
        bases: The full names of its bases; None for one that is not known.
        methods: Its methods by name; of several definitions the last.
        members: All names that its body binds.
    """

    name: str
    node: ast.ClassDef
    bases: tuple[str | None, ...]
    methods: Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]
    members: frozenset[str]


@dataclass(frozen=True)
class Script:
    """Hold a parsed script.

    Attributes:
        source: Its text.
        tree: Its syntax tree.
        names: What its names mean.
        is_package: Whether it is the ``__init__.py`` of its module.
    """

    source: SourceText
    tree: ast.Module
    names: Names
    is_package: bool

    @cached_property
    def class_of(self) -> Mapping[int, ClassInfo]:
        """The classes of the script by the identity of their definitions."""
        found: dict[int, ClassInfo] = {}
        for scope in self.names.scopes.values():
            if isinstance(scope.node, ast.ClassDef) and scope.parent is not None:
                found[id(scope.node)] = self._describe(scope.node, scope.parent)
        return found

    def _describe(self, node: ast.ClassDef, scope: Scope) -> ClassInfo:
        bound = [binding.qualified for binding in scope.lookup(node.name) if binding.node is node]
        name = bound[0] if bound and bound[0] is not None else f"{self.names.module}.<locals>.{node.name}"
        methods = {item.name: item for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
        bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
        found = tuple(self.names.class_name(base, scope) for base in bases)
        return ClassInfo(name, node, found, methods, frozenset(self.names.scope(node).bindings))

    @cached_property
    def classes(self) -> Mapping[str, ClassInfo]:
        """The classes of the script by full name."""
        return {info.name: info for info in self.class_of.values()}


def parse(text: str, module: str, *, is_package: bool = False, absolute: Callable[[str], str] | None = None) -> Script:
    """Parse a script and read its names.

    Args:
        text: The script.
        module: The full name of its module.
        is_package: Whether it is the ``__init__.py`` of its module.
        absolute: Gives the full names of modules that are imported absolutely.

    Raises:
        SyntaxError: It is not Python.
    """
    source = SourceText(text)
    tree = parse_script(source)
    return Script(source, tree, read_names(tree, module, is_package=is_package, absolute=absolute), is_package)


@dataclass
class Project:
    """Find the modules of a project.

    Attributes:
        converted: The files of the modules that the conversion is of.
        roots: Folders in which modules are looked for.
        packages: The first parts of the names of modules that belong to the project; None for any.
        is_api: Tells whether a library that is converted has something of a full name.
        prefixes: What absolute imports lack to full names, by the modules that they stand in.
    """

    converted: Mapping[str, Path] = field(default_factory=dict)
    roots: tuple[Path, ...] = ()
    packages: frozenset[str] | None = None
    is_api: Callable[[str], bool] = lambda _: False
    prefixes: Mapping[str, str] = field(default_factory=dict)
    _scripts: dict[str, Script | None] = field(default_factory=dict)

    def owns(self, name: str) -> bool:
        """Tell whether a full name lies in a module that is converted."""
        while name:
            if name in self.converted:
                return True
            name = name.rpartition(".")[0]
        return False

    def add(self, module: str, script: Script) -> Script:
        """Keep a script that is parsed already, and return it with what its star imports bring."""
        if script.names.stars:
            starred = partial(self._starred_name, script.names, frozenset())
            script = replace(script, names=replace(script.names, starred=starred))
        self._scripts[module] = script
        return script

    def script(self, module: str) -> Script | None:
        """Return the script of a module of the project; None if there is none, or it is not Python."""
        if module not in self._scripts:
            self._scripts[module] = None
            path = self.converted.get(module) or self._file(module)
            script = self._read(path, module) if path is not None else None
            if script is not None:
                self.add(module, script)
        return self._scripts[module]

    def _read(self, path: Path, module: str) -> Script | None:
        absolute = partial(self._absolute, self.prefixes[module]) if module in self.prefixes else None
        try:
            text, _ = decode_script(path.read_bytes())
            return parse(text, module, is_package=path.name == PACKAGE_FILE, absolute=absolute)
        except (OSError, SyntaxError, RecursionError):
            return None

    def _absolute(self, prefix: str, name: str) -> str:
        """Return the full name of a module that a script in a plain folder imports from there, or as it is."""
        return f"{prefix}{name}" if f"{prefix}{name.partition('.')[0]}" in self._places else name

    @cached_property
    def _places(self) -> frozenset[str]:
        """The full names of the modules that are converted, and of what they are in."""
        parts = (name.split(".") for name in self.converted)
        return frozenset(".".join(item[: index + 1]) for item in parts for index in range(len(item)))

    def _file(self, module: str) -> Path | None:
        first = module.partition(".")[0]
        if not module or (self.packages is not None and first not in self.packages):
            return None
        for root in self.roots:
            base = root.joinpath(*module.split("."))
            for path in (base.with_name(f"{base.name}.py"), base / PACKAGE_FILE):
                if path.is_file():
                    return path
        return None

    def find_class(self, name: str) -> ClassInfo | None:
        """Return the class of a full name, also through the imports of the modules of the project."""
        return self._find_class(name, frozenset())

    def _find_class(self, name: str, seen: frozenset[str]) -> ClassInfo | None:
        module = name.rpartition(".")[0]
        while module and name not in seen:
            script = self.script(module)
            if script is not None:
                if name in script.classes:
                    return script.classes[name]
                first, _, tail = name[len(module) + 1 :].partition(".")
                meaning = script.names.meaning(first, script.names.scope(script.tree))
                if meaning is None or meaning == f"{module}.{first}":
                    return None
                return self._find_class(f"{meaning}.{tail}" if tail else meaning, seen | {name})
            module = module.rpartition(".")[0]
        return None

    def made_attributes(self, info: ClassInfo) -> Iterator[str]:
        """Yield the full names of what the methods of a class call to make attributes of ``self``."""
        script = self.script(self.home(info.name) or "")
        if script is None:
            return
        for method in info.methods.values():
            own = next((item.arg for item in method.args.args), None)
            for node in ast.walk(method):
                match node:
                    case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=root))], value=ast.Call(func=made)):
                        name = script.names.qualified(made, script.names.scope(method)) if root == own else None
                        if name is not None:
                            yield name

    def home(self, name: str) -> str | None:
        """Return the module in which something of a full name is defined, or None."""
        module = name.rpartition(".")[0]
        while module and self.script(module) is None:
            module = module.rpartition(".")[0]
        return module or None

    def find_function(self, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the function that a module of the project defines once under a full name, or None."""
        module, _, last = name.rpartition(".")
        script = self.script(module) if module else None
        bindings = script.names.scope(script.tree).bindings.get(last, []) if script is not None else []
        node = bindings[0].node if len(bindings) == 1 else None
        return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None

    def _starred_name(self, names: Names, seen: frozenset[str], root: str) -> str | None:
        """Return the full name of what the star imports of a script bring under a name, or None."""
        for _, module in reversed(names.stars if not root.startswith("_") else ()):
            if self.is_api(f"{module}.{root}"):
                return f"{module}.{root}"
            script = self.script(module) if module not in seen else None
            if script is None:
                continue
            bindings = script.names.scope(script.tree).bindings
            listed = "__all__" in bindings and root not in exported_names(script.tree)
            found = self._starred_name(script.names, seen | {module}, root)
            if root in bindings and not listed:
                return script.names.meaning(root, script.names.scope(script.tree))
            if found is not None and not listed:
                return found
        return None

    def actual_name(self, name: str) -> str:
        """Return the full name of what a name of a converted module is there: what that module imports under it."""
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            module = self._module_part(name)
            script = self.script(module) if module in self.converted else None
            if script is None or module == name:
                return name
            first, dot, tail = name[len(module) + 1 :].partition(".")
            found = script.names.scope(script.tree).bindings.get(first, [])
            bindings = [binding for binding in found if not binding.fallback]
            if len(bindings) != 1 or bindings[0].alias is None or bindings[0].qualified is None:
                return name
            name = f"{bindings[0].qualified}{dot}{tail}"
        return name

    def _module_part(self, name: str) -> str:
        """Return the longest start of a name that is a converted module; the name itself if there is none."""
        module = name
        while module and module not in self.converted:
            module = module.rpartition(".")[0]
        return module or name


def exported_names(tree: ast.Module) -> frozenset[str]:
    """Return the names that ``__all__`` lists."""
    found: set[str] = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            found.update(
                item.value for item in ast.walk(node) if isinstance(item, ast.Constant) and isinstance(item.value, str)
            )
    return frozenset(found)


@dataclass(frozen=True)
class Modules:
    """Hold what the scripts of a folder are as modules.

    Attributes:
        paths: The scripts by the full names of their modules.
        roots: The folders that these names start from.
        starts: The folder that the absolute imports of each script start from.
        prefixes: What such imports lack to full names, by the full names of the modules that they stand in.
    """

    paths: Mapping[str, Path]
    roots: tuple[Path, ...]
    starts: Mapping[Path, Path]
    prefixes: Mapping[str, str]


def read_modules(paths: Iterable[Path], folder: Path) -> Modules:
    """Return what the scripts of a folder are as modules.

    Args:
        paths: The scripts.
        folder: The folder, which the names of scripts outside packages start from.
    """
    placed = {path: module_of(path) for path in paths}
    starts = import_roots({path: root for path, (_, root) in placed.items()}, folder)
    modules: dict[str, Path] = {}
    roots: set[Path] = set()
    prefixes: dict[str, str] = {}
    for path, (module, root) in placed.items():
        start = starts[path]
        if root != folder and folder in root.parents:
            module = f"{dotted(root, folder)}.{module}"
            root = folder
        if start != folder and folder in start.parents:
            prefixes[module] = f"{dotted(start, folder)}."
        modules[module] = path
        roots.add(root)
    return Modules(modules, tuple(sorted(roots)), starts, prefixes)
