"""Sequences of several lengths, and parameters as one vector."""

from mindspore import ops


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Stack sequences, the shorter ones filled up at one side."""
    longest = max(sequence.shape[0] for sequence in sequences)
    rows = []
    for sequence in sequences:
        fill = ops.full((longest - sequence.shape[0], *sequence.shape[1:]), padding_value, dtype=sequence.dtype)
        parts = [sequence, fill] if padding_side == "right" else [fill, sequence]
        rows.append(ops.cat(parts) if fill.shape[0] else sequence)
    return ops.stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """Divide stacked sequences into rows of their own lengths."""
    rows = padded_sequences if batch_first else padded_sequences.swapaxes(0, 1)
    return [row[: int(length)] for row, length in zip(rows, lengths)]


def parameters_to_vector(parameters):
    """Return the values of parameters one after the other."""
    return ops.cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec, parameters) -> None:
    """Give parameters the values that stand one after the other in a vector."""
    start = 0
    for parameter in parameters:
        part = vec[start : start + parameter.size]
        parameter.set_data(part.reshape(parameter.shape).astype(parameter.dtype))
        start += parameter.size
