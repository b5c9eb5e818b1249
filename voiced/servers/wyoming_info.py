"""What the Wyoming server says of itself: services, models, languages, wake words, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    IntentModel,
    IntentProgram,
    WakeModel,
    WakeProgram,
)

from voiced import __version__

if TYPE_CHECKING:
    from voiced.servers.house import House


class _About(TypedDict):
    """What every service and model tells."""

    attribution: Attribution
    installed: bool
    version: str | None


OURS = Attribution("voiced", "https://pypi.org/project/voiced/")
COMMANDS, ANYTHING = "commands", "anything"  # models of speech to text: under the grammar, and freely


def info_of(house: House) -> Info:
    """Return what a client may ask of the house now."""
    pipelines = house.pipelines()
    grammar, loaded = pipelines.grammar_of(None), pipelines.loaded
    spoken = sorted(loaded.tokenizer.languages) if loaded.tokenizer.is_multilingual else ["en"]
    language = [each.language for each in grammar.every]
    about: _About = {"attribution": OURS, "installed": True, "version": __version__}
    either = f"Commands of the intents; whatever else is said is written freely ({loaded.name})"
    models = [
        AsrModel(name=loaded.name, description=either, languages=spoken, **about),
        AsrModel(name=COMMANDS, description="Commands of the intents, and nothing else", languages=language, **about),
        AsrModel(name=ANYTHING, description="Whatever is said", languages=spoken, **about),
    ]
    asr = AsrProgram(
        name="voiced",
        description="Whisper under the grammar of the intents",
        models=models,
        supports_transcript_streaming=True,
        requires_external_vad=False,
        prefers_auto_gain_enabled=False,
        prefers_noise_reduction_enabled=False,
        **about,
    )
    acts = "Understands sentences of the intents, and does what they say over MQTT"
    handle = HandleProgram(
        name="voiced",
        description=acts,
        models=[HandleModel(name="intents", description=acts, languages=language, **about)],
        supports_home_control=True,
        **about,
    )
    understands = "Understands sentences of the intents"
    intent = IntentProgram(
        name="voiced",
        description=understands,
        models=[IntentModel(name="intents", description=understands, languages=language, **about)],
        **about,
    )
    words = [
        WakeModel(name=word, description=phrase, phrase=phrase, languages=language, **about)
        for word, phrase in pipelines.phrases.items()
    ]
    wake = WakeProgram(name="voiced", description="Wake words, verified by Whisper", models=words, **about)
    return Info(asr=[asr], handle=[handle], intent=[intent], wake=[wake])
