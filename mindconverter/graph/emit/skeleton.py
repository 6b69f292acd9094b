"""The few names of the target framework that every generated script is built from."""

from __future__ import annotations

from mindconverter.rules.catalog import Catalog

CELL = "mindspore.nn.Cell"
SEQUENTIAL = "mindspore.nn.SequentialCell"
LIST = "mindspore.nn.CellList"
DICT = "mindspore.nn.CellDict"
PARAMETER = "mindspore.Parameter"
TENSOR = "mindspore.Tensor"
ZEROS = "mindspore.ops.zeros"
ONES = "mindspore.ops.ones"
FULL = "mindspore.ops.full"
LOAD = "mindspore.load_checkpoint"
LOAD_INTO = "mindspore.load_param_into_net"
ORDERED = "OrderedDict"
TRAINED = "requires_grad"
RENAME = "rename_parameters"
"""The helper by which parameters that layers name themselves get other names."""

# What a Cell has in itself beside its documented members; taking such a name breaks it.
_CELL_STATE = frozenset(
    {
        "IGNORE_LIST",
        "T_destination",
        "add_flags_recursive",
        "arguments_key",
        "bprop_debug",
        "cast_inputs",
        "cell_type",
        "cells_and_names",
        "check_names",
        "compile_cache",
        "compile_phase",
        "create_time",
        "enable_backward_hook",
        "exist_names",
        "exist_objs",
        "forward_hook",
        "get_inputs",
        "global_cells",
        "grad_ops_label",
        "has_bprop",
        "instance_name",
        "is_top_cell",
        "jit_config_dict",
        "mixed_precision_type",
        "name",
        "param_prefix",
        "parameter_broadcast_done",
        "phase",
        "phase_cache",
        "pipeline_stage",
        "pynative",
        "recompute",
        "total_instance_count",
        "training",
        "type",
    }
)


def cell_members(catalog: Catalog) -> frozenset[str]:
    """Return the names that nothing held by a Cell may have."""
    return _CELL_STATE.union([TRAINED], *(catalog.members.get(owner, ()) for owner in (CELL, DICT)))


def dtype_name(dtype: str, catalog: Catalog) -> str:
    """Return the full name of an element type that is given in NumPy's words."""
    plain = f"{catalog.framework}.{dtype}"
    return plain if catalog.find(plain) is not None else f"{plain}_"
