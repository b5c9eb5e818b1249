"""Every setting with its default, in the order of config.example.yaml. Does not know what the settings are used for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from voiced.foundations.host import host_name
from voiced.foundations.resources import MODEL, find_config, shipped
from voiced.foundations.sections import Section, load
from voiced.foundations.setting_types import (
    Address,
    FilePath,
    Host,
    Languages,
    LoginName,
    Probability,
    Seconds,
    Silence,
    Sound,
    Version,
    as_text,
    name_of_a_file,
    name_or_file,
    one_of_two,
    one_topic_level,
    topic_above,
    web_address,
)


def _model_alone(word: Any) -> Any:
    """`- alexa` is short for `- {model: alexa}`."""
    return {"model": word} if isinstance(word, str) else word


def _not_empty(words: tuple[WakeWordEntry, ...]) -> tuple[WakeWordEntry, ...]:
    """Without a wake word nothing would ever wake."""
    if not words:
        raise ValueError("names no wake word; add one, such as hey_jarvis")
    return words


class MicrophoneSettings(Section):
    """Which microphone listens."""

    device: int | str | None = None
    """Number, name, or part of a name as `voiced devices` lists them; null: the system's default."""


class WakeWordEntry(Section):
    """One wake word, with what differs from the settings for all."""

    model: Annotated[str, AfterValidator(name_or_file)]
    """`hey_jarvis`, a word of the package openwakeword (alexa, hey_marvin, hey_mycroft, timer, weather), or the path of
    a file: one that `voiced wake` made, or a network of openWakeWord's (.onnx)."""
    threshold: Probability | None = None
    """Score that counts as heard; null: `wake_word.threshold`."""
    verify: bool | None = None
    """Verify detections by the recogniser; null: `wake_word.verify`."""
    evidence: Probability | None = None
    """Evidence that verification must find; null: `wake_word.evidence`."""
    intents: FilePath | None = None
    """Folder of the command grammars that it listens for; null: `intents`."""
    recognizer: str | None = None
    """Whisper model that hears them; null: `recognizer.model`."""
    patience: Annotated[int, Field(ge=1, le=25)] | None = None
    """Frames of 80 ms in a row that must reach the threshold; null: `wake_word.patience`."""
    woken: Sound | None = None
    """Sound played when it was heard: true, false or a file; null: `feedback.woken`."""


EntryOrName = Annotated[WakeWordEntry, BeforeValidator(_model_alone, json_schema_input_type=str | WakeWordEntry)]


class WakeWordSettings(Section):
    """What wakes."""

    models: Annotated[tuple[EntryOrName, ...], AfterValidator(_not_empty)] = (WakeWordEntry(model="hey_jarvis"),)
    """Any number of wake words: a name, or a mapping with `model` and any of the settings below."""
    verify: bool = True
    """Let the recogniser verify each detection, and drop those in which it does not hear the word."""
    evidence: Probability = 0.6
    """Evidence that verification must find, from 0 to 1; higher: fewer false wakes, more misses."""
    threshold: Probability | None = None
    """Score from 0 to 1 of a detection; null: 0.1 if it is verified; if not, 0.5, or 0.99 for a trained word."""
    patience: Annotated[int, Field(ge=1, le=25)] = 1
    """Frames of 80 ms in a row that must reach the threshold."""
    refractory: Annotated[float, Field(ge=0, le=60)] = 2.0
    """Seconds after a detection in which the same word is not detected again, unless it is clearly said again."""
    remember: bool = True
    """Keep embeddings of the last ten wakes on disk, and no sound, so that `voiced wake bad` can mark one as wrong."""


class ListeningSettings(Section):
    """When a command begins and ends, in seconds."""

    pre_roll: Annotated[float, Field(ge=0, le=2)] = 0.3
    """Sound kept from before the first speech."""
    min_speech: Annotated[float, Field(gt=0, le=2)] = 0.25
    """Speech shorter than this is a click or a cough."""
    silence: Silence = 0.8
    """Silence that ends a command, where the grammar does not tell what may follow."""
    silence_complete: Silence = 0.65
    """Silence that ends a command that may go on ("turn on the light" … "in the kitchen"); no longer than `silence`."""
    silence_concluded: Silence = 0.25
    """Silence that ends it if the speaker also sounds done; no longer than `silence_complete`."""
    silence_unfinished: Silence = 1.2
    """Silence that ends the beginning of a command ("set the kitchen to"); no shorter than `silence`."""
    recognize_pauses: bool = True
    """Recognise at every pause what was said so far, so as to know which it is; false: `silence` ends all commands."""
    start_timeout: Seconds = 4.0
    """Waiting for the first word after the wake word."""
    longest: Seconds = 10.0
    """The longest command; it is taken as it is when this is reached."""


class FeedbackSettings(Section):
    """Short sounds that tell what happened."""

    woken: Sound = False
    """Played after the wake word, once the speaker pauses; true: the built-in sound, or a file; false: none."""
    understood: Sound = False
    """Played when a command is carried out; true, false or a file."""
    rejected: Sound = False
    """Played when what was heard is no command; true, false or a file."""
    broker_away: Sound = False
    """Played when a command waits for the broker to come back; true, false or a file."""
    volume: Annotated[float, Field(ge=0, le=1)] = 0.5
    """1 is as loud as the file."""
    device: int | str | None = None
    """Number or part of a name of what plays; null: the system's default."""
    command: tuple[str, ...] | None = None
    """Plays instead, such as [aplay, -q]; the file comes last; `volume` and `device` are its own affair."""


class RecognizerSettings(Section):
    """How speech becomes text."""

    model: str = MODEL
    """A name that `voiced models` lists, or the path of a model file or folder."""
    mode: Literal["constrained", "free"] = "constrained"
    """constrained: nothing is written but sentences of the intents; free: anything is, and matched afterwards."""
    threads: Annotated[int, Field(ge=1, le=64)] | None = None
    """Processor threads; null: as many as speed it up, tried at the start; one core is left for listening."""
    beam_size: Annotated[int, Field(ge=1, le=32)] | None = None
    """Hypotheses followed at once; 1 is the fastest; null: 5, fewer on a machine that is too slow for that."""
    second_look: bool = True
    """Where the first pass leaves a doubt, make more, at several times the cost; false: the first decides."""
    patience: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Seconds from the end of the speech within which a further pass must end, or it is not begun."""
    second_model: str | None = None
    """A larger model for those further passes; null: `model`."""
    prompt: bool = True
    """Show the recogniser the vocabulary of the intents."""
    min_confidence: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Commands with a lower confidence, 0 to 1, are rejected."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """What computes; auto: an accelerator where there is one."""
    compute: Literal["auto", "float32", "bfloat16", "int8"] = "auto"
    """How the model's weights are computed with; auto: int8 where that is faster."""


class TlsSettings(Section):
    """TLS: the authorities that sign the broker's certificate, and a certificate of our own."""

    ca: FilePath | None = None
    """Certificates of the authorities trusted; null: the system's."""
    certificate: FilePath | None = None
    """Our own certificate, if the broker asks for one."""
    key: FilePath | None = None
    """Its private key; null: it is in the certificate's file."""


class MqttSettings(Section):
    """The broker."""

    host: Host = "localhost"
    """Name or address."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """null: 1883, with TLS 8883."""
    version: Annotated[Version, BeforeValidator(as_text, json_schema_input_type=Version | Literal[5])] = "5"
    """MQTT version; 5 lets the broker drop a command that is too old, and say why it refuses one."""
    username: LoginName | None = None
    """null: anonymous."""
    password_file: FilePath | None = None
    """A file that holds the password and nothing else."""
    credential: Annotated[str | None, AfterValidator(name_of_a_file)] = None
    """Name of a systemd credential (LoadCredential=) that holds the password, instead of a file."""
    tls: TlsSettings | None = None
    """null: not encrypted; {}: encrypted, with the system's certificate authorities."""
    keepalive: Annotated[int, Field(ge=2, le=3600)] = 30
    """Seconds between signs of life: a broker that hangs is noticed after about one and a half times this."""
    home_assistant: bool = True
    """Announce a device to Home Assistant by MQTT discovery; false: remove it."""
    discovery_prefix: Annotated[str, AfterValidator(topic_above)] = "homeassistant"
    """Home Assistant's topic for discovery, as its MQTT integration has it."""
    hermes: bool = False
    """Speak Hermes, too, the protocol of Rhasspy and Snips; its `siteId` is `site`."""

    @model_validator(mode="after")
    def _one_password(self) -> MqttSettings:
        one_of_two(self.password_file, self.credential, "password_file")
        if self.username is None and (self.password_file or self.credential):
            raise ValueError("a password needs a username")
        return self

    @property
    def broker_port(self) -> int:
        """The port to connect to."""
        return self.port or (8883 if self.tls else 1883)


class ServersSettings(Section):
    """Servers for other programs, in the daemon's process and with its models."""

    wyoming: Address | None = None
    """Address and port on which Wyoming is spoken, such as tcp://0.0.0.0:10300; null: nowhere."""
    http: Address | None = None
    """Address and port of the HTTP server, such as 127.0.0.1:8090; null: none."""
    token_file: FilePath | None = None
    """A file that holds the token which HTTP asks for; needed where others than this machine reach it."""
    credential: Annotated[str | None, AfterValidator(name_of_a_file)] = None
    """Name of a systemd credential (LoadCredential=) that holds the token, instead of a file."""

    @model_validator(mode="after")
    def _one_token(self) -> ServersSettings:
        one_of_two(self.token_file, self.credential, "token_file")
        return self


class HomeAssistantSettings(Section):
    """Home Assistant itself: the names of the house, and what may be said to it without any intents of one's own."""

    url: Annotated[str | None, AfterValidator(web_address)] = None
    """Its address, such as http://homeassistant.local:8123; null: it is not asked."""
    token_file: FilePath | None = None
    """A file that holds a long-lived access token of an administrator and nothing else."""
    credential: Annotated[str | None, AfterValidator(name_of_a_file)] = None
    """Name of a systemd credential (LoadCredential=) that holds the token, instead of a file."""
    sentences: bool = False
    """Listen for Home Assistant's own sentences, and let it carry them out; no intents need to be written."""

    @model_validator(mode="after")
    def _a_token_of_a_house(self) -> HomeAssistantSettings:
        one_of_two(self.token_file, self.credential, "token_file")
        if self.url and not (self.token_file or self.credential):
            raise ValueError("url needs a token; set token_file, or let `voiced init --home-assistant` write it")
        if not self.url and (self.token_file or self.credential):
            raise ValueError("a token needs a url")
        if self.sentences and not self.url:
            raise ValueError("sentences needs a url: Home Assistant carries them out")
        return self


class Config(Section):
    """All settings."""

    site: Annotated[str | None, AfterValidator(one_topic_level)] = None
    """Names this machine in the MQTT topics; null: the host name."""
    room: Annotated[str | None, Field(min_length=1)] = None
    """Room of the microphone, as your lists call it, for sentences that mean the room in which they are said."""
    intents: FilePath = Field(default=Path("intents"), validate_default=True)
    """Folder of the command grammars."""
    languages: Languages = None
    """Codes of the languages that are spoken, the usual one first; null: one, that of the first intents file."""
    run_as_root: bool = False
    """Run the programs that intents name even if voiced runs as root."""
    microphone: MicrophoneSettings = MicrophoneSettings()
    wake_word: WakeWordSettings = WakeWordSettings()
    listening: ListeningSettings = ListeningSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    recognizer: RecognizerSettings = RecognizerSettings()
    mqtt: MqttSettings = MqttSettings()
    servers: ServersSettings = ServersSettings()
    home_assistant: HomeAssistantSettings = HomeAssistantSettings()

    @property
    def site_name(self) -> str:
        """The site's level in topics."""
        return self.site or host_name()


def load_config(asked_for: Path | None) -> Config:
    """Read the settings; without any file the defaults, with the shipped intents. ConfigError with every problem."""
    path = find_config(asked_for)
    return load(path, Config) if path else Config(intents=shipped("intents"))


def overridden(config: Config, *, intents: Path | None, model: str | None) -> Config:
    """The settings with what the command line says instead."""
    if intents is not None:
        config = config.model_copy(update={"intents": intents})
    if model is not None:
        recognizer = config.recognizer.model_copy(update={"model": model})
        config = config.model_copy(update={"recognizer": recognizer})
    return config
