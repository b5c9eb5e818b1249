"""Tests of voiced/audio/."""
