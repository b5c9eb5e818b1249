"""What happened, kept and told: `outcome` (one command, as JSON and as a line), `wakes` (the last wake words heard).

`mute` remembers over restarts that the microphone is muted, `adjusted` which settings were changed; `state` reads
and writes the files of the state folder.

Values come in from `assistant` and `daemon`; nothing here decides anything. Knows no recogniser and no broker.
"""
