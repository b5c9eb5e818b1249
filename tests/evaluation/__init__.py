"""Tests of voiced/evaluation/."""
