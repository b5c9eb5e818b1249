"""AudioFrames and Detections → Utterances: when a command begins, and when it is over.

`ear` listens for the wake word, `capture` records one command, `command_start` and `endpointing` find its ends,
`patience` tells when to ask at a pause. `second_stage` verifies doubtful wake words, `recording` makes an utterance of
a file. `events` are what the ear yields. `protocol` defines which requests and answers are legal when; `requests` is
the mailbox that carries them between threads. Knows no model, no grammar and no broker.
"""
