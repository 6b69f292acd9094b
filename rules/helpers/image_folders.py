"""Datasets of images that lie in the folders of their classes."""

import os

import numpy as np
from image_datasets import VisionDataset, published_file
from PIL import Image

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def has_file_allowed_extension(filename, extensions) -> bool:
    """Tell whether the name of a file ends as one of some extensions say."""
    return str(filename).lower().endswith(extensions if isinstance(extensions, str) else tuple(extensions))


def is_image_file(filename) -> bool:
    """Tell whether the name of a file is that of an image."""
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def pil_loader(path):
    """Read an image in colours."""
    with Image.open(path) as image:
        return image.convert("RGB")


def find_classes(directory) -> tuple[list[str], dict[str, int]]:
    """Return the names of the folders in a folder, and the numbers of the classes that they are."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"There is no folder of a class in {directory}.")
    return classes, {name: index for index, name in enumerate(classes)}


def make_dataset(
    directory, class_to_idx=None, extensions=None, is_valid_file=None, allow_empty=False
) -> list[tuple[str, int]]:
    """Return the files in the folders of classes, each with the number of its class."""
    if (extensions is None) == (is_valid_file is None):
        raise ValueError("Give either extensions or is_valid_file.")
    directory = os.path.expanduser(directory)
    class_to_idx = find_classes(directory)[1] if class_to_idx is None else class_to_idx
    samples, empty = [], []
    for name in sorted(class_to_idx):
        paths = [
            os.path.join(folder, file)
            for folder, _, files in sorted(os.walk(os.path.join(directory, name), followlinks=True))
            for file in sorted(files)
        ]
        valid = [
            path
            for path in paths
            if (is_valid_file(path) if is_valid_file else has_file_allowed_extension(path, extensions))
        ]
        samples += [(path, class_to_idx[name]) for path in valid]
        if not valid:
            empty.append(name)
    if empty and not allow_empty:
        raise FileNotFoundError(f"There is no valid file of the classes {', '.join(empty)} in {directory}.")
    return samples


class DatasetFolder(VisionDataset):
    """Files of which each lies in the folder of its class."""

    def __init__(
        self,
        root,
        loader,
        extensions=None,
        transform=None,
        target_transform=None,
        is_valid_file=None,
        allow_empty=False,
    ) -> None:
        super().__init__(root, None, transform, target_transform)
        self.loader = loader
        self.extensions = extensions
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(self.root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [target for _, target in self.samples]

    def find_classes(self, directory):
        """Return the names of the classes, and their numbers."""
        return find_classes(directory)

    @staticmethod
    def make_dataset(directory, class_to_idx, extensions=None, is_valid_file=None, allow_empty=False):
        """Return the files with the numbers of their classes."""
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def __getitem__(self, index):
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """Images of which each lies in the folder of its class."""

    def __init__(
        self,
        root,
        transform=None,
        target_transform=None,
        loader=pil_loader,
        is_valid_file=None,
        allow_empty=False,
    ) -> None:
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, extensions, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples


class EuroSAT(ImageFolder):
    """Satellite images of ten kinds of land, in the folder ``eurosat/2750``."""

    def __init__(self, root, transform=None, target_transform=None, download=False, loader=pil_loader) -> None:
        folder = os.path.join(os.path.expanduser(root), "eurosat", "2750")
        published_file(folder, "https://madm.dfki.de/files/sentinel/EuroSAT.zip")
        super().__init__(folder, transform, target_transform, loader)
        self.root = os.path.expanduser(root)


class Country211(ImageFolder):
    """Photographs of 211 countries, in the folder ``country211``."""

    def __init__(
        self, root, split="train", transform=None, target_transform=None, download=False, loader=pil_loader
    ) -> None:
        folder = os.path.join(os.path.expanduser(root), "country211", split)
        published_file(folder, "https://openaipublic.azureedge.net/clip/data/country211.tgz")
        super().__init__(folder, transform, target_transform, loader)
        self.root = os.path.expanduser(root)


class Caltech101(VisionDataset):
    """Photographs of 101 kinds of objects, in the folder ``caltech101``."""

    def __init__(self, root, target_type="category", transform=None, target_transform=None, download=False) -> None:
        super().__init__(os.path.join(root, "caltech101"), None, transform, target_transform)
        self.target_type = [target_type] if isinstance(target_type, str) else target_type
        folder = os.path.join(self.root, "101_ObjectCategories")
        published_file(folder, "https://data.caltech.edu/records/mzrjq-6wc02")
        self.categories = [name for name in sorted(os.listdir(folder)) if name != "BACKGROUND_Google"]
        renamed = {"Faces": "Faces_2", "Faces_easy": "Faces_3", "Motorbikes": "Motorbikes_16"}
        renamed["airplanes"] = "Airplanes_Side_2"
        self.annotation_categories = [renamed.get(name, name) for name in self.categories]
        counts = [len(os.listdir(os.path.join(folder, name))) for name in self.categories]
        self.index = [number for count in counts for number in range(1, count + 1)]
        self.y = [place for place, count in enumerate(counts) for _ in range(count)]

    def __getitem__(self, index):
        kind, number = self.y[index], self.index[index]
        path = os.path.join(self.root, "101_ObjectCategories", self.categories[kind], f"image_{number:04d}.jpg")
        targets = [kind if name == "category" else self.contour(kind, number) for name in self.target_type]
        return self.transformed(Image.open(path), targets[0] if len(targets) == 1 else tuple(targets))

    def contour(self, kind: int, number: int) -> np.ndarray:
        """Read the outline of an object."""
        from scipy.io import loadmat

        folder = os.path.join(self.root, "Annotations", self.annotation_categories[kind])
        return loadmat(os.path.join(folder, f"annotation_{number:04d}.mat"))["obj_contour"]

    def __len__(self) -> int:
        return len(self.index)


class Caltech256(VisionDataset):
    """Photographs of 256 kinds of objects, in the folder ``caltech256``."""

    def __init__(self, root, transform=None, target_transform=None, download=False) -> None:
        super().__init__(os.path.join(root, "caltech256"), None, transform, target_transform)
        folder = os.path.join(self.root, "256_ObjectCategories")
        published_file(folder, "https://data.caltech.edu/records/nyy15-4j048")
        self.categories = sorted(os.listdir(folder))
        names = [os.listdir(os.path.join(folder, name)) for name in self.categories]
        counts = [sum(file.endswith(".jpg") for file in files) for files in names]
        self.index = [number for count in counts for number in range(1, count + 1)]
        self.y = [place for place, count in enumerate(counts) for _ in range(count)]

    def __getitem__(self, index):
        kind, name = self.y[index], self.categories[self.y[index]]
        file = f"{kind + 1:03d}_{self.index[index]:04d}.jpg"
        return self.transformed(Image.open(os.path.join(self.root, "256_ObjectCategories", name, file)), kind)

    def __len__(self) -> int:
        return len(self.index)
