"""Servers for other programs, in the daemon's process: the only room of asyncio.

`running` keeps an event loop in a thread, in which each server lives; what goes wrong there never ends the daemon.
`opening` makes those that the config names. `hub` hands everything that the daemon tells to whoever listens; `engine`
recognises for others, behind the daemon's own commands; `house` is what servers see of the daemon.

`http_server` is FastAPI's, behind a `guard`, with limits for `bodies` and `connections`: `openai_api`, `own_api`,
`streams` with `remote_ear`, `metrics`, `uploads`, `page`. `wyoming_server` holds conversations: `wyoming_info`,
`wyoming_ears`, `transcribing`, `announcing`. Knows no microphone and no broker.
"""
