"""Kinds of settings, each with its check: files beside the config, levels of topics, addresses, seconds.

Raise ValueError, to which pydantic adds the setting's name, and `sections` file and line.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from voiced.foundations.topic_names import LONGEST_LEVEL_BYTES, NOT_IN_A_LEVEL, NOT_IN_A_TOPIC

LONGEST_TEXT_BYTES = 65_535  # of a text in MQTT 5.0, section 1.5.4
_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]:/]+):(?P<port>[0-9]{1,5})")


def beside_the_config(path: Path, validation: ValidationInfo) -> Path:
    """Relative paths are relative to the file that names them, not to where the daemon was started."""
    folder = (validation.context or {}).get("folder", Path())
    try:
        return Path(folder) / path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"there is no user {path.parts[0]!r}; write the whole path") from error


def name_or_file(model: str, validation: ValidationInfo) -> str:
    """A wake word: a bundled one's name stays as it is."""
    return str(beside_the_config(Path(model), validation)) if Path(model).suffix else model


def one_of_two(file: Path | None, credential: str | None, setting: str) -> None:
    """A secret is in a file or in a systemd credential."""
    if file and credential:
        raise ValueError(f"{setting} and credential are two ways to say one thing; keep one")


def one_topic_level(site: str | None) -> str | None:
    """The site is a level of every topic."""
    if site is not None and (not site or NOT_IN_A_LEVEL.search(site)):
        raise ValueError("must be one level of an MQTT topic: not empty, and without '/', '+' and '#'")
    if site is not None and len(site.encode()) > LONGEST_LEVEL_BYTES:
        raise ValueError(f"must not be longer than {LONGEST_LEVEL_BYTES:,} bytes: topics and other names begin with it")
    return site


def host_alone(host: str) -> str:
    """A name or an address; a port, a scheme or a path has another place."""
    # With more colons it is an address of IPv6.
    if found := re.fullmatch(r"([^/\[\]:]*):[0-9]+|\[([^/\[\]]*)\]:[0-9]+", host):
        raise ValueError(
            f"must be a name or an address alone; write {found[1] or found[2]!r}, and the port as mqtt.port"
        )
    if re.search(r"[\s/@\[\]]", host):
        raise ValueError("must be a name or an address alone, such as 'broker.local' or '192.168.1.5'")
    return host


def as_long_as_mqtt_takes(name: str) -> str:
    """A user name has a length of two bytes in MQTT."""
    if len(name.encode(errors="replace")) > LONGEST_TEXT_BYTES:
        raise ValueError(f"is longer than {LONGEST_TEXT_BYTES:,} bytes, the most that MQTT takes")
    return name


def topic_above(topic: str) -> str:
    """Messages are sent below it."""
    if not topic or topic.startswith("$") or NOT_IN_A_TOPIC.search(topic):
        raise ValueError("must be an MQTT topic: not empty, without '+' and '#', and not the broker's own ('$')")
    if len(topic.encode()) > LONGEST_LEVEL_BYTES:
        raise ValueError(f"must not be longer than {LONGEST_LEVEL_BYTES:,} bytes")
    return topic


def name_of_a_file(credential: str | None) -> str | None:
    """The name becomes a file in systemd's folder of credentials, and must not lead out of it."""
    if credential is not None and (credential in ("", ".", "..") or "/" in credential):
        raise ValueError("must be the name that LoadCredential= gives it, without a folder")
    return credential


def as_text(value: Any) -> Any:
    """`version: 5` without quotes is a number in YAML."""
    return str(value) if isinstance(value, int | float) else value


def not_a_number(sound: Any) -> Any:
    """A switch or a file; 1 is neither, though Python takes it for true."""
    if not isinstance(sound, bool | str | Path):
        raise ValueError("must be true, false, or a sound file")  # noqa: TRY004 # what pydantic reports
    return sound


def each_once(languages: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """An empty list would mean that nothing may be said."""
    if languages is not None and (not languages or len(set(languages)) < len(languages)):
        raise ValueError("must name each language once, such as [en, de]")
    return languages


Host = Annotated[str, AfterValidator(host_alone)]
LoginName = Annotated[str, AfterValidator(as_long_as_mqtt_takes)]
FilePath = Annotated[Path, AfterValidator(beside_the_config)]
Sound = Annotated[bool | FilePath, BeforeValidator(not_a_number)]
Probability = Annotated[float, Field(gt=0, le=1)]
Version = Literal["5", "3.1.1"]
Seconds = Annotated[float, Field(gt=0, le=600)]
Silence = Annotated[float, Field(ge=0.1, le=10)]
Languages = Annotated[tuple[str, ...] | None, AfterValidator(each_once)]


def web_address(url: str | None) -> str | None:
    """`http://host:port`, perhaps with a path; a slash at its end means nothing."""
    try:
        parts = urlsplit(url or "http://none")
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or parts.username:
        raise ValueError("must be an address such as 'http://homeassistant.local:8123'")
    return url and url.rstrip("/")


def host_and_port(address: str) -> tuple[str, int]:
    """Split `127.0.0.1:8090`, `[::1]:8090` or either behind `tcp://`; ValueError if it is none of them."""
    found = _ADDRESS.fullmatch(address.removeprefix("tcp://"))
    if found is None or not 0 < int(found["port"]) < 2**16:
        raise ValueError("must be an address and a port, such as '127.0.0.1:8090', or '0.0.0.0:8090' for all")
    return found["host"].strip("[]"), int(found["port"])


def _address(address: str) -> str:
    host_and_port(address)
    return address


Address = Annotated[str, AfterValidator(_address)]
