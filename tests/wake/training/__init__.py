"""Tests of voiced/wake/training/."""
