"""Every option of the manual is read under its name, in both spellings."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter import __version__
from mindconverter.cli.main import main
from mindconverter.cli.options import Options, parse_options
from mindconverter.errors import BadParameterError

MANUAL = ["in_file", "model_file", "shape", "input_nodes", "output_nodes", "output", "report", "project_path"]


def test_defaults_are_those_of_the_manual() -> None:
    assert parse_options([]) == Options(
        in_file=None,
        model_file=None,
        shape=None,
        input_nodes=None,
        output_nodes=None,
        output=Path("output"),
        report=None,
        project_path=None,
        model_entry=None,
        model_args=None,
        input_types=None,
        signature=None,
        rules=(),
        target_version=None,
        fusion=True,
        report_format="text",
        api="default",
        strict=False,
        debug=False,
    )


@pytest.mark.parametrize("option", [*MANUAL, "model_entry", "input_types", "signature", "rules", "target_version"])
def test_both_spellings_say_the_same(option: str) -> None:
    value = "1,2" if option == "shape" else "value"
    underscores = parse_options([f"--{option}", value])
    assert getattr(underscores, option)
    assert parse_options([f"--{option.replace('_', '-')}", value]) == underscores
    assert parse_options([f"--{option.replace('_', '-')}={value}"]) == underscores


def test_the_command_of_the_manual_is_read() -> None:
    command = (
        "--model_file /m/frozen_model.pb --shape 1,224,224,3 1,512 --input_nodes input_1:0 input_2:0 "
        "--output_nodes predictions/Softmax:0 --output /m/output --report /m/output/report --project_path /m/project"
    )
    options = parse_options(command.split())
    assert options.model_file == Path("/m/frozen_model.pb")
    assert options.shape == [(1, 224, 224, 3), (1, 512)]
    assert options.input_nodes == ["input_1:0", "input_2:0"]
    assert options.output_nodes == ["predictions/Softmax:0"]
    assert (options.output, options.report) == (Path("/m/output"), Path("/m/output/report"))
    assert options.project_path == Path("/m/project")


def test_the_arguments_of_an_entry_are_json() -> None:
    entry = ["--model-entry", "net.py:build", "--input_types", "int64", "bool", "--model-args"]
    options = parse_options([*entry, '{"depth": 18, "wide": true}'])
    assert (options.model_entry, options.input_types) == ("net.py:build", ["int64", "bool"])
    assert options.model_args == {"depth": 18, "wide": True}
    assert parse_options([*entry, "[3]"]).model_args == [3]
    for wrong in ("3", "depth=18", ""):
        with pytest.raises(BadParameterError, match="JSON"):
            parse_options([*entry, wrong])


def test_rules_may_be_given_several_times_and_keep_their_order() -> None:
    assert parse_options(["--rules", "b", "--rules", "a"]).rules == (Path("b"), Path("a"))


@pytest.mark.parametrize("value", ["a-b_c", "x--in-file", "./my-dir"])
def test_dashes_in_values_stay(value: str) -> None:
    assert parse_options(["--in-file", value]).in_file == Path(value)
    assert parse_options([f"--in-file={value}"]).in_file == Path(value)


@pytest.mark.parametrize("shape", ["1,a", "", "1,,2", "1x3", "0,3", "-1,3", "1.5,2", "(1,3)", "[1,3]", "1,3,"])
def test_a_bad_shape_is_quoted_with_an_example(shape: str) -> None:
    with pytest.raises(BadParameterError) as caught:
        parse_options([f"--shape={shape}"])
    assert "--shape" in caught.value.message
    assert f"'{shape}'" in caught.value.message
    assert "1,3,224,224" in caught.value.message


@pytest.mark.parametrize(
    "arguments",
    [
        ["--in_fil", "a.py"],  # no abbreviations: they would break when an option is added
        ["--in_file"],
        ["--shape"],
        ["model.onnx"],
        ["--strict=yes"],
        ["--no_such_option"],
    ],
)
def test_what_cannot_be_read_is_a_bad_parameter(arguments: list[str]) -> None:
    with pytest.raises(BadParameterError) as caught:
        parse_options(arguments)
    assert "--help" in caught.value.advice


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_option(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([flag])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for option in [*MANUAL, "rules", "target_version", "strict", "debug", "version"]:
        assert f"--{option}" in text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"mindconverter {__version__}\n"


@pytest.mark.parametrize("spelling", ["--no_fusion", "--no-fusion"])
def test_fusions_can_be_turned_off_in_both_spellings(spelling: str) -> None:
    assert parse_options(["--model_file", "a.onnx"]).fusion
    assert not parse_options(["--model_file", "a.onnx", spelling]).fusion
