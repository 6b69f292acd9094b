"""``**name`` in a call is keyword arguments where the script shows what the dictionary holds."""

from __future__ import annotations

import pytest

from tests.source.conversion import check_converted, check_unchanged, left


def test_the_keys_of_a_dictionary_are_keyword_arguments() -> None:
    check_converted(
        """\
        from torch import nn
        import torch

        class Net(nn.Module):
            def __init__(self, dim, device=None, dtype=None):
                super().__init__()
                dd = {"device": device, "dtype": dtype}
                self.fc = nn.Linear(dim, dim, bias=False, **dd)
                self.scale = nn.Parameter(torch.ones(dim, **dd))
        """,
        """\
        from mindspore import nn
        import mindspore
        from mindspore import Parameter, ops

        class Net(nn.Cell):
            def __init__(self, dim, device=None, dtype=None):
                super().__init__()
                dd = {"device": device, "dtype": dtype}
                self.fc = nn.Dense(dim, dim, has_bias=False, dtype=dd["dtype"] or mindspore.float32)
                self.scale = Parameter(ops.ones(dim, dtype=dd["dtype"]))
        """,
    )


def test_constants_of_a_dictionary_are_known() -> None:
    check_converted(
        "from torch import nn\n\nsizes = dict(padding=0, stride=2)\nnet = nn.Conv2d(3, 4, 3, **sizes)\n",
        "from mindspore import nn\n\nsizes = dict(padding=0, stride=2)\n"
        'net = nn.Conv2d(3, 4, 3, stride=2, pad_mode="valid", has_bias=True)\n',
    )


@pytest.mark.parametrize(
    "code",
    [
        "options = {}\noptions['dtype'] = kind\n",
        "options = {'dtype': kind}\noptions.update(more)\n",
        "options = {'dtype': kind}\nfill(options)\n",
        "options = {'dtype': kind}\nif last:\n    options = {}\n",
        "options = {name: kind}\n",
        "options = {**others, 'dtype': kind}\n",
        "options = others = {'dtype': kind}\n",
        "options = read()\n",
        "def make(**options):\n    return torch.eye(1, **options)\n",
    ],
)
def test_other_dictionaries_are_not_known(code: str) -> None:
    found = check_unchanged(f"import torch\n\n{code}x = torch.eye(1, **options)\n")
    assert "torch.eye" in left(found)


def test_a_type_that_may_be_none_is_the_targets_own() -> None:
    check_converted(
        "from torch import nn\n\na = nn.Linear(2, 2, dtype=None)\nb = nn.Linear(2, 2, dtype=kind)\n",
        "from mindspore import nn\nimport mindspore\n\na = nn.Dense(2, 2)\n"
        "b = nn.Dense(2, 2, dtype=kind or mindspore.float32)\n",
    )
