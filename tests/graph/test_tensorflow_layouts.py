"""Channels are last in TensorFlow and first here: networks change the layout at their ends only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.graph.running import check_outputs, check_report, convert, image


def classifier() -> Any:
    """Pads, pools, flattens and multiplies by a matrix."""
    import keras

    layers = keras.layers
    x = inputs = layers.Input((12, 10, 3), name="image")
    x = layers.ZeroPadding2D(((0, 1), (1, 0)))(x)
    x = layers.Conv2D(6, 3, strides=2)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Cropping2D(((0, 1), (0, 0)))(x)
    x = layers.Flatten()(x)
    x = layers.Dense(7, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(5)(x))


def segmenter() -> Any:
    """Goes down and up again, with joined channels, weighted ones and enlarged images."""
    import keras

    layers = keras.layers
    x = inputs = layers.Input((8, 8, 3), name="image")
    x = skip = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.SeparableConv2D(6, 3, padding="same")(x)
    gate = layers.GlobalAveragePooling2D()(x)
    gate = layers.Reshape((1, 1, 6))(gate)
    gate = layers.Conv2D(6, 1, activation="sigmoid")(gate)
    x = layers.Multiply()([x, gate])
    x = layers.UpSampling2D()(x)
    x = layers.Concatenate()([x, skip])
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(x)
    x = layers.UpSampling2D(interpolation="bilinear")(x)
    return keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(x))


@pytest.mark.parametrize(("build", "ends"), [(classifier, 1), (segmenter, 2)])
def test_the_layout_changes_at_the_ends_only(build: Callable[[], Any], ends: int, tmp_path: Path) -> None:
    import keras

    keras.utils.set_random_seed(0)
    model = build()
    random = np.random.default_rng(0)
    for variable in model.weights:
        variable.assign(variable.numpy() + random.normal(0, 0.1, variable.shape))
    model.save(tmp_path / "net.keras")
    result = convert(tmp_path, tmp_path / "net.keras")
    check_report(result)
    data = image((2, *model.inputs[0].shape[1:]))
    check_outputs(result, {"image": data}, [np.asarray(model(data, training=False))])
    script = result.script.read_text()
    assert script.count("ops.transpose(") == ends
    assert "shape[" not in script
