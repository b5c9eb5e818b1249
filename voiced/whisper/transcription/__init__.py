"""Recordings of any length → timed text, as subtitles or JSON: openai/whisper's `transcribe.py`, rule for rule.

`values` (options and results), `segments` (window by window, Radford et al. 2022, section 4.5), `fallback` (one window,
decoded until its text is believed), `timing` (times of words), `hallucination` (what was made up in silence),
`captions` and `writers` (SRT, VTT, TSV, JSON). Knows no grammar.
"""
