"""Faults, done to a whole daemon on purpose: whatever comes from outside, it hears again afterwards, and loses nothing.

`service` is a daemon that is started again as systemd would, `house` the machine around it, `ledger` counts what
became of each command, `shared` and `alone` are the faults. `python -m tests.faults` strikes; the short form is a test.
"""
