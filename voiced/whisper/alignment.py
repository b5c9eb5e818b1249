"""When each word was said: some heads of the decoder's cross-attention follow the sound of what is being written.

Their weights are a matrix of tokens and audio positions; the cheapest path that goes forward through both (dynamic time
warping) gives each token its time, as in openai/whisper's `timing.py`. Knows nothing of segments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from voiced.whisper.log_mel import SAMPLE_RATE, SAMPLES_PER_POSITION
from voiced.whisper.words import TimedWord, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from torch import Tensor

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.model import Cache
    from voiced.whisper.tokenizer import Task

POSITIONS_PER_SECOND = SAMPLE_RATE / SAMPLES_PER_POSITION  # 50
MEDIAN_POSITIONS = 7  # width of the median filter; removes single spikes of attention (openai/whisper's value)
_LOGIT_ROWS_AT_ONCE = 32  # tokens whose logits are computed together; those of one take 200 kB


@torch.inference_mode()
def align(
    loaded: LoadedModel, start: Cache, n_positions: int, text: Sequence[int], language: str, task: Task
) -> list[TimedWord]:
    """Token ids `text` → its words, with start and end in seconds from the beginning of the window.

    `start` is the cache of one audio before the first token; the recording fills `n_positions` of its positions, the
    rest is padding and has no words.
    """
    tokenizer, model = loaded.tokenizer, loaded.model
    before = tokenizer.start_sequence(language, task, timestamps=False)
    words = split_words(tokenizer, [*text, tokenizer.eot], language)
    if len(words) <= 1:  # nothing but the end
        return []
    # Read the whole text once more, forced: (1, before + text + 1) tokens.
    tokens = torch.tensor([[*before, *text, tokenizer.eot]], device=model.device)
    hidden, scores = model.attention(tokens, start, loaded.alignment_heads)
    probabilities = _probabilities(loaded, hidden[0, len(before) - 1 : -2], text)
    times = _token_times(scores[..., :n_positions], len(before) - 1) / POSITIONS_PER_SECOND
    # Word i is tokens boundaries[i] to boundaries[i + 1]; it ends when the next one begins. The last "word" is the end
    # of text, whose beginning is the end of the last real one.
    boundaries = np.cumsum([0, *(len(word) for word in words)])
    return [
        TimedWord(
            text=tokenizer.decode_with_timestamps(word),
            tokens=word,
            start=float(times[begin]),
            end=float(times[end]),
            probability=float(np.mean(probabilities[begin:end])),
        )
        for word, begin, end in zip(words[:-1], boundaries[:-2], boundaries[1:-1], strict=True)
    ]


def _probabilities(loaded: LoadedModel, hidden: Tensor, text: Sequence[int]) -> npt.NDArray[np.float32]:
    """Probability of each text token among all text tokens, (n,), from the hidden states (n, state) before each."""
    eot, end = loaded.tokenizer.eot, loaded.tokenizer.timestamp_end
    parts = []
    for begin in range(0, len(text), _LOGIT_ROWS_AT_ONCE):
        logits = loaded.model.logits(hidden[begin : begin + _LOGIT_ROWS_AT_ONCE])
        logits[:, eot:end] = -torch.inf  # special tokens are no text; what is behind them was added to the vocabulary
        # (some, n_vocab) logits → softmax → the probability of the one that was written: (some,)
        chosen = torch.tensor(text[begin : begin + _LOGIT_ROWS_AT_ONCE], device=logits.device)
        parts.append(logits.softmax(dim=1).gather(1, chosen[:, None])[:, 0].cpu())
    return torch.cat(parts).numpy()


def _token_times(scores: Tensor, n_skipped: int) -> npt.NDArray[np.intp]:
    """Attention scores (heads, tokens, positions) → the position at which each token behind the skipped begins.

    The last of these (n + 1,) positions is that of the end of text. A row attends to the sound of the token that it
    predicts, the next one. So one row less than the start sequence is skipped, and the last row is left out.
    """
    # 1. Scores → weights that sum to 1 over the positions.
    weights = scores.softmax(dim=2)
    # 2. Standardise over the tokens: a position that every token attends to tells nothing.
    deviation, mean = torch.std_mean(weights, dim=1, keepdim=True, correction=0)
    # 3. Smooth along the positions, of the rows that predict text: (heads, n + 1, positions).
    weights = median_filter(((weights - mean) / deviation)[:, n_skipped:-1], MEDIAN_POSITIONS)
    # 4. Mean over the heads, (n + 1, positions); the path with the most attention is the cheapest of its negative.
    rows, positions = warp(-weights.mean(dim=0).double().numpy())
    # 5. A token begins where the path first enters its row.
    begins = np.diff(rows, prepend=-1) > 0
    times: npt.NDArray[np.intp] = positions[begins]
    return times


def median_filter(x: Tensor, width: int) -> Tensor:
    """Median of `width` (odd) neighbours along the last dimension, mirrored at the ends → shape of x, on the CPU."""
    margin = width // 2
    if x.shape[-1] <= margin:  # too short to be mirrored
        return x.cpu()
    # (…, n) → every window of neighbours (…, n, width)
    windows = F.pad(x, (margin, margin), mode="reflect").unfold(-1, width, 1).cpu().numpy()
    # Partial sorting brings the middle one to its place in half of the time of torch's median.
    return torch.from_numpy(np.partition(windows, margin, axis=-1)[..., margin])


def warp(cost: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Dynamic time warping: costs (n_rows, n_columns) → rows and columns of the cheapest path from corner to corner.

    Each step goes one down, one right, or both. A cell's total is its cost and the least total of the three cells that
    a path may come from; so cells of one anti-diagonal depend on the two before it only and are computed together.
    """
    # total[d, i] is the cheapest way to row i - 1, column d - i - 1, on anti-diagonal d. i = 0 and d < 2 lie outside of
    # the matrix and cost infinity, but for the one cell from which the path enters.
    n_rows, n_columns = cost.shape
    total = np.full((n_rows + n_columns + 1, n_rows + 1), np.inf, np.float32)
    total[0, 0] = 0
    aslant = _aslant(cost)
    for d in range(2, n_rows + n_columns + 1):
        # The rows that this anti-diagonal crosses.
        first, last = max(1, d - n_columns), min(n_rows, d - 1)
        here, before = slice(first, last + 1), slice(first - 1, last)
        # Come from above (row - 1), from the left (same row), both one anti-diagonal ago; or aslant, two ago.
        cheapest = np.minimum(np.minimum(total[d - 1, before], total[d - 1, here]), total[d - 2, before])
        total[d, here] = aslant[d, here] + cheapest
    return _path_back(total, n_rows, n_columns)


def _aslant(cost: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Store costs by anti-diagonals: that of row i - 1, column d - i - 1 at [d, i]; what is no cell is 0."""
    n_rows, n_columns = cost.shape
    found = np.zeros((n_rows + n_columns + 1, n_rows + 1))
    rows, columns = np.indices(cost.shape)
    found[rows + columns + 2, rows + 1] = cost
    return found


def _path_back(
    total: npt.NDArray[np.float32], n_rows: int, n_columns: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Follow the path back from the last cell, always to the cheapest of three; returns it from its beginning."""
    cells = total.tolist()  # Python's floats are faster one by one
    i, j = n_rows, n_columns
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        # Outside the first row or column there is one way only; between equal ways, left wins, then aslant.
        if i == 0 or j == 0:
            goes_down, goes_right = j == 0, i == 0
        else:
            both, down, right = cells[i + j - 2][i - 1], cells[i + j - 1][i - 1], cells[i + j - 1][i]
            goes_down, goes_right = down < both and down < right, right <= both and right <= down
        i -= not goes_right
        j -= not goes_down
    rows, columns = np.array(path[::-1], np.intp).T
    return rows, columns
