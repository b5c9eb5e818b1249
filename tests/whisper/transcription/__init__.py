"""Tests of voiced/whisper/transcription/."""
