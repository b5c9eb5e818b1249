"""Tests of voiced/recognition/."""
