"""Tests of voiced/whisper/kernels/."""
