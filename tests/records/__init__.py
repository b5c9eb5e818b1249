"""Tests of voiced/records/."""
