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

    from voiced.whisper.tokenizer import Task
    from voiced.whisper.weights import LoadedModel

POSITIONS_PER_SECOND = SAMPLE_RATE / SAMPLES_PER_POSITION  # 50
MEDIAN_WIDTH = 7  # positions; irons out single glances elsewhere
_ROWS_AT_ONCE = 32  # logits of one token take 200 kB


@torch.inference_mode()
def align(
    loaded: LoadedModel, audio_features: Tensor, n_positions: int, text: Sequence[int], language: str, task: Task
) -> list[TimedWord]:
    """The words of `text` (tokens below the end of text) with times from the beginning of the window.

    `audio_features` (1, positions, state); of these the recording fills the first `n_positions`: padding has no words.
    """
    tokenizer, model = loaded.tokenizer, loaded.model
    start = tokenizer.start_sequence(language, task, timestamps=False)
    words = split_words(tokenizer, [*text, tokenizer.eot], language)
    if len(words) <= 1:  # nothing but the end
        return []
    tokens = torch.tensor([[*start, *text, tokenizer.eot]], device=model.device)
    hidden, scores = model.attention(tokens, audio_features, loaded.alignment_heads)
    probabilities = _probabilities(loaded, hidden[0, len(start) - 1 : -2], text)
    times = _token_times(scores[..., :n_positions], len(start) - 1) / POSITIONS_PER_SECOND
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
    for begin in range(0, len(text), _ROWS_AT_ONCE):
        logits = loaded.model.logits(hidden[begin : begin + _ROWS_AT_ONCE])[:, : loaded.tokenizer.eot]
        chosen = torch.tensor(text[begin : begin + _ROWS_AT_ONCE], device=logits.device)
        parts.append(logits.softmax(dim=1).gather(1, chosen[:, None])[:, 0].cpu())
    return torch.cat(parts).numpy()


def _token_times(scores: Tensor, n_skipped: int) -> npt.NDArray[np.intp]:
    """Attention scores (heads, tokens, positions) → position at which each token after the skipped ones begins.

    The token before a word's first predicts it, and looks at it: that is why one less than the start is skipped, and
    why the last row, that of the end of text, says nothing.
    """
    weights = scores.softmax(dim=2)
    deviation, mean = torch.std_mean(weights, dim=1, keepdim=True, correction=0)
    weights = median_filter(((weights - mean) / deviation)[:, n_skipped:-1], MEDIAN_WIDTH)
    rows, positions = warp(-weights.mean(dim=0).cpu().double().numpy())
    begins = np.diff(rows, prepend=-1) > 0
    times: npt.NDArray[np.intp] = positions[begins]
    return times


def median_filter(x: Tensor, width: int) -> Tensor:
    """Median of `width` (odd) neighbours along the last dimension; mirrored at the ends."""
    margin = width // 2
    if x.shape[-1] <= margin:  # too short to be mirrored
        return x
    return F.pad(x, (margin, margin), mode="reflect").unfold(-1, width, 1).median(dim=-1).values


def warp(cost: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of the cheapest path from corner to corner of a matrix, each step one down, one right, or both.

    Cells of one anti-diagonal depend on the two before it alone, so each is computed at once. `total[d, i]` is the
    cheapest way to row i - 1, column d - i - 1; the path is followed back from the end.
    """
    n_rows, n_columns = cost.shape
    total = np.full((n_rows + n_columns + 1, n_rows + 1), np.inf, np.float32)
    total[0, 0] = 0
    steps = np.zeros(total.shape, np.int8)  # 0: both, 1: down, 2: right
    for d in range(2, n_rows + n_columns + 1):
        i = np.arange(max(1, d - n_columns), min(n_rows, d - 1) + 1)
        both, down, right = total[d - 2, i - 1], total[d - 1, i - 1], total[d - 1, i]
        step = np.where((both < down) & (both < right), 0, np.where((down < both) & (down < right), 1, 2))
        total[d, i] = cost[i - 1, d - i - 1] + np.choose(step, (both, down, right))
        steps[d, i] = step
    return _path_back(steps, n_rows, n_columns)


def _path_back(
    steps: npt.NDArray[np.int8], n_rows: int, n_columns: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """At the edges there is one way only."""
    i, j = n_rows, n_columns
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        step = 2 if i == 0 else 1 if j == 0 else steps[i + j, i]
        i -= step != 2  # noqa: PLR2004 # right
        j -= step != 1
    rows, columns = np.array(path[::-1], np.intp).T
    return rows, columns
