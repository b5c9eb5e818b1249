"""Faults, done to a whole daemon on purpose: whatever comes from outside, it hears again afterwards, and loses nothing.

`service` is a daemon that is started again as systemd would, `house` the machine around it, `ledger` counts what
became of each command, `shared` and `alone` are the faults. By hand: `python -m tests.faults`; a short version is a test.
"""
