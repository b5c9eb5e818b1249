"""Labelled recordings: how many commands are understood, how soon, and at what cost.

In the order of the data: `dataset` (labels.json), `stimuli` and `noise` (what is played), `trials` (a recording each),
`realtime` (the daemon at the pace of speech), `wake_trials` (wake words), `scoring` and `latency` (counts), `report`
and `plots` (what people look at). Knows no broker and no command line.
"""
