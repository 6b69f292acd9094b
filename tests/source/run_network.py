"""Run networks of a converted script in a process of its own, in which PyTorch cannot be imported.

Arguments: the converted script, and a file that tells for each network its name, its keyword arguments, the archive of
the PyTorch weights, the input, the file for the output, and whether it runs in graph mode too.
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
        inputs = mindspore.Tensor(np.load(job["input"]))
        output = network(inputs).asnumpy()
        if job["graph"]:
            mindspore.set_context(mode=mindspore.GRAPH_MODE)
            np.testing.assert_allclose(network(inputs).asnumpy(), output, rtol=1e-4, atol=1e-4 * np.abs(output).max())
            mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
        np.save(job["output"], output)


if __name__ == "__main__":
    run(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
