"""The scripts of a conversion and those around them: modules, and the classes that they define."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from mindconverter.source.edit.parse import parse_script
from mindconverter.source.edit.text import SourceText, decode_script
from mindconverter.source.names.names import Names, Scope, read_names

_PACKAGE_FILE = "__init__.py"


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


def parse(text: str, module: str, *, is_package: bool = False) -> Script:
    """Parse a script and read its names.

    Raises:
        SyntaxError: It is not Python.
    """
    source = SourceText(text)
    tree = parse_script(source)
    return Script(source, tree, read_names(tree, module, is_package=is_package), is_package)


def module_of(path: Path) -> tuple[str, Path]:
    """Return the full name of a script's module, and the folder that its first part lies in."""
    parts = [] if path.name == _PACKAGE_FILE else [path.stem]
    folder = path.resolve().parent
    while (folder / _PACKAGE_FILE).is_file() and folder.parent != folder:
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts)) or path.resolve().parent.name, folder


@dataclass
class Project:
    """Find the modules of a project.

    Attributes:
        converted: The files of the modules that the conversion is of.
        roots: Folders in which modules are looked for.
        packages: The first parts of the names of modules that belong to the project; None for any.
        is_api: Tells whether a library that is converted has something of a full name.
    """

    converted: Mapping[str, Path] = field(default_factory=dict)
    roots: tuple[Path, ...] = ()
    packages: frozenset[str] | None = None
    is_api: Callable[[str], bool] = lambda _: False
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
            script = _read(path, module) if path is not None else None
            if script is not None:
                self.add(module, script)
        return self._scripts[module]

    def _file(self, module: str) -> Path | None:
        first = module.partition(".")[0]
        if not module or (self.packages is not None and first not in self.packages):
            return None
        for root in self.roots:
            base = root.joinpath(*module.split("."))
            for path in (base.with_name(f"{base.name}.py"), base / _PACKAGE_FILE):
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


def _read(path: Path, module: str) -> Script | None:
    try:
        text, _ = decode_script(path.read_bytes())
        return parse(text, module, is_package=path.name == _PACKAGE_FILE)
    except (OSError, SyntaxError, RecursionError):
        return None


def converted_modules(paths: Iterable[Path], folder: Path | None = None) -> tuple[dict[str, Path], frozenset[Path]]:
    """Return the modules of some scripts by full name, and the folders that their names start from.

    Args:
        paths: The scripts.
        folder: The folder that is converted as a whole; scripts outside packages are named from there.
    """
    modules: dict[str, Path] = {}
    roots: set[Path] = set()
    for path in paths:
        module, root = module_of(path)
        if folder is not None and root != folder and folder in root.parents:
            module = ".".join([*root.relative_to(folder).parts, module])
            root = folder
        modules[module] = path
        roots.add(root)
    return modules, frozenset(roots)
