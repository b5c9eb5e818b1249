"""`voiced devices`: microphones."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE, add_json, add_settings, config_of, print_json, tell
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser, intents=False, model=False)
    add_json(parser)


def devices(options: Namespace) -> int:
    """List microphones; → marks the one that would be used."""
    from voiced.audio.microphone import list_devices

    found = list_devices(config_of(options).microphone.device)
    for device in found:
        if options.json:
            print_json(asdict(device))
        else:
            about = f"{device.host_api}, {device.channels} in, {device.rate:.0f} Hz"
            tell(f"{'→' if device.chosen else ' '} {device.index:3}  {device.name}  ({about})")
    if not found:
        raise VoicedError("no microphone found: is one plugged in, and may this user use it (group `audio`)?")
    return DONE
