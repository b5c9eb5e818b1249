"""When each word was said: some heads of the decoder's cross-attention look at the sound of what is being written.

Their weights are a matrix of tokens and audio positions; the cheapest path that goes forward through both (dynamic time
warping) gives each token its time. Knows nothing of segments or of what times should look like.
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
MEDIAN_POSITIONS = 7  # positions; irons out single glances elsewhere
_LOGIT_ROWS_AT_ONCE = 32  # logits of one token take 200 kB


@torch.inference_mode()
def align(
    loaded: LoadedModel, start: Cache, n_positions: int, text: Sequence[int], language: str, task: Task
) -> list[TimedWord]:
    """The words of `text` (tokens below the end of text) with times from the beginning of the window.

    `start` is the cache before the first token, of one audio; of its positions the recording fills the first
    `n_positions`: padding has no words.
    """
    tokenizer, model = loaded.tokenizer, loaded.model
    before = tokenizer.start_sequence(language, task, timestamps=False)
    words = split_words(tokenizer, [*text, tokenizer.eot], language)
    if len(words) <= 1:  # nothing but the end
        return []
    tokens = torch.tensor([[*before, *text, tokenizer.eot]], device=model.device)
    hidden, scores = model.attention(tokens, start, loaded.alignment_heads)
    probabilities = _probabilities(loaded, hidden[0, len(before) - 1 : -2], text)
    times = _token_times(scores[..., :n_positions], len(before) - 1) / POSITIONS_PER_SECOND
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
    """How likely each token of the text was among all text tokens: hidden states (n, state) from before each."""
    parts = []
    for begin in range(0, len(text), _LOGIT_ROWS_AT_ONCE):
        logits = loaded.model.logits(hidden[begin : begin + _LOGIT_ROWS_AT_ONCE])[:, : loaded.tokenizer.eot]
        chosen = torch.tensor(text[begin : begin + _LOGIT_ROWS_AT_ONCE], device=logits.device)
        parts.append(logits.softmax(dim=1).gather(1, chosen[:, None])[:, 0].cpu())
    return torch.cat(parts).numpy()


def _token_times(scores: Tensor, n_skipped: int) -> npt.NDArray[np.intp]:
    """Attention scores (heads, tokens, positions) → position at which each token after the skipped ones begins.

    The token before a word's first predicts it, and looks at it: that is why one less than the start is skipped, and
    why the last row, that of the end of text, says nothing.
    """
    weights = scores.softmax(dim=2)
    deviation, mean = torch.std_mean(weights, dim=1, keepdim=True, correction=0)
    weights = median_filter(((weights - mean) / deviation)[:, n_skipped:-1], MEDIAN_POSITIONS)
    rows, positions = warp(-weights.mean(dim=0).double().numpy())
    begins = np.diff(rows, prepend=-1) > 0
    times: npt.NDArray[np.intp] = positions[begins]
    return times


def median_filter(x: Tensor, width: int) -> Tensor:
    """Median of `width` (odd) neighbours along the last dimension; mirrored at the ends. On the processor."""
    margin = width // 2
    if x.shape[-1] <= margin:  # too short to be mirrored
        return x.cpu()
    windows = F.pad(x, (margin, margin), mode="reflect").unfold(-1, width, 1).cpu().numpy()
    return torch.from_numpy(np.partition(windows, margin, axis=-1)[..., margin])  # half of the time of torch's median


def warp(cost: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of the cheapest path from corner to corner of a matrix, each step one down, one right, or both.

    Cells of one anti-diagonal depend on the two before it alone, so each is computed at once. `total[d, i]` is the
    cheapest way to row i - 1, column d - i - 1; the path is followed back from the end.
    """
    n_rows, n_columns = cost.shape
    total = np.full((n_rows + n_columns + 1, n_rows + 1), np.inf, np.float32)
    total[0, 0] = 0
    aslant = _aslant(cost)
    for d in range(2, n_rows + n_columns + 1):
        first, last = max(1, d - n_columns), min(n_rows, d - 1)
        here, before = slice(first, last + 1), slice(first - 1, last)
        cheapest = np.minimum(np.minimum(total[d - 1, before], total[d - 1, here]), total[d - 2, before])
        total[d, here] = aslant[d, here] + cheapest
    return _path_back(total, n_rows, n_columns)


def _aslant(cost: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same cells by anti-diagonals: that of row i - 1, column d - i - 1 at [d, i]; the others are nothing."""
    n_rows, n_columns = cost.shape
    found = np.zeros((n_rows + n_columns + 1, n_rows + 1))
    rows, columns = np.indices(cost.shape)
    found[rows + columns + 2, rows + 1] = cost
    return found


def _path_back(
    total: npt.NDArray[np.float32], n_rows: int, n_columns: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Back by the cheapest of three ways; at the edges there is one way only."""
    cells = total.tolist()
    i, j = n_rows, n_columns
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        if i == 0 or j == 0:
            goes_down, goes_right = j == 0, i == 0
        else:
            both, down, right = cells[i + j - 2][i - 1], cells[i + j - 1][i - 1], cells[i + j - 1][i]
            goes_down, goes_right = down < both and down < right, right <= both and right <= down
        i -= not goes_right
        j -= not goes_down
    rows, columns = np.array(path[::-1], np.intp).T
    return rows, columns
