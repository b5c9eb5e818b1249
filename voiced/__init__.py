"""voiced: offline voice commands for Linux."""

__version__ = "0.1.0"
