"""Tests of voiced/whisper/loading/."""
