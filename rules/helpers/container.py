"""Containers that grow after they are made."""

from mindspore import nn


class Sequential(nn.SequentialCell):
    """Run cells one after another; a cell that becomes an attribute later runs last."""

    def __setattr__(self, name: str, value) -> None:
        super().__setattr__(name, value)
        if isinstance(value, nn.Cell):
            self.cell_list = list(self.cells())


def add_module(cell: nn.Cell, name: str, module: nn.Cell) -> None:
    """Make a cell the child of another one under a name; in a sequential container it runs last."""
    setattr(cell, name, module)
    if isinstance(cell, nn.SequentialCell):
        cell.cell_list = list(cell.cells())
