"""Run networks of a converted script in a process of its own, in which PyTorch cannot be imported.

Arguments: the converted script, and for each network its name, an archive of the PyTorch weights, one of the keyword
arguments' and inputs' arrays, and the file for the output.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from pathlib import Path

for blocked in ("torch", "torchvision"):
    sys.modules[blocked] = None  # type: ignore[assignment]

import mindspore  # noqa: E402
import numpy as np  # noqa: E402

from mindconverter import convert_checkpoint  # noqa: E402


def run(script: Path, jobs: list[dict[str, str]]) -> None:
    """Build, load and run each network; a weight without a place is an error."""
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", category=FutureWarning)
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[script.stem] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    mindspore.runtime.launch_blocking()
    for job in jobs:
        mindspore.set_seed(1)
        network = getattr(module, job["name"])(**json.loads(job["options"]))
        weights = np.load(job["weights"])
        parameters = convert_checkpoint({name: weights[name] for name in weights.files}, network)
        missing, unexpected = mindspore.load_param_into_net(network, parameters, strict_load=True)
        assert not missing, missing
        assert not unexpected, unexpected
        network.set_train(False)
        output = network(mindspore.Tensor(np.load(job["input"])))
        np.save(job["output"], output.asnumpy())


if __name__ == "__main__":
    run(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
