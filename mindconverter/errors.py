"""The exception family: one stable code each, a message and the next step."""

from __future__ import annotations

from typing import ClassVar


class MindConverterError(Exception):
    """Report a failure that a user can act on.

    Args:
        message: What happened, as one sentence.
        where: The place, such as ``file:line:column`` or a node's name.
        advice: What to do next, as one sentence.
    """

    code: ClassVar[str] = "0000000"
    title: ClassVar[str] = "UnknownError"

    def __init__(self, message: str, *, where: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"[{self.code}] {self.title}: {place}{self.message}{advice}"


class UnknownModelError(MindConverterError):
    """The kind of a model file is not one that can be read."""

    code = "0000001"
    title = "UnknownModelError"


class ParameterMissingError(MindConverterError):
    """An option that this conversion needs was not given."""

    code = "0000002"
    title = "ParameterMissingError"


class BadParameterError(MindConverterError):
    """An option has a value that cannot be used."""

    code = "0000003"
    title = "BadParameterError"


class ModelLoadingError(MindConverterError):
    """A model file cannot be loaded."""

    code = "1000001"
    title = "ModelLoadingError"


class TensorFlowRuntimeError(MindConverterError):
    """TensorFlow failed while it read or ran a graph."""

    code = "1000002"
    title = "TensorFlowRuntimeError"


class MissingDependencyError(MindConverterError):
    """A package that this conversion needs is not installed."""

    code = "1000003"
    title = "MissingDependencyError"


class ScriptGenerationError(MindConverterError):
    """The converted script cannot be generated or written."""

    code = "2000002"
    title = "ScriptGenerationError"


class ReportGenerationError(MindConverterError):
    """The conversion report cannot be written."""

    code = "2000003"
    title = "ReportGenerationError"


class CheckpointGenerationError(MindConverterError):
    """The checkpoint cannot be written."""

    code = "2000004"
    title = "CheckpointGenerationError"


class WeightMapGenerationError(MindConverterError):
    """The weight map cannot be written."""

    code = "2000005"
    title = "WeightMapGenerationError"


class NodeLoadingError(MindConverterError):
    """A node of the model's graph cannot be read."""

    code = "3000001"
    title = "NodeLoadingError"


class CodeGenerationError(MindConverterError):
    """A node or a module cannot be turned into code."""

    code = "3000004"
    title = "CodeGenerationError"


class StructureSearchError(MindConverterError):
    """The search for the model's module structure failed."""

    code = "4000000"
    title = "StructureSearchError"


class RuleTableError(MindConverterError):
    """A rule table is wrong."""

    code = "5000000"
    title = "RuleTableError"
