"""voiced: offline voice commands for Linux. This is the map of the house; imports point down it.

    AudioFrame → Utterance → Transcript → Match → Action: frozen values, all in `flow`

The story
    cli             what may be typed, handed to one command each
    commands/       one file a command: its arguments, and what it does
    manual/         pages for people, shown by `voiced manual`
    daemon          opens and wires everything, says READY, closes in reverse order
    api             `from voiced import Recognizer`: commands in recordings and buffers, from Python
    reload          new intents for a running daemon, while the old ones serve
    adjustments     settings that people change while the daemon runs
    servers/        what other programs may ask of the daemon: Wyoming, HTTP
    advice/         what is likely to be misheard or misunderstood, before anybody has said it
    evaluation/     labelled recordings: how many are understood, how soon, and at what cost
    assistant       hear → recognise → match → act, on one screen
    home_assistant/  names of its house, its own sentences; it carries out what they mean
    records/        what happened, as JSON and as a line; the last wakes; mute and changed settings

Understanding
    recognition/    Whisper + grammar → transcript: passes until one is sure

Hearing
    listening/      frames → utterances: when a command begins, and when it is over
    wake/           frames → detections of wake words

Acting
    acting/         match → actions; programs that are run; sounds that tell the speaker what happened
    mqtt/           a connection that is kept up; what may be sent, and until when

Foundations
    grammar/        YAML intents → one immutable automaton; knows no torch and no Whisper
    audio/          microphone and sound files → frames of 80 ms; is this speech?
    config          every setting with its default
    foundations/    YAML with line numbers, threads, signals, ONNX sessions, systemd
    whisper/        our Whisper in PyTorch; knows nothing else of voiced
    flow, errors    the values that flow; what goes wrong, in one sentence
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.api import Recognizer

__version__ = "0.1.0"
__all__ = ["Recognizer", "__version__"]


def __getattr__(name: str) -> type[Recognizer]:
    """Load the public API when it is first asked for: `import voiced` alone loads neither torch nor numpy."""
    if name == "Recognizer":
        from voiced.api import Recognizer  # noqa: PLC0415 # that is the point

        return Recognizer
    raise AttributeError(f"module 'voiced' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
