"""Turns a match into actions and carries them out: MQTT messages, and programs; and plays feedback sounds.

`actions` fills the intents' templates with slot values and with `facts` about the command; `doing` sends what is a
message, and hands programs to `programs`, which runs each by `running` beside everything else; `missing` warns of
those that are not there. `feedback` plays short sounds. Knows no audio input, no model and no broker.
"""
