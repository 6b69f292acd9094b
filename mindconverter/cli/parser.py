"""The parser of a subcommand's arguments."""

from __future__ import annotations

import argparse
from typing import NoReturn

from mindconverter.errors import BadParameterError


class SubcommandParser(argparse.ArgumentParser):
    """Report a wrong argument as every other error of the command line."""

    def error(self, message: str) -> NoReturn:
        """Raise the error that tells what is wrong with the arguments."""
        raise BadParameterError(
            f"{message[0].upper()}{message[1:]}.", advice=f"'{self.prog} --help' shows every option."
        )
