"""What older versions of the target lack is found in helpers too, and may be left to records for single versions."""

from __future__ import annotations

from pathlib import Path

from mindconverter.rules.lint import run_lint

HELPERS = """\
import mindspore
from mindspore import mint, ops


def outer_of_two(x, y):
    return inner_of_two(x, y)


PRODUCTS = {"dot": mint.vdot}


def inner_of_two(x, y):
    return PRODUCTS["dot"](x, y)


def derivative_of_one(fn):
    return mindspore.grad(fn, sens_param=True)


def plain_one(x, sens_param=True):
    return ops.abs(x) + mindspore.grad(x, has_aux=False).is_own()


class Own:
    def is_meta(self):
        return self.is_meta()


def moved_one(x):
    return x.view(dtype=mindspore.int8) if x.shape else x.view(1)
"""
RULES = """\
format: 1
rules:
- {torch: torch.vdot, helper: outer_of_two}
- {torch: torch.dot, rewrite: "inner_of_two({input}, {tensor})", helper: inner_of_two, versions: {mindspore: ">=2.10"}}
- {torch: torch.func.grad, rewrite: "derivative_of_one({func})", omit: [argnums, has_aux], helper: derivative_of_one}
- {torch: torch.abs, rewrite: "plain_one({input})", helper: plain_one}
- {torch: torch.ceil, rewrite: "moved_one({input})", helper: [moved_one, Own]}
- {torch: torch.neg, to: mindspore.ops.neg, mint: mindspore.mint.vdot, omit: input, args: {input: "input"}}
"""


def test_what_helpers_use_is_there_in_all_versions(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "own.py").write_text(HELPERS)
    (tmp_path / "rules.yaml").write_text(RULES)
    found = [finding for finding in run_lint([tmp_path]) if finding.code == "R024"]
    told = {(finding.location.line, finding.message) for finding in found}
    assert told == {
        *(
            (3, f"outer_of_two: mindspore.mint.vdot is not an API of mindspore {each}.")
            for each in ("2.7.2", "2.8.0", "2.9.0")
        ),
        *(
            (5, f"derivative_of_one: mindspore.grad has no parameter 'sens_param' in mindspore {each}.")
            for each in ("2.7.2",)
        ),
        (7, "moved_one: view has no parameter 'dtype' in mindspore 2.7.2."),
    }
