"""Tests of voiced/mqtt/."""
