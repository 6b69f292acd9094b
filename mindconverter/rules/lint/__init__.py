"""Lint of rule files: what a machine can check about the tables."""

from mindconverter.rules.lint.finding import Check, Finding, Severity
from mindconverter.rules.lint.run import CHECKS, run_lint

__all__ = ["CHECKS", "Check", "Finding", "Severity", "run_lint"]
