"""AudioFrames and Detections → Utterances: when a command begins, and when it is over.

`ear` listens for the wake word, `capture` records one command, `command_start` and `endpointing` find its ends,
`second_stage` drops wake words that were none, `recording` makes an utterance of a file. `events` is what the ear
tells. Asks the recogniser through small protocols; knows no model, no grammar and no broker.
"""
