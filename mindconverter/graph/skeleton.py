"""The few names of the target framework that every generated script is built from."""

from __future__ import annotations

from collections.abc import Iterable

from mindconverter.rules.catalog import Catalog

CELL = "mindspore.nn.Cell"
SEQUENTIAL = "mindspore.nn.SequentialCell"
LIST = "mindspore.nn.CellList"
DICT = "mindspore.nn.CellDict"
PARAMETER = "mindspore.Parameter"
TENSOR = "mindspore.Tensor"
ZEROS = "mindspore.ops.zeros"
ORDERED = "OrderedDict"

# What a Cell has in itself beside its documented members; taking such a name breaks it.
_CELL_STATE = frozenset(
    """
    IGNORE_LIST T_destination arguments_key bprop_debug buffers cast_inputs cell_type cells_and_names check_names
    cls_name compile_cache compiled create_time enable_backward_hook exist_names exist_objs forward_hook get_buffer
    grad_ops_label has_bprop instance_name is_top_cell jit_config_dict mixed_precision_type name named_buffers
    parallel_parameter_name_list parallel_parameter_merge_net_dict param_prefix parameter_layout_dict
    parameter_broadcast_done phase phase_cache pipeline_stage pynative recompute requires_grad to_empty
    total_instance_count training type compile_phase global_cells get_inputs add_flags_recursive
    """.split()
)


def cell_members(catalog: Catalog) -> frozenset[str]:
    """Return the names that nothing held by a Cell may have."""
    prefix = f"{CELL}."
    members: Iterable[str] = (name.removeprefix(prefix) for name in catalog.entries if name.startswith(prefix))
    return _CELL_STATE | frozenset(members)


def dtype_name(dtype: str, catalog: Catalog) -> str:
    """Return the full name of an element type that is given in NumPy's words."""
    plain = f"{catalog.framework}.{dtype}"
    return plain if catalog.find(plain) is not None else f"{plain}_"
