"""Recordings of any length → timed text, as subtitles or JSON.

`values` (options and results), `segments` (window by window), `fallback` (decoded until it is believed), `timing`
(words), `hallucination` (what was made up in silence), `captions` and `writers` (SRT, VTT, TSV, JSON). Knows no
grammar.
"""
