"""Containers that grow after they are made."""

from mindspore import Parameter, nn


class Sequential(nn.SequentialCell):
    """Run cells one after another; a cell that becomes an attribute later runs last."""

    def __setattr__(self, name: str, value) -> None:
        super().__setattr__(name, value)
        if isinstance(value, nn.Cell):
            run_in_order(self)


def run_in_order(cells: nn.SequentialCell) -> None:
    """Let a sequential container run the cells that it holds now, in their order."""
    cells.cell_list = list(cells.cells())
    cells._is_dynamic_name = [name.isdigit() for name in cells.name_cells()]


class ModuleDict(nn.Cell):
    """Hold cells by name; a class that derives from it says what it does with them, in graph mode too."""

    def __init__(self, modules=None) -> None:
        super().__init__()
        self.named_cells = []
        self.update({} if modules is None else modules)

    def __setattr__(self, name: str, value) -> None:
        super().__setattr__(name, value)
        if isinstance(value, nn.Cell):
            self.named_cells = list(self.name_cells().items())

    def __setitem__(self, name: str, cell: nn.Cell) -> None:
        setattr(self, name, cell)

    def __getitem__(self, name: str) -> nn.Cell:
        return self.name_cells()[name]

    def __contains__(self, name: str) -> bool:
        return name in self.name_cells()

    def __len__(self) -> int:
        return len(self.named_cells)

    def __iter__(self):
        return iter(self.keys())

    def update(self, modules) -> None:
        for name, cell in modules.items() if hasattr(modules, "items") else modules:
            setattr(self, name, cell)

    def __delitem__(self, name: str) -> None:
        del self._cells[name]
        self.named_cells = list(self.name_cells().items())

    def pop(self, name: str) -> nn.Cell:
        cell = self[name]
        del self[name]
        return cell

    def clear(self) -> None:
        for name in self.keys():
            del self[name]

    def items(self) -> list:
        return self.named_cells

    def keys(self) -> list:
        return [name for name, _ in self.named_cells]

    def values(self) -> list:
        return [cell for _, cell in self.named_cells]


def add_module(cell: nn.Cell, name: str, module: nn.Cell) -> None:
    """Make a cell the child of another one under a name; in a sequential container it runs last."""
    setattr(cell, name, module)
    if isinstance(cell, nn.SequentialCell):
        run_in_order(cell)


def set_submodule(cell: nn.Cell, target: str, module: nn.Cell, strict: bool = False) -> None:
    """Put a cell in the place of the one of a dotted name; where there is none, it is new unless ``strict`` is true."""
    path, _, name = target.rpartition(".")
    owner = cell.get_sub_cell(path)
    if strict and name not in owner.name_cells():
        raise AttributeError(f"There is no cell {target!r}.")
    add_module(owner, name, module)


def insert_cell(cells: nn.SequentialCell, index: int, module: nn.Cell) -> nn.SequentialCell:
    """Put a cell before that at an index of a sequential container, and number all anew."""
    entries = list(cells.cells())
    entries.insert(index, module)
    cells._cells.clear()
    for number, cell in enumerate(entries):
        cells._cells[str(number)] = cell
    run_in_order(cells)
    return cells


def extend_cells(cells, modules):
    """Append several cells to a container."""
    for cell in modules:
        cells.append(cell)
    return cells


def pop_cell(cells, key: int) -> nn.Cell:
    """Take a cell out of a container, and return it."""
    cell = cells[key]
    del cells[key]
    return cell


class ParameterList(nn.Cell):
    """Hold parameters by number; in graph mode they are read by constant numbers only."""

    def __init__(self, values=None) -> None:
        super().__init__()
        self.size = 0
        self.extend(() if values is None else values)

    def __setitem__(self, index: int, value) -> None:
        setattr(self, str(index % self.size), value if isinstance(value, Parameter) else Parameter(value))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [getattr(self, str(number)) for number in range(*index.indices(self.size))]
        if not -self.size <= index < self.size:
            raise IndexError(f"There are {self.size} parameters, and none with the number {index}.")
        return getattr(self, str(index % self.size))

    def __len__(self) -> int:
        return self.size

    def __iter__(self):
        return iter([self[index] for index in range(self.size)])

    def __iadd__(self, values) -> "ParameterList":
        return self.extend(values)

    def append(self, value) -> "ParameterList":
        self.size += 1
        self[self.size - 1] = value
        return self

    def extend(self, values) -> "ParameterList":
        for value in values:
            self.append(value)
        return self


class ParameterDict(nn.Cell):
    """Hold parameters by name; in graph mode they are read by constant names only."""

    def __init__(self, parameters=None) -> None:
        super().__init__()
        self.names: list = []
        self.update({} if parameters is None else parameters)

    def __setitem__(self, name: str, value) -> None:
        setattr(self, name, value if isinstance(value, Parameter) else Parameter(value))
        if name not in self.names:
            self.names = [*self.names, name]

    def __getitem__(self, name: str) -> Parameter:
        if name not in self.names:
            raise KeyError(name)
        return getattr(self, name)

    def __delitem__(self, name: str) -> None:
        self.names = [other for other in self.names if other != name]
        delattr(self, name)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self):
        return iter(self.names)

    def get(self, name: str, default=None):
        return self[name] if name in self.names else default

    def setdefault(self, name: str, default=None) -> Parameter:
        if name not in self.names:
            self[name] = default
        return self[name]

    def update(self, parameters) -> None:
        for name, value in parameters.items() if hasattr(parameters, "items") else parameters:
            self[name] = value

    def pop(self, name: str) -> Parameter:
        value = self[name]
        del self[name]
        return value

    def popitem(self) -> tuple:
        name = self.names[-1]
        return name, self.pop(name)

    def copy(self) -> "ParameterDict":
        return ParameterDict(self)

    def fromkeys(self, keys, default=None) -> "ParameterDict":
        return ParameterDict((name, default) for name in keys)

    def clear(self) -> None:
        for name in self.names:
            del self[name]

    def items(self) -> list:
        return [(name, self[name]) for name in self.names]

    def keys(self) -> list:
        return self.names

    def values(self) -> list:
        return [self[name] for name in self.names]
