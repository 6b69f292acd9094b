"""Containers that grow after they are made."""

from mindspore import nn


class Sequential(nn.SequentialCell):
    """Run cells one after another; a cell that becomes an attribute later runs last."""

    def __setattr__(self, name: str, value) -> None:
        super().__setattr__(name, value)
        if isinstance(value, nn.Cell):
            self.cell_list = list(self.cells())


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

    def pop(self, name: str) -> nn.Cell:
        cell = self._cells.pop(name)
        self.named_cells = list(self.name_cells().items())
        return cell

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
        cell.cell_list = list(cell.cells())
