"""PyTorch checkpoints become the parameters of hand-made networks, by the rules of their cells' classes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import mindspore
import numpy as np
import pytest
import torch
from mindspore import nn

from mindconverter import convert_checkpoint
from mindconverter.errors import CheckpointGenerationError, ModelLoadingError
from mindconverter.rules.tables import load_tables
from mindconverter.weights.convert import UnusedWeightWarning, write_checkpoint
from mindconverter.weights.plan import plan_checkpoint
from tests.rules.helpers.load import helpers


@pytest.fixture(autouse=True)
def blocking() -> None:
    mindspore.runtime.launch_blocking()


class Source(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv1d(4, 6, 3, padding=1)
        self.bn = torch.nn.BatchNorm1d(6)
        self.act = torch.nn.PReLU(6, 0.1)
        self.embed = torch.nn.Embedding(7, 9)
        self.norm = torch.nn.LayerNorm(9)
        self.layers = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.volume = torch.nn.BatchNorm3d(2)
        self.rnn = torch.nn.LSTM(4, 5, bidirectional=True)
        self.scale = torch.nn.Parameter(torch.tensor(2.0))
        self.register_buffer("table", torch.arange(3.0))


class Target(nn.Cell):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(4, 6, 3, pad_mode="pad", padding=1, has_bias=True)
        self.bn = nn.BatchNorm1d(6)
        self.act = nn.PReLU(6, 0.1)
        self.embed = nn.Embedding(7, 9)
        self.norm = nn.LayerNorm((9,), epsilon=1e-5)
        self.layers = helpers("transformer").TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.volume = nn.BatchNorm3d(2)
        self.rnn = nn.LSTM(4, 5, bidirectional=True)
        self.scale = mindspore.Parameter(mindspore.Tensor(0.0))
        self.register_buffer("table", mindspore.Tensor(np.zeros(3, np.float32)))


def randomised(module: torch.nn.Module) -> torch.nn.Module:
    torch.manual_seed(0)
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5)
    return module.eval()


def test_every_parameter_and_buffer_gets_its_value() -> None:
    source, target = randomised(Source()), Target()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parameters = convert_checkpoint(source.state_dict(), target)
    missing, unexpected = mindspore.load_param_into_net(target, parameters, strict_load=True)
    assert not missing
    assert not unexpected
    target.set_train(False)
    data = np.random.default_rng(0).standard_normal((2, 4, 9)).astype(np.float32)
    for run_source, run_target in (
        (lambda m, x: m.act(m.bn(m.conv(x))), lambda m, x: m.act(m.bn(m.conv(x)))),
        (lambda m, x: m.norm(m.embed(x.long().abs() % 7)), lambda m, x: m.norm(m.embed(x.long().abs() % 7))),
        (lambda m, x: m.layers(x[:, :, :8]), lambda m, x: m.layers(x[:, :, :8])),
        (lambda m, x: m.rnn(x.permute(2, 0, 1))[0], lambda m, x: m.rnn(x.permute(2, 0, 1))[0]),
        (lambda m, x: m.volume(x[None, None].expand(2, 2, 2, 4, 9)), None),
        (lambda m, x: m.scale * m.table, lambda m, x: m.scale * m.table),
    ):
        want = run_source(source, torch.from_numpy(data)).detach().numpy()
        if run_target is None:
            volume = np.ascontiguousarray(np.broadcast_to(data[None, None], (2, 2, 2, 4, 9)))
            found = target.volume(mindspore.Tensor(volume))
        else:
            found = run_target(target, mindspore.Tensor(data))
        np.testing.assert_allclose(found.asnumpy(), want, rtol=1e-4, atol=1e-4)


def test_a_path_and_arrays_give_the_same_as_a_state_dict(tmp_path: Path) -> None:
    source = torch.nn.Linear(3, 2)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    torch.save({"epoch": 3, "state_dict": source.state_dict()}, tmp_path / "training.pth")
    arrays = {name: tensor.numpy() for name, tensor in source.state_dict().items()}
    for given in (source.state_dict(), arrays, tmp_path / "weights.pth", str(tmp_path / "training.pth")):
        found = convert_checkpoint(given, nn.Dense(3, 2))
        np.testing.assert_array_equal(found["weight"].asnumpy(), arrays["weight"])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_values_take_the_type_of_the_network(dtype: torch.dtype) -> None:
    source = torch.nn.Linear(3, 2).to(dtype)
    found = convert_checkpoint(source.state_dict(), nn.Dense(3, 2))
    assert found["weight"].dtype == mindspore.float32
    np.testing.assert_array_equal(found["weight"].asnumpy(), source.weight.detach().float().numpy())


def test_a_subclass_of_a_layer_follows_the_rules_of_the_layer() -> None:
    class Norm(nn.BatchNorm2d):
        pass

    found = convert_checkpoint(torch.nn.BatchNorm2d(3).state_dict(), nn.SequentialCell(Norm(3))[:1][0])
    assert len(found) == 4


def test_a_missing_weight_is_an_error_that_names_it() -> None:
    state = torch.nn.Linear(3, 2).state_dict()
    del state["bias"]
    with pytest.raises(CheckpointGenerationError, match="no weights for bias"):
        convert_checkpoint(state, nn.Dense(3, 2))


def test_another_shape_is_an_error_that_names_both_sides() -> None:
    with pytest.raises(CheckpointGenerationError) as caught:
        convert_checkpoint(torch.nn.Linear(4, 2).state_dict(), nn.Dense(3, 2))
    assert "(2, 4)" in str(caught.value)
    assert "'weight' has the shape (2, 3)" in str(caught.value)


def test_weights_without_a_place_are_told_and_the_rest_is_converted() -> None:
    state = {**torch.nn.Linear(3, 2).state_dict(), "head.weight": torch.ones(2)}
    with pytest.warns(UnusedWeightWarning, match=r"without a place in the network: head\.weight"):
        found = convert_checkpoint(state, nn.Dense(3, 2))
    assert set(found) == {"weight", "bias"}


def test_parameters_that_are_not_trained_keep_their_values_and_are_told() -> None:
    source = torch.nn.BatchNorm2d(3, track_running_stats=False)
    with pytest.warns(UnusedWeightWarning, match="moving_mean, moving_variance"):
        found = convert_checkpoint(source.state_dict(), nn.BatchNorm2d(3))
    assert len(found) == 2


def test_the_other_names_of_a_shared_layer_are_not_reported() -> None:
    class Shared(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(3, 3)
            self.rest = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Sequential(self.first, torch.nn.Linear(3, 3)))

    class Target(nn.Cell):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Dense(3, 3)
            inner = nn.SequentialCell(self.first, nn.Dense(3, 3))
            self.rest = nn.SequentialCell(nn.ReLU(), inner)

    arrays = {name: value.numpy().copy() for name, value in Shared().state_dict().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network = Target()
        missing, unexpected = mindspore.load_param_into_net(network, convert_checkpoint(arrays, network))
    assert (missing, unexpected) == ([], [])
    np.testing.assert_array_equal(network.first.weight.asnumpy(), arrays["first.weight"])
    with pytest.warns(UnusedWeightWarning, match=r"rest\.1\.2\.weight"):
        convert_checkpoint({**arrays, "rest.1.2.weight": arrays["first.weight"].copy()}, Target())


def test_a_tied_weight_is_not_reported() -> None:
    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = torch.nn.Embedding(5, 3)
            self.head = torch.nn.Linear(3, 5, bias=False)
            self.head.weight = self.embed.weight

    class TiedCell(nn.Cell):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(5, 3)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(convert_checkpoint(Tied().state_dict(), TiedCell())) == 1


@pytest.mark.parametrize("content", [[1, 2], {"weight": "text"}, {"model": {"weight": [1.0]}}])
def test_files_without_weights_are_refused(content: Any, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "file.pth")
    with pytest.raises(ModelLoadingError):
        convert_checkpoint(tmp_path / "file.pth", nn.Dense(3, 2))


class Payload:
    def __reduce__(self) -> Any:
        return print, ("code of the checkpoint has run",)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"weight": Payload()}, tmp_path / "file.pth")
    with pytest.raises(ModelLoadingError, match="weights alone"):
        convert_checkpoint(tmp_path / "file.pth", nn.Dense(3, 2))
    assert "has run" not in capsys.readouterr().out


def test_the_plan_tells_both_sides_apart() -> None:
    network = nn.SequentialCell(nn.Dense(3, 2), nn.BatchNorm1d(2))
    names = ["0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "2.weight"]
    plan = plan_checkpoint(names, network, load_tables())
    assert plan.missing == ("0.bias",)
    assert plan.unused == ("2.weight",)
    assert plan.dropped == ("1.num_batches_tracked",)
    assert {match.target: set(match.sources.values()) for match in plan.matches}["1.gamma"] == {"1.weight"}


def test_a_written_checkpoint_loads_and_replaces_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    path.write_bytes(b"old")
    source = torch.nn.Linear(3, 2)
    write_checkpoint(convert_checkpoint(source.state_dict(), nn.Dense(3, 2)), path)
    found = mindspore.load_checkpoint(str(path))
    np.testing.assert_array_equal(found["weight"].asnumpy(), source.weight.detach().numpy())
    assert [item.name for item in tmp_path.iterdir()] == ["model.ckpt"]


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    parameters = convert_checkpoint(torch.nn.Linear(3, 2).state_dict(), nn.Dense(3, 2))
    with pytest.raises(CheckpointGenerationError):
        write_checkpoint(parameters, tmp_path / "file" / "a.ckpt")
