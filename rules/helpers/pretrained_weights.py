"""Pretrained weights of a model, described beside it."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import mindspore


def load_weights(url, *args, **kwargs):
    """Load weights from a MindSpore checkpoint in the working directory, named as the original file."""
    path = Path(Path(url).stem + ".ckpt")
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}. Convert {url} to a MindSpore checkpoint.")
    return mindspore.load_checkpoint(str(path))


@dataclass
class Weights:
    """Describe trained weights: where they come from, how their inputs are prepared, and what is known of them."""

    url: str
    transforms: Any
    meta: dict[str, Any]


class WeightsEnum(Enum):
    """List the trained weights of a model."""

    @classmethod
    def verify(cls, weights):
        """Return the member that an argument means: None, a member, or the name of one."""
        if isinstance(weights, str):
            return cls[weights.rsplit(".", 1)[-1]]
        if weights is None or isinstance(weights, cls):
            return weights
        raise TypeError(f"The weights must be of {cls.__name__}, not {type(weights).__name__}.")

    def get_state_dict(self, progress=True, check_hash=False):
        """Load the weights from a MindSpore checkpoint in the working directory, named as the original file."""
        return load_weights(self.url)

    @property
    def url(self):
        return self.value.url

    @property
    def transforms(self):
        return self.value.transforms

    @property
    def meta(self):
        return self.value.meta


def overwrite_named_param(kwargs, param, new_value):
    """Set a keyword argument; one that is there already must agree."""
    if kwargs.setdefault(param, new_value) != new_value:
        raise ValueError(f"The parameter {param!r} must be {new_value!r} here, not {kwargs[param]!r}.")


def sequence_to_str(seq, separate_last=""):
    """Write names as a list in words, such as 'a', 'b', and 'c'."""
    names = [f"'{item}'" for item in seq]
    if len(names) < 3:
        return f" {separate_last}".join(names) if separate_last else ", ".join(names)
    return ", ".join([*names[:-1], f"{separate_last}{names[-1]}"])
