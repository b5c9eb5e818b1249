"""Makes wake words of one's own, from takes or from text.

From takes: `enrolment` checks and calibrates them. From text: `synthesis` speaks the phrase in many voices (`espeak`,
`kokoro`), and phrases that sound a little like it (`confusable`); `augmentation` adds rooms and noise, `examples`
computes embeddings, `train` fits a small network. `negatives` is other speech, for training and calibration; `phrase`
checks the typed phrase. Only commands use this; the daemon reads the files made here.
"""
