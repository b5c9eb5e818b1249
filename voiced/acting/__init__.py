"""Turns a match into MQTT messages, and plays feedback sounds.

`actions` fills the intents' templates with slot values and with `facts` about the command; `feedback` plays short
sounds. Knows no audio input, no model and no broker.
"""
