"""Tests of voiced/listening/."""
