"""Programs of others that people use with voiced, as they are: run by `pytest -m peers`."""
