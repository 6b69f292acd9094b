"""Datasets and loaders that are plain Python: items are read and joined to batches of tensors in this process."""

import bisect
import itertools
import math
from typing import Generic, TypeVar

import numpy as np
from mindspore import Tensor, ops

Item = TypeVar("Item", covariant=True)


def random_numbers(generator=None):
    """Return NumPy's random numbers that follow a generator, or else mindspore.set_seed."""
    return np.random if generator is None else np.random.RandomState(int(generator.initial_seed()) % 2**32)


class Dataset(Generic[Item]):
    """Base of datasets with ``__getitem__``, and usually ``__len__``."""

    def __getitem__(self, index):
        raise NotImplementedError

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset[Item]):
    """Base of datasets with ``__iter__`` only."""

    def __iter__(self):
        raise NotImplementedError

    def __add__(self, other):
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """Give the rows of some tensors together."""

    def __init__(self, *tensors) -> None:
        assert all(tensor.shape[0] == tensors[0].shape[0] for tensor in tensors), "Size mismatch between tensors"
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]


class StackDataset(Dataset[Item]):
    """Give the items of some datasets together, as a tuple or as a dictionary."""

    def __init__(self, *args, **kwargs) -> None:
        self.datasets = kwargs or args

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __len__(self) -> int:
        return len(next(iter(self.datasets.values())) if isinstance(self.datasets, dict) else self.datasets[0])


class ConcatDataset(Generic[Item]):
    """Give the items of some datasets one after the other."""

    def __init__(self, datasets) -> None:
        self.datasets = list(datasets)
        self.cumulative_sizes = list(itertools.accumulate(len(dataset) for dataset in self.datasets))

    def __getitem__(self, index):
        if index < 0:
            index += len(self)
        place = bisect.bisect_right(self.cumulative_sizes, index)
        return self.datasets[place][index - (self.cumulative_sizes[place - 1] if place else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class ChainDataset:
    """Give the items of some iterable datasets one after the other."""

    def __init__(self, datasets) -> None:
        self.datasets = datasets

    def __iter__(self):
        return itertools.chain(*self.datasets)

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self.datasets)


class Subset(Dataset[Item]):
    """Give some items of a dataset."""

    def __init__(self, dataset, indices) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index):
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    """Divide a dataset at random into parts of some lengths, or of some shares of it."""
    total = len(dataset)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        sizes = [math.floor(total * share) for share in lengths]
        for index in range(total - sum(sizes)):
            sizes[index % len(sizes)] += 1
        lengths = sizes
    if sum(lengths) != total:
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = random_numbers(generator).permutation(total).tolist()
    ends = list(itertools.accumulate(lengths))
    return [Subset(dataset, order[end - length : end]) for end, length in zip(ends, lengths)]


def default_convert(data):
    """Make tensors of the arrays and numbers in an item."""
    if isinstance(data, (np.ndarray, np.generic)):
        return Tensor(data) if data.dtype.kind not in "SUO" else data
    if isinstance(data, dict):
        return {name: default_convert(value) for name, value in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    return [default_convert(value) for value in data] if isinstance(data, (list, tuple)) else data


def default_collate(batch):
    """Join items to a batch: tensors, arrays and numbers are stacked, within tuples, lists and dictionaries too."""
    first = batch[0]
    if isinstance(first, Tensor):
        return ops.stack(list(batch))
    if isinstance(first, (np.ndarray, np.generic)) and first.dtype.kind not in "SUO":
        return Tensor(np.stack(batch))
    if isinstance(first, float):
        return Tensor(np.array(batch, np.float64))
    if isinstance(first, (bool, int)):
        return Tensor(np.array(batch))
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, dict):
        return {name: default_collate([item[name] for item in batch]) for name in first}
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(default_collate(values) for values in zip(*batch)))
    if isinstance(first, (list, tuple)):
        return [default_collate(list(values)) for values in zip(*batch)]
    raise TypeError(f"A batch of {type(first).__name__} needs a collate_fn of its own.")


class DataLoader(Generic[Item]):
    """Give the batches of a dataset; what concerns other processes and pinned memory has no effect."""

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ) -> None:
        self.dataset = dataset
        self.num_workers = num_workers
        self.collate_fn = collate_fn or (default_collate if batch_size or batch_sampler else default_convert)
        self.drop_last = drop_last
        self.batch_size = None if batch_sampler is not None else batch_size
        if isinstance(dataset, IterableDataset) or not hasattr(dataset, "__getitem__"):
            self.sampler = None
        elif sampler is None:
            self.sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        else:
            self.sampler = sampler
        if batch_sampler is None and batch_size and self.sampler is not None:
            batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)
        self.batch_sampler = batch_sampler

    def __iter__(self):
        if self.batch_sampler is not None:
            for indices in self.batch_sampler:
                yield self.collate_fn([self.dataset[index] for index in indices])
        elif self.sampler is not None:
            for index in self.sampler:
                yield self.collate_fn(self.dataset[index])
        elif self.batch_size is None:
            yield from map(self.collate_fn, self.dataset)
        else:
            yield from map(self.collate_fn, BatchSampler(self.dataset, self.batch_size, self.drop_last))

    def __len__(self) -> int:
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        if self.batch_size is None or self.sampler is not None:
            return len(self.dataset)
        return len(self.dataset) // self.batch_size if self.drop_last else -(-len(self.dataset) // self.batch_size)


class Sampler(Generic[Item]):
    """Base of the orders in which a dataset is read."""

    def __iter__(self):
        raise NotImplementedError


class SequentialSampler(Sampler):
    """Read a dataset from its start to its end."""

    def __init__(self, data_source) -> None:
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """Read a dataset in a random order, or draw from it again and again."""

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self.num_samples = len(data_source) if num_samples is None else num_samples
        self.random = random_numbers(generator)

    def __iter__(self):
        total = len(self.data_source)
        if self.replacement:
            yield from self.random.randint(0, total, self.num_samples).tolist()
            return
        for start in range(0, self.num_samples, total):
            yield from self.random.permutation(total)[: self.num_samples - start].tolist()

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Read some items in a random order."""

    def __init__(self, indices, generator=None) -> None:
        self.indices = indices
        self.random = random_numbers(generator)

    def __iter__(self):
        return iter([self.indices[index] for index in self.random.permutation(len(self.indices))])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Draw items as often as their weights say."""

    def __init__(self, weights, num_samples, replacement=True, generator=None) -> None:
        weights = weights.asnumpy() if isinstance(weights, Tensor) else weights
        self.weights = np.asarray(weights, np.float64)
        self.num_samples = num_samples
        self.replacement = replacement
        self.random = random_numbers(generator)

    def __iter__(self):
        shares = self.weights / self.weights.sum()
        return iter(self.random.choice(len(shares), self.num_samples, self.replacement, shares).tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Group what another sampler gives."""

    def __init__(self, sampler, batch_size, drop_last) -> None:
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        items = iter(self.sampler)
        while batch := list(itertools.islice(items, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        total = len(self.sampler)
        return total // self.batch_size if self.drop_last else -(-total // self.batch_size)
