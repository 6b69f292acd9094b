"""Counts of runs of numbers."""

from mindspore import Tensor, float32, int64, ops


def count_ngrams(
    x: Tensor,
    max_gram_length: int,
    max_skip_count: int,
    min_gram_length: int,
    mode: str,
    ngram_counts: tuple[int, ...],
    ngram_indexes: tuple[int, ...],
    pool_int64s: tuple[int, ...],
    weights: tuple[float, ...] | None = None,
) -> Tensor:
    """Count known runs of numbers in each row.

    Args:
        x: The numbers, of the shape (length,) or (rows, length).
        max_gram_length: The length of the longest runs that count.
        max_skip_count: How many numbers may be skipped between two of a run.
        min_gram_length: The length of the shortest runs that count.
        mode: ``TF`` for counts, ``IDF`` for weights of the runs that occur, ``TFIDF`` for their product.
        ngram_counts: Where the runs of each length begin in the pool.
        ngram_indexes: The place of each run in the result.
        pool_int64s: The known runs, one after another, the shortest first.
        weights: The weight of each run; one without it.
    """
    rows = x.reshape((-1, x.shape[-1])).astype(int64)
    totals = ops.zeros((max(ngram_indexes) + 1, rows.shape[0]), float32)
    ends = (*ngram_counts[1:], len(pool_int64s))
    number = 0
    for length in range(1, len(ngram_counts) + 1):
        known = pool_int64s[ngram_counts[length - 1] : ends[length - 1]]
        count = len(known) // length
        places = ngram_indexes[number : number + count]
        number += count
        if count == 0 or length < min_gram_length or length > max_gram_length:
            continue
        pool = Tensor(known, int64).reshape((1, 1, count, length))
        for skip in range(max_skip_count + 1 if length > 1 else 1):
            step = skip + 1
            starts = rows.shape[1] - (length - 1) * step
            if starts > 0:
                runs = [rows[:, place * step : place * step + starts] for place in range(length)]
                equal = (ops.stack(runs, -1).expand_dims(2) == pool).astype(float32).sum(-1)
                found = (equal == length).astype(float32).sum(1)
                totals = ops.tensor_scatter_add(totals, Tensor(places, int64).reshape((-1, 1)), found.swapaxes(0, 1))
    result = totals.swapaxes(0, 1).reshape((*x.shape[:-1], -1))
    if mode == "TF":
        return result
    if mode == "IDF":
        result = (result > 0).astype(float32)
    if weights is None:
        return result
    places = Tensor(ngram_indexes, int64).reshape((-1, 1))
    return result * ops.tensor_scatter_update(ops.zeros_like(totals[:, 0]), places, Tensor(weights, float32))
