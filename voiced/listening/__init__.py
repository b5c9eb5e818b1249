"""AudioFrames and Detections → Utterances: when a command begins, and when it is over.

`ear` listens for the wake word, `capture` records one command, `command_start` and `endpointing` find its ends,
`second_stage` verifies doubtful wake words, `recording` makes an utterance of a file. `events` is what the ear tells;
`protocol` is who may tell and ask what when, `requests` the mailbox for it. Knows no model, no grammar and no broker.
"""
