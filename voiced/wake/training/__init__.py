"""Makes wake words of one's own: takes or a text → a word file.

From takes: `enrolment` judges them. From text: `synthesis` has it said by many voices (`espeak`, `kokoro`), and what
sounds a little like it (`confusable`); `augmentation` puts that into rooms and noise, `examples` makes embeddings of
it, `train` a small network. `negatives` is other speech, to learn from and to calibrate by; `phrase` checks what was
typed. Needed by commands alone: the daemon only reads the files that are made here.
"""
