"""Tests of voiced/commands/."""
