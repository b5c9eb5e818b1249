"""Our Whisper, for itself: knows torch, numpy and tiktoken, and nothing else of voiced.

In the order of the data: `log_mel` (sound → spectrogram), `model` and its `blocks` (the network), `tokenizer` and
`languages` (text ↔ tokens), `filters` (what may be written), `search` (writing it), `decoding` (options → the text of
one window), `alignment` and `words` (when each word was said). `loading` opens a model by name or path, `kernels`
makes it fast, `transcription` hears recordings of any length. What is wrong from outside is a ValueError or OSError
with one sentence.
"""
