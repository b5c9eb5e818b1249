"""Our Whisper in PyTorch: a name or path → a model; sound → text. Knows torch, numpy and tiktoken, nothing of voiced.

In the order of the data: `log_mel` (sound → spectrogram), `model` and its `blocks` (the network), `tokenizer` and
`languages` (text ↔ tokens), `filters` (what may be written), `search` and `text_tree` (writing it), `decoding` (options
→ the text of one window), `repetition` (texts that go round in circles), `alignment` and `words` (when each word was
said). `loading` opens a model by name or path as a `LoadedModel` (`loaded`), `kernels` makes it fast, `transcription`
takes recordings of any length. Bad input from outside is a ValueError or OSError of one sentence.
"""
