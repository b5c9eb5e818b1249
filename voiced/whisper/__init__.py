"""Our Whisper, for itself: knows torch, numpy and tiktoken, and nothing else of voiced.

In the order of the data: `log_mel` (sound → spectrogram), `model` and its `blocks` (the network), `tokenizer` and
`languages` (text ↔ tokens), `filters` (what may be written), `search` (writing it), `decoding` (options → the text of
one window). `weights` loads a model by name or path, `acceleration` makes it fast on the processor at hand,
with weights of sixteen bits (`float16`) or eight (`int8`), as `trials` find them fast, and `threads` finds out how many
threads pay.

Recordings of any length: `segments` hears them window by window, each decoded until it is believed (`fallback`). Words
get their times (`timing`, from `alignment` and `words`), and those made up in silence are dropped (`hallucination`).
`transcription` has the options and the results; `captions` and `writers` make text of them.

What is wrong from outside is a ValueError or OSError with one sentence.
"""
