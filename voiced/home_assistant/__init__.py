"""Home Assistant itself: the names of its house, its own sentences, and what it carries out.

`connection` speaks its WebSocket API, `registries` turns what it answers into a house, `cache` keeps that for when it
is away, and `names` keeps it fresh in a thread. `carrying_out` has commands done, by `posting`, and `answers` tells who
waits for one. `home` puts this together for the daemon and the commands.
"""
