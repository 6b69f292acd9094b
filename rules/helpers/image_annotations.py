"""Datasets of images with descriptions in files beside them."""

import csv
import json
import os
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from image_datasets import VisionDataset, published_file
from image_folders import pil_loader
from mindspore import Tensor
from PIL import Image


class CelebA(VisionDataset):
    """Faces of known people with their attributes, in the folder ``celeba``."""

    base_folder = "celeba"

    def __init__(
        self, root, split="train", target_type="attr", transform=None, target_transform=None, download=False
    ) -> None:
        super().__init__(root, None, transform, target_transform)
        parts = {"train": 0, "valid": 1, "test": 2, "all": None}
        if split not in parts:
            raise ValueError(f"The splits are {', '.join(parts)}, not {split!r}.")
        self.split = split
        self.target_type = target_type if isinstance(target_type, list) else [target_type]
        names, _, part = self.read("list_eval_partition.txt")
        kept = np.flatnonzero(np.ones(len(names)) if parts[split] is None else part[:, 0] == parts[split])
        self.filename = [names[place] for place in kept]
        self.identity = Tensor(self.read("identity_CelebA.txt")[2][kept])
        self.bbox = Tensor(self.read("list_bbox_celeba.txt", 1)[2][kept])
        self.landmarks_align = Tensor(self.read("list_landmarks_align_celeba.txt", 1)[2][kept])
        _, self.attr_names, attributes = self.read("list_attr_celeba.txt", 1)
        self.attr = Tensor((attributes[kept] + 1) // 2)

    def read(self, name: str, header: int | None = None) -> tuple[list[str], list[str], np.ndarray]:
        """Read a table: the names of its rows, those of its columns, and its numbers."""
        path = os.path.join(self.root, self.base_folder, name)
        url = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
        with open(published_file(path, url)) as file:
            rows = list(csv.reader(file, delimiter=" ", skipinitialspace=True))
        heads = [] if header is None else rows[header]
        rows = rows if header is None else rows[header + 1 :]
        return [row[0] for row in rows], heads, np.array([list(map(int, row[1:])) for row in rows], np.int64)

    def __getitem__(self, index):
        image = Image.open(os.path.join(self.root, self.base_folder, "img_align_celeba", self.filename[index]))
        known = {"attr": self.attr, "identity": self.identity, "bbox": self.bbox, "landmarks": self.landmarks_align}
        targets = [known[name][index] for name in self.target_type]
        targets = [value[0] if name == "identity" else value for name, value in zip(self.target_type, targets)]
        if not targets:
            return (image if self.transform is None else self.transform(image)), None
        return self.transformed(image, targets[0] if len(targets) == 1 else tuple(targets))

    def __len__(self) -> int:
        return len(self.filename)


class VOCDataset(VisionDataset):
    """Base of the datasets of PASCAL VOC, in folders such as ``VOCdevkit/VOC2012``."""

    splits_folder: str
    targets_folder: str
    extension: str

    def __init__(
        self,
        root,
        year="2012",
        image_set="train",
        download=False,
        transform=None,
        target_transform=None,
        transforms=None,
    ) -> None:
        super().__init__(root, transforms, transform, target_transform)
        self.year = year
        self.image_set = image_set
        above = ("TrainVal", "VOCdevkit") if year == "2011" else ("VOCdevkit",)
        folder = os.path.join(self.root, *above, f"VOC{year}")
        published_file(folder, f"http://host.robots.ox.ac.uk/pascal/VOC/voc{year}/")
        with open(os.path.join(folder, "ImageSets", self.splits_folder, f"{image_set}.txt")) as file:
            names = [line.strip() for line in file]
        self.images = [os.path.join(folder, "JPEGImages", f"{name}.jpg") for name in names]
        self.targets = [os.path.join(folder, self.targets_folder, name + self.extension) for name in names]

    def __len__(self) -> int:
        return len(self.images)


class VOCSegmentation(VOCDataset):
    """Photographs with the classes of their pixels."""

    splits_folder, targets_folder, extension = "Segmentation", "SegmentationClass", ".png"

    @property
    def masks(self) -> list[str]:
        return self.targets

    def __getitem__(self, index):
        return self.transformed(pil_loader(self.images[index]), Image.open(self.targets[index]))


class VOCDetection(VOCDataset):
    """Photographs with the boxes of their objects."""

    splits_folder, targets_folder, extension = "Main", "Annotations", ".xml"

    @property
    def annotations(self) -> list[str]:
        return self.targets

    def __getitem__(self, index):
        target = self.parse_voc_xml(ElementTree.parse(self.targets[index]).getroot())
        return self.transformed(pil_loader(self.images[index]), target)

    @staticmethod
    def parse_voc_xml(node) -> dict:
        """Return an element of XML as a dictionary; what stands there several times is a list, and so are objects."""
        children = list(node)
        if not children:
            return {node.tag: node.text.strip()} if node.text else {}
        found = defaultdict(list)
        for child in children:
            for name, value in VOCDetection.parse_voc_xml(child).items():
                found[name].append(value)
        if node.tag == "annotation":
            found["object"] = [found["object"]]
        return {node.tag: {name: values[0] if len(values) == 1 else values for name, values in found.items()}}


class CocoDetection(VisionDataset):
    """Photographs with the descriptions of their objects from a file of JSON."""

    def __init__(self, root, annFile, transform=None, target_transform=None, transforms=None) -> None:
        super().__init__(root, transforms, transform, target_transform)
        with open(annFile) as file:
            content = json.load(file)
        self.files = {image["id"]: image["file_name"] for image in content["images"]}
        self.objects = defaultdict(list)
        for annotation in content["annotations"]:
            self.objects[annotation["image_id"]].append(annotation)
        self.ids = sorted(self.files)

    def description(self, number) -> list:
        """Return what is told of an image."""
        return self.objects.get(number, [])

    def __getitem__(self, index):
        number = self.ids[index]
        image = pil_loader(os.path.join(self.root, self.files[number]))
        return self.transformed(image, self.description(number))

    def __len__(self) -> int:
        return len(self.ids)


class CocoCaptions(CocoDetection):
    """Photographs with sentences about them from a file of JSON."""

    def description(self, number) -> list:
        return [annotation["caption"] for annotation in self.objects.get(number, [])]


class Cityscapes(VisionDataset):
    """Streets with the classes of their pixels, in the folders ``leftImg8bit`` and ``gtFine`` or ``gtCoarse``."""

    def __init__(
        self,
        root,
        split="train",
        mode="fine",
        target_type="instance",
        transform=None,
        target_transform=None,
        transforms=None,
    ) -> None:
        super().__init__(root, transforms, transform, target_transform)
        self.mode = "gtFine" if mode == "fine" else "gtCoarse"
        self.split = split
        self.target_type = target_type if isinstance(target_type, list) else [target_type]
        self.images_dir = os.path.join(self.root, "leftImg8bit", split)
        self.targets_dir = os.path.join(self.root, self.mode, split)
        for folder in (self.images_dir, self.targets_dir):
            published_file(folder, "https://www.cityscapes-dataset.com")
        suffixes = {"instance": "instanceIds.png", "semantic": "labelIds.png", "color": "color.png"}
        suffixes["polygon"] = "polygons.json"
        self.images, self.targets = [], []
        for city in os.listdir(self.images_dir):
            for name in os.listdir(os.path.join(self.images_dir, city)):
                stem = f"{name.split('_leftImg8bit')[0]}_{self.mode}_"
                self.images.append(os.path.join(self.images_dir, city, name))
                ends = [stem + suffixes[kind] for kind in self.target_type]
                self.targets.append([os.path.join(self.targets_dir, city, end) for end in ends])

    def __getitem__(self, index):
        targets = [
            json.loads(Path(path).read_text()) if path.endswith(".json") else Image.open(path)
            for path in self.targets[index]
        ]
        target = targets[0] if len(targets) == 1 else tuple(targets)
        return self.transformed(pil_loader(self.images[index]), target)

    def __len__(self) -> int:
        return len(self.images)


class Flickr30k(VisionDataset):
    """Photographs with sentences about them from a file of lines."""

    def __init__(self, root, ann_file, transform=None, target_transform=None, loader=pil_loader) -> None:
        super().__init__(root, None, transform, target_transform)
        self.ann_file = os.path.expanduser(ann_file)
        self.loader = loader
        self.annotations = defaultdict(list)
        with open(self.ann_file) as file:
            for line in file:
                name, caption = line.strip().split("\t")
                self.annotations[name[:-2]].append(caption)
        self.ids = sorted(self.annotations)

    def __getitem__(self, index):
        name = self.ids[index]
        return self.transformed(self.loader(os.path.join(self.root, name)), self.annotations[name])

    def __len__(self) -> int:
        return len(self.ids)
