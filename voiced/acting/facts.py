"""Facts about a command beside what was said: templates of actions name them, `{site}`, `{time}`.

`grammar.action_template` has the same names, and those of the match itself: text, intent, confidence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a command; empty: nobody knows."""

    id: str = ""  # of the outcome
    time: str = ""  # when it was answered: ISO 8601 with the time zone
    site: str = ""  # name of the machine in topics
    room: str = ""  # of the microphone
    wake_word: str = ""  # that came before it


def at_site(site: str, room: str | None) -> Facts:
    """Return the facts that all commands of a site share; without a room the site stands for it."""
    return Facts(site=site, room=room or site)
