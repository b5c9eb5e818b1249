"""What a sentence in writing means, and what is sent because of what was understood. Knows neither ears nor models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.acting.actions import actions_for
from voiced.flow import Reason, Transcript

if TYPE_CHECKING:
    from voiced.flow import Action
    from voiced.grammar import Grammar


def actions_of(grammar: Grammar, transcript: Transcript) -> tuple[Action, ...]:
    """What to send because of a transcript; nothing if it was rejected."""
    if transcript.match is None or transcript.reason is not None:
        return ()
    return actions_for(grammar.intents[transcript.match.intent].actions, transcript.match)


def read(grammar: Grammar, text: str) -> Transcript:
    """What a sentence that came as text means."""
    match = grammar.match(text)
    reason = None if match else Reason.OUT_OF_GRAMMAR
    return Transcript(text=text, match=match, reason=reason, confidence=1.0 if match else 0.0, avg_logprob=0.0)
