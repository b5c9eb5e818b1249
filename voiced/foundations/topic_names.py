"""What MQTT forbids in the names of topics that are published to (MQTT 5.0, sections 1.5.4 and 4.7)."""

from __future__ import annotations

import re

# Control characters, halves of characters and what Unicode keeps free: a broker may end the connection for them.
_NEVER = "\\0-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef" + "".join(
    f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(17)
)
NOT_IN_A_TOPIC = re.compile(f"[+#{_NEVER}]")  # wildcards of subscriptions, too
NOT_IN_A_LEVEL = re.compile(f"[/+#{_NEVER}]")
LONGEST_TOPIC_BYTES = 65_535
LONGEST_LEVEL_BYTES = 1_000  # of a name in a topic: far less than a topic may have


def why_no_level(name: str) -> str:
    """What is wrong with a name that is to be a level of a topic; empty if nothing is."""
    if not name.strip():
        return "is empty"
    if unsafe := NOT_IN_A_LEVEL.search(name):
        return f"holds {unsafe[0]!r}, which MQTT topics cannot"
    return f"is longer than {LONGEST_LEVEL_BYTES:,} bytes" if len(name.encode()) > LONGEST_LEVEL_BYTES else ""
