"""Datasets of images that are read from the files in which they are published."""

import bz2
import os
import pickle
import string

import numpy as np
from data import Dataset
from mindspore import Tensor, int64
from PIL import Image


class VisionDataset(Dataset):
    """Base of datasets of images: keeps the folder and the transforms."""

    def __init__(self, root=None, transforms=None, transform=None, target_transform=None) -> None:
        if transforms is not None and (transform is not None or target_transform is not None):
            raise ValueError("Give either transforms, or transform and target_transform.")
        self.root = os.path.expanduser(root) if root is not None else None
        self.transforms = transforms
        self.transform = transform
        self.target_transform = target_transform

    def transformed(self, image, target):
        """Return what the transforms make of an image and its target."""
        if self.transforms is not None:
            return self.transforms(image, target)
        if self.transform is not None:
            image = self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)


def published_file(path: str, url: str) -> str:
    """Return the path of a file that has to be there; say where it is published if it is not."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path} is missing. Download {url} and unpack it, so that the file lies there.")
    return path


class ArrayDataset(VisionDataset):
    """Base of datasets whose images are one array, ``data``, with numbers of classes, ``targets``."""

    data: Tensor | np.ndarray
    targets: list[int] | Tensor

    def __getitem__(self, index):
        image = self.data[index]
        image = Image.fromarray(image.asnumpy() if isinstance(image, Tensor) else image)
        return self.transformed(image, self.target(index))

    def target(self, index):
        """Return the class of an image."""
        return int(self.targets[index])

    def __len__(self) -> int:
        return len(self.data)


def read_numbers(path: str) -> np.ndarray:
    """Read an array from a file of the form IDX, which tells its type and shape."""
    with open(path, "rb") as file:
        content = file.read()
    kinds = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
    kind, rank = np.dtype(kinds[content[2]]), content[3]
    shape = np.frombuffer(content, ">i4", rank, 4)
    return np.frombuffer(content, kind, int(shape.prod()), 4 + 4 * rank).reshape(shape).astype(kind.newbyteorder("="))


class MNIST(ArrayDataset):
    """Handwritten digits, in the folder ``MNIST/raw``."""

    url = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    classes = (
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    )

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False) -> None:
        super().__init__(root, None, transform, target_transform)
        self.train = train
        images, labels = self.files()
        self.data = Tensor(read_numbers(published_file(os.path.join(self.raw_folder, images), self.url)))
        self.targets = Tensor(read_numbers(published_file(os.path.join(self.raw_folder, labels), self.url)), int64)

    def files(self) -> tuple[str, str]:
        """Return the names of the files of images and labels."""
        part = "train" if self.train else "t10k"
        return f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"

    @property
    def raw_folder(self) -> str:
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.classes)}


class FashionMNIST(MNIST):
    """Pieces of clothing, in the folder ``FashionMNIST/raw``."""

    url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    classes = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


class KMNIST(MNIST):
    """Japanese characters, in the folder ``KMNIST/raw``."""

    url = "http://codh.rois.ac.jp/kmnist/"
    classes = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


class EMNIST(MNIST):
    """Handwritten characters in several splits, in the folder ``EMNIST/raw``."""

    url = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")

    def __init__(self, root, split, **kwargs) -> None:
        if split not in self.splits:
            raise ValueError(f"The splits are {', '.join(self.splits)}, not {split!r}.")
        self.split = split
        super().__init__(root, **kwargs)
        merged = sorted(set(string.digits + string.ascii_letters) - set("cijklmopsuvwxyz"))
        names = {
            "byclass": sorted(string.digits + string.ascii_letters),
            "letters": ["N/A", *string.ascii_lowercase],
            "digits": list(string.digits),
            "mnist": list(string.digits),
        }
        self.classes = names.get(split, merged)

    def files(self) -> tuple[str, str]:
        part = f"emnist-{self.split}-{'train' if self.train else 'test'}"
        return f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"


class QMNIST(MNIST):
    """Handwritten digits with what is known of their writers, in the folder ``QMNIST/raw``."""

    url = "https://github.com/facebookresearch/qmnist"

    def __init__(self, root, what=None, compat=True, train=True, **kwargs) -> None:
        self.what = what or ("train" if train else "test")
        self.compat = compat
        super().__init__(root, train, **kwargs)
        kept = {"test10k": slice(10000), "test50k": slice(10000, None)}.get(self.what)
        if kept is not None:
            self.data, self.targets = self.data[kept], self.targets[kept]

    def files(self) -> tuple[str, str]:
        part = {"train": "qmnist-train", "nist": "xnist"}.get(self.what, "qmnist-test")
        return f"{part}-images-idx3-ubyte", f"{part}-labels-idx2-int"

    def target(self, index):
        return int(self.targets[index][0]) if self.compat else self.targets[index]


class CIFAR10(ArrayDataset):
    """Small photographs of ten classes, in the folder ``cifar-10-batches-py``."""

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    train_files = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5")
    test_files = ("test_batch",)
    label_key = "labels"
    names = ("batches.meta", "label_names")

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False) -> None:
        super().__init__(root, None, transform, target_transform)
        self.train = train
        entries = [self.read(name) for name in (self.train_files if train else self.test_files)]
        images = np.concatenate([entry["data"] for entry in entries]).reshape(-1, 3, 32, 32)
        self.data = images.transpose(0, 2, 3, 1)
        self.targets = [label for entry in entries for label in entry[self.label_key]]
        file, key = self.names
        self.classes = self.read(file)[key]
        self.class_to_idx = {name: index for index, name in enumerate(self.classes)}

    def read(self, name: str) -> dict:
        """Read a file of the dataset."""
        with open(published_file(os.path.join(self.root, self.base_folder, name), self.url), "rb") as file:
            return pickle.load(file, encoding="latin1")


class CIFAR100(CIFAR10):
    """Small photographs of a hundred classes, in the folder ``cifar-100-python``."""

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    train_files = ("train",)
    test_files = ("test",)
    label_key = "fine_labels"
    names = ("meta", "fine_label_names")


class SVHN(VisionDataset):
    """House numbers, in files such as ``train_32x32.mat``."""

    def __init__(self, root, split="train", transform=None, target_transform=None, download=False) -> None:
        from scipy.io import loadmat

        super().__init__(root, None, transform, target_transform)
        self.split = split
        name = f"{split}_32x32.mat"
        url = f"http://ufldl.stanford.edu/housenumbers/{name}"
        content = loadmat(published_file(os.path.join(self.root, name), url))
        self.data = content["X"].transpose(3, 2, 0, 1)
        self.labels = content["y"].astype(np.int64).squeeze() % 10

    def __getitem__(self, index):
        image = Image.fromarray(self.data[index].transpose(1, 2, 0))
        return self.transformed(image, int(self.labels[index]))

    def __len__(self) -> int:
        return len(self.data)


class STL10(VisionDataset):
    """Photographs of ten classes and many without, in the folder ``stl10_binary``."""

    base_folder = "stl10_binary"
    url = "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz"

    def __init__(self, root, split="train", folds=None, transform=None, target_transform=None, download=False) -> None:
        super().__init__(root, None, transform, target_transform)
        parts = {
            "train": ["train"],
            "train+unlabeled": ["train", "unlabeled"],
            "unlabeled": ["unlabeled"],
            "test": ["test"],
        }
        if split not in parts:
            raise ValueError(f"The splits are {', '.join(parts)}, not {split!r}.")
        self.split = split
        found = [self.read(part, folds) for part in parts[split]]
        self.data = np.concatenate([images for images, _ in found])
        self.labels = np.concatenate([labels for _, labels in found])
        names = os.path.join(self.root, self.base_folder, "class_names.txt")
        if os.path.isfile(names):
            with open(names) as file:
                self.classes = file.read().splitlines()

    def read(self, part: str, fold: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Read the images of a part and their labels, -1 where there are none; of the training part only a fold."""
        folder = os.path.join(self.root, self.base_folder)
        images = np.fromfile(published_file(os.path.join(folder, f"{part}_X.bin"), self.url), np.uint8)
        images = images.reshape(-1, 3, 96, 96).transpose(0, 1, 3, 2)
        if part == "unlabeled":
            return images, np.full(len(images), -1)
        labels = np.fromfile(published_file(os.path.join(folder, f"{part}_y.bin"), self.url), np.uint8) - 1
        if fold is None or part != "train":
            return images, labels
        with open(os.path.join(folder, "fold_indices.txt")) as file:
            places = np.array(file.read().splitlines()[fold].split(), np.int64)
        return images[places], labels[places]

    def __getitem__(self, index):
        image = Image.fromarray(self.data[index].transpose(1, 2, 0))
        return self.transformed(image, int(self.labels[index]))

    def __len__(self) -> int:
        return len(self.data)


class USPS(ArrayDataset):
    """Digits of addresses, in the files ``usps.bz2`` and ``usps.t.bz2``."""

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False) -> None:
        super().__init__(root, None, transform, target_transform)
        name = "usps.bz2" if train else "usps.t.bz2"
        url = f"https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/{name}"
        with bz2.open(published_file(os.path.join(self.root, name), url), "rt") as file:
            lines = [line.split() for line in file]
        grey = np.array([[item.split(":")[1] for item in items] for _, *items in lines], np.float32)
        self.data = ((grey.reshape(-1, 16, 16) + 1) / 2 * 255).astype(np.uint8)
        self.targets = [int(label) - 1 for label, *_ in lines]


class SEMEION(VisionDataset):
    """Digits of 80 writers, in the file ``semeion.data``."""

    def __init__(self, root, transform=None, target_transform=None, download=True) -> None:
        super().__init__(root, None, transform, target_transform)
        url = "http://archive.ics.uci.edu/ml/machine-learning-databases/semeion/semeion.data"
        numbers = np.loadtxt(published_file(os.path.join(self.root, "semeion.data"), url))
        self.data = (numbers[:, :256] * 255).astype(np.uint8).reshape(-1, 16, 16)
        self.labels = np.nonzero(numbers[:, 256:])[1]

    def __getitem__(self, index):
        return self.transformed(Image.fromarray(self.data[index]), int(self.labels[index]))

    def __len__(self) -> int:
        return len(self.data)


class FakeData(VisionDataset):
    """Images and classes at random, the same ones for the same index."""

    def __init__(
        self,
        size=1000,
        image_size=(3, 224, 224),
        num_classes=10,
        transform=None,
        target_transform=None,
        random_offset=0,
    ) -> None:
        super().__init__(None, None, transform, target_transform)
        self.size = size
        self.image_size = image_size
        self.num_classes = num_classes
        self.random_offset = random_offset

    def __getitem__(self, index):
        if index >= self.size:
            raise IndexError(f"There are {self.size} images.")
        random = np.random.RandomState(index + self.random_offset)
        pixels = random.randint(0, 256, self.image_size).astype(np.uint8).transpose(1, 2, 0)
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        return self.transformed(image, int(random.randint(0, self.num_classes)))

    def __len__(self) -> int:
        return self.size
