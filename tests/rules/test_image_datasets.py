"""Datasets of images read what torchvision reads, from small files of the same form, and work with loaders."""

from __future__ import annotations

import bz2
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models import torchvision
from tests.source.conversion import convert, left

RANDOM = np.random.default_rng(0)


def picture(path: Path, height: int = 6, width: int = 5) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RANDOM.integers(0, 256, (height, width, 3), np.uint8)).save(path)


def idx(path: Path, array: np.ndarray[Any, Any], kind: int = 8) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(f">HBB{array.ndim}i", 0, kind, array.ndim, *array.shape) + array.tobytes())


def digits(root: Path, *stems: str, labels: str = "labels-idx1-ubyte") -> None:
    for stem in stems:
        idx(root / f"{stem}-images-idx3-ubyte", RANDOM.integers(0, 256, (4, 28, 28), np.uint8))
        if "idx2" in labels:
            idx(root / f"{stem}-{labels}", RANDOM.integers(0, 9, (4, 8)).astype(">i4"), 12)
        else:
            idx(root / f"{stem}-{labels}", RANDOM.integers(0, 9, 4).astype(np.uint8))


def mnist(root: Path) -> None:
    for name in ("MNIST", "KMNIST", "FashionMNIST"):
        digits(root / name / "raw", "train", "t10k")
    digits(root / "EMNIST" / "raw", "emnist-letters-train", "emnist-letters-test")
    digits(root / "QMNIST" / "raw", "qmnist-train", "qmnist-test", labels="labels-idx2-int")


def cifar(root: Path) -> None:
    def entry(**labels: Any) -> dict[str, Any]:
        return {"data": RANDOM.integers(0, 256, (2, 3072), np.uint8), **labels}

    files: dict[str, Any] = {
        f"cifar-10-batches-py/data_batch_{index}": entry(labels=[index, 0]) for index in range(1, 6)
    }
    files["cifar-10-batches-py/test_batch"] = entry(labels=[3, 1])
    files["cifar-10-batches-py/batches.meta"] = {"label_names": [f"kind {index}" for index in range(10)]}
    files["cifar-100-python/train"] = entry(fine_labels=[98, 2], coarse_labels=[1, 1])
    files["cifar-100-python/test"] = entry(fine_labels=[9, 12], coarse_labels=[1, 1])
    files["cifar-100-python/meta"] = {"fine_label_names": [f"kind {index}" for index in range(100)]}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(pickle.dumps(content))


def arrays(root: Path) -> None:
    from scipy.io import savemat

    images = RANDOM.integers(0, 256, (32, 32, 3, 3), np.uint8)
    savemat(root / "test_32x32.mat", {"X": images, "y": np.array([[10], [3], [1]], np.uint8)})
    folder = root / "stl10_binary"
    folder.mkdir()
    for part in ("train", "unlabeled", "test"):
        RANDOM.integers(0, 256, (3, 3, 96, 96), np.uint8).tofile(folder / f"{part}_X.bin")
        np.array([10, 1, 4], np.uint8).tofile(folder / f"{part}_y.bin")
    (folder / "class_names.txt").write_text("airplane\nbird\n")
    (folder / "fold_indices.txt").write_text("0 1 \n2 0 \n")
    lines = (
        f"{label} " + " ".join(f"{k + 1}:{v:.4f}" for k, v in enumerate(RANDOM.uniform(-1, 1, 256)))
        for label in (3, 10)
    )
    (root / "usps.t.bz2").write_bytes(bz2.compress("\n".join(lines).encode()))
    rows = (
        " ".join([*map("{:.4f}".format, RANDOM.integers(0, 2, 256)), *map(str, np.eye(10, dtype=int)[k])])
        for k in (4, 0)
    )
    (root / "semeion.data").write_text("\n".join(rows))


def folders(root: Path) -> None:
    for name in (
        "kinds/b/1.png",
        "kinds/b/deep/0.PNG",
        "kinds/a/x.png",
        "eurosat/2750/River/1.jpg",
        "country211/test/AD/3.jpg",
    ):
        picture(root / name)
    (root / "kinds/a/notes.txt").write_text("no image")
    for name in ("BACKGROUND_Google/image_0001", "ant/image_0001", "ant/image_0002", "bee/image_0001"):
        picture(root / "caltech101/101_ObjectCategories" / f"{name}.jpg")
    for name in ("001.ak47/001_0001", "002.flag/002_0001"):
        picture(root / "caltech256/256_ObjectCategories" / f"{name}.jpg")


def described(root: Path) -> None:
    folder = root / "celeba"
    for number in range(3):
        picture(folder / "img_align_celeba" / f"{number}.jpg")
    tables = {
        "list_eval_partition.txt": ["{} {}"],
        "identity_CelebA.txt": ["{} 1{}"],
        "list_bbox_celeba.txt": ["3", "image_id x y", "{}  9{} 4"],
        "list_landmarks_align_celeba.txt": ["3", "x y", "{} 7{} 2"],
        "list_attr_celeba.txt": ["3", "Bald Young", "{} -1  1"],
    }
    for name, (*head, line) in tables.items():
        rows = [line.format(f"{number}.jpg", number % 2) for number in range(3)]
        (folder / name).write_text("\n".join([*head, *rows]) + "\n")
    base = root / "VOCdevkit/VOC2007"
    picture(base / "JPEGImages/one.jpg")
    picture(base / "SegmentationClass/one.png")
    for name in ("ImageSets/Main/test.txt", "ImageSets/Segmentation/test.txt", "Annotations/one.xml"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text("one\n")
    box = "<object><name>{}</name><bndbox><xmin>1</xmin></bndbox></object>"
    (base / "Annotations/one.xml").write_text(
        f"<annotation><size><width>5</width></size>{box.format('cat')}{box.format('dog')}</annotation>"
    )
    for name in ("leftImg8bit/val/x/x_1_leftImg8bit", "gtFine/val/x/x_1_gtFine_labelIds"):
        picture(root / f"{name}.png")
    (root / "gtFine/val/x/x_1_gtFine_polygons.json").write_text('{"objects": [1]}')
    (root / "captions.token").write_text("a.jpg#0\tA dog .\na.jpg#1\tA cat .\n")
    picture(root / "a.jpg")


CASES: list[tuple[Callable[[Path], None], str]] = [
    (mnist, "datasets.MNIST(root, train=False, download=False)"),
    (mnist, "datasets.KMNIST(root, False, target_transform=lambda kind: kind + 1)"),
    (mnist, "datasets.FashionMNIST(root=root)"),
    (mnist, "datasets.EMNIST(root, split='letters', train=True)"),
    (mnist, "datasets.QMNIST(root, compat=False)"),
    (mnist, "datasets.QMNIST(root, 'test')"),
    (cifar, "datasets.CIFAR10(root, train=True, transform=lambda image: np.asarray(image) + 1)"),
    (cifar, "datasets.CIFAR100(root, False)"),
    (arrays, "datasets.SVHN(root, 'test')"),
    (arrays, "datasets.STL10(root, 'train+unlabeled', folds=1)"),
    (arrays, "datasets.USPS(root, train=False)"),
    (arrays, "datasets.SEMEION(root, download=False)"),
    (folders, "datasets.ImageFolder(root + '/kinds', transform=transforms.ToTensor())"),
    (folders, "datasets.DatasetFolder(root + '/kinds', loader=str, extensions=('.txt', '.png'))"),
    (folders, "datasets.EuroSAT(root)"),
    (folders, "datasets.Country211(root, split='test')"),
    (folders, "datasets.Caltech101(root)"),
    (folders, "datasets.Caltech256(root)"),
    (described, "datasets.CelebA(root, 'all', target_type=['attr', 'identity', 'bbox', 'landmarks'])"),
    (described, "datasets.CelebA(root)"),
    (described, "datasets.VOCDetection(root, '2007', 'test')"),
    (described, "datasets.VOCSegmentation(root, year='2007', image_set='test', transforms=lambda x, y: (y, x))"),
    (described, "datasets.Cityscapes(root, split='val', target_type=['semantic', 'polygon'])"),
    (described, "datasets.Flickr30k(root, root + '/captions.token')"),
]
HEAD = """\
import numpy as np
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
"""


def run(code: str, root: Path) -> Any:
    """Return what a script binds to ``found``."""
    scope: dict[str, Any] = {"root": str(root)}
    exec(compile(code, "script.py", "exec"), scope)
    return scope["found"]


def plain(value: Any) -> Any:
    """Return an item as lists and numbers, with the types of what they were."""
    from PIL import Image

    if isinstance(value, Image.Image):
        return value.mode, np.asarray(value).tolist()
    if isinstance(value, np.ndarray) or type(value).__name__ == "Tensor":
        array = np.asarray(value.asnumpy() if hasattr(value, "asnumpy") else value)
        return str(array.dtype), array.tolist()
    if isinstance(value, (tuple, list)):
        return type(value), [plain(item) for item in value]
    return type(value), value


def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torchvision read files that are not the published ones."""
    package = torchvision().datasets
    for name in ("cifar", "svhn", "stl10", "semeion", "celeba"):
        monkeypatch.setattr(getattr(package, name), "check_integrity", lambda *_: True)


@pytest.mark.parametrize("files", dict.fromkeys(files for files, _ in CASES), ids=lambda files: files.__name__)
def test_the_items_are_those_of_torchvision(
    files: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchecked(monkeypatch)
    files(tmp_path)
    texts = [text for builder, text in CASES if builder is files]
    code = HEAD + "found = [\n" + "".join(f"    {text},\n" for text in texts) + "]\n"
    found = convert(code)
    assert left(found.diagnostics) == []
    assert "torch" not in found.code.replace("torchvision", "")
    for text, before, after in zip(texts, run(code, tmp_path), run(found.code, tmp_path), strict=True):
        assert len(after) == len(before) > 0, text
        for index in range(len(before)):
            assert plain(after[index]) == plain(before[index]), text
        for name in ("classes", "class_to_idx", "targets", "samples", "categories", "attr_names", "data"):
            if name in vars(before):
                expected, value = plain(getattr(before, name)), plain(getattr(after, name))
                assert value[1] == expected[1], (text, name)


def test_a_loader_gives_batches_of_a_dataset(tmp_path: Path) -> None:
    mnist(tmp_path)
    code = f"""{HEAD}
class MNIST(datasets.MNIST):
    def __getitem__(self, index):
        image, target = super().__getitem__(index)
        return image, target * 2

prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
data = MNIST(root, transform=prepare)
found = [*DataLoader(data, batch_size=3, shuffle=False), data.data, data.targets]
"""
    found = convert(code)
    assert left(found.diagnostics) == []
    torchvision()
    before, after = run(code, tmp_path), run(found.code, tmp_path)
    assert len(after) == len(before) == 4
    for old, new in zip([*before[0], *before[1], *before[2:]], [*after[0], *after[1], *after[2:]], strict=True):
        assert str(new.dtype).lower() == str(old.dtype).removeprefix("torch.")
        np.testing.assert_allclose(new.asnumpy(), old.numpy(), rtol=1e-4)


def test_a_file_that_is_missing_is_told_with_its_source(tmp_path: Path) -> None:
    found = convert(f"{HEAD}found = datasets.CIFAR10(root, download=True)\n")
    assert any("not fetched" in item.say for item in found.diagnostics)
    with pytest.raises(FileNotFoundError, match=r"data_batch_1 is missing\. Download https://www\.cs\.toronto"):
        run(found.code, tmp_path)


def test_descriptions_from_a_file_of_json(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg"):
        picture(tmp_path / name)
    notes = [
        {"image_id": 2, "id": 5, "caption": "A dog", "bbox": [0, 1, 2, 3]},
        {"image_id": 2, "id": 4, "caption": "It runs"},
    ]
    images = [{"id": 7, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}]
    (tmp_path / "notes.json").write_text(json.dumps({"images": images, "annotations": notes}))
    arguments = "(root, root + '/notes.json')"
    code = f"{HEAD}found = datasets.CocoDetection{arguments}, datasets.CocoCaptions{arguments}\n"
    found = convert(code)
    objects, captions = run(found.code, tmp_path)
    assert objects.ids == [2, 7]
    assert objects[0][1] == notes
    assert captions[0][1] == ["A dog", "It runs"]
    assert objects[1][1] == []
    assert objects[0][0].size == (5, 6)


def test_random_images_are_the_same_for_an_index() -> None:
    arguments = "(size=3, image_size=(3, 4, 5), num_classes=2, transform=transforms.ToTensor())"
    data = run(convert(f"{HEAD}found = datasets.FakeData{arguments}\n").code, Path())
    image, kind = data[2]
    assert image.shape == (3, 4, 5)
    assert kind in (0, 1)
    assert np.array_equal(data[2][0], image)
    assert len(list(data)) == len(data) == 3
