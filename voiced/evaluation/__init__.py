"""Labelled recordings in, measurements out: how many commands are understood, how soon, and at what cost.

In the order of the data: `dataset` (labels.json), `stimuli` and `noise` (prepare the sound), `trials` (recognise each
recording), `realtime` (the whole daemon at the pace of speech), `wake_trials` (wake words), `scoring` and `latency`
(statistics), `report` and `plots` (tables, JSON and pictures). Knows no broker and no command line.
"""
