"""Tests of voiced/foundations/."""
