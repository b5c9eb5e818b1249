"""What happened, kept and told: `outcome` (one command, as JSON and as a line), `wakes` (the last wake words heard).

Values come in from `assistant` and `daemon`; nothing here decides anything. Knows no recogniser and no broker.
"""
