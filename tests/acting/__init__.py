"""Tests of voiced/acting/."""
