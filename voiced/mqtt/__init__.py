"""Actions and events ↔ the broker: a connection that is kept up, and messages that are neither lost nor doubled.

`client` is the one part that others use; `connection` speaks to paho, `delivery` and `outbox` say what may be sent
and until when, `topics` makes text of events, `credentials` reads passwords and certificates. Knows no audio and no
grammar.
"""
