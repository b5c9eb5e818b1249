"""MQTT client: publishes actions, events and state, and receives commands.

In order of the layers: `client` keeps the connection up in a thread, `back_off` says how soon it tries again and
`complaints` what it logs; `presence` keeps the retained topics; `delivery` makes one connection and moves messages
over it; `connection` wraps paho, `bell` wakes its thread; `outbox` decides what may be sent and until when; `topics`
names topics and encodes events as JSON, `received` reads what comes. `neighbours` are protocols of others:
`announcement` makes a device in Home Assistant by the document of `home_assistant`, `hermes` speaks Rhasspy's with
`hermes_fields`. `credentials` reads passwords and certificates. Knows no audio and no grammar.
Numbered sections in this package are those of the OASIS standard MQTT 5.0.
"""
