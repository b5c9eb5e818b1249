"""What happened, as JSON and as a line: the contract of `recognize --json` and `say --json`. Prints nothing itself."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from voiced.flow import SAMPLE_RATE, Program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voiced.flow import Action, Hypothesis, Match, Nearest, Outcome, SlotValue, Timings
    from voiced.whisper.words import TimedWord


def outcome_json(outcome: Outcome, file: str | None = None, words: Sequence[TimedWord] | None = None) -> dict[str, Any]:
    """Everything about one command; the keys about sound only where there was some."""
    transcript = outcome.transcript
    told: dict[str, Any] = {} if file is None else {"file": file}
    told |= {
        "accepted": outcome.accepted,
        "reason": transcript.reason.value if transcript.reason else None,
        "text": transcript.text,
        "intent": transcript.match.intent if transcript.match else None,
        "slots": dict(transcript.match.slots) if transcript.match else {},
        "then": _then(transcript.match),
        "confidence": round(transcript.confidence, 4),
        "language": transcript.language or None,
        **nearest_json(outcome.nearest),
    }
    actions = [_action(action) for action in outcome.actions]
    if outcome.utterance is None:
        return told | {"actions": actions}
    speech = [round((at - outcome.utterance.start) / SAMPLE_RATE, 3) for at in outcome.utterance.speech]
    return told | {
        "heard": transcript.heard,
        "avg_logprob": round(transcript.avg_logprob, 4),
        "alternatives": [_alternative(hypothesis) for hypothesis in transcript.alternatives],
        "actions": actions,
        "speech": speech,
        "ending": outcome.utterance.ending.value,
        "window": round(transcript.window, 2),
        "timings": _timings(transcript.timings),
        **({} if words is None else {"words": words_json(words)}),
    }


def _action(action: Action | Program) -> dict[str, Any]:
    if isinstance(action, Program):
        return {"run": list(action.command), "timeout": action.timeout}
    return {"topic": action.topic, "payload": action.payload, "qos": action.qos, "retain": action.retain}


def action_line(action: Action | Program) -> str:
    """Return an action for people: `home/kitchen/light/set on`, `runs: xdotool key ctrl+t`."""
    if isinstance(action, Program):
        return f"runs: {shlex.join(action.command)}"
    return f"{action.topic} {action.payload}"


def _alternative(hypothesis: Hypothesis) -> dict[str, Any]:
    return {
        "text": hypothesis.text,
        "intent": hypothesis.match.intent if hypothesis.match else None,
        "slots": dict(hypothesis.match.slots) if hypothesis.match else {},
        "then": _then(hypothesis.match),
        "avg_logprob": round(hypothesis.avg_logprob, 4),
    }


def _then(match: Match | None) -> list[dict[str, Any]]:
    """The commands of a compound behind the first."""
    return [{"intent": each.intent, "slots": dict(each.slots)} for each in match.then] if match else []


def words_json(words: Sequence[TimedWord]) -> list[dict[str, Any]]:
    """When each was said, in seconds, and how likely it was without the grammar."""
    return [
        {"word": word.text.strip(), "start": word.start, "end": word.end, "probability": round(word.probability, 4)}
        for word in words
    ]


def _timings(timings: Timings) -> dict[str, float]:
    stages = {"encode": timings.encode, "decode": timings.decode, "total": timings.total}
    return {stage: round(seconds, 4) for stage, seconds in stages.items()}


def nearest_json(nearest: Nearest | None) -> dict[str, str | None]:
    """The nearest sentence to one that was rejected, null if none is near, and the difference; null: nobody looked."""
    return {
        "nearest": nearest.text or None if nearest else None,
        "difference": nearest.difference if nearest else None,
    }


def nearest_line(nearest: Nearest) -> str:
    """The same for people: `did you mean 'turn on the kitchen lights'? 'on' is missing after 'turn'`."""
    return f"did you mean '{nearest.text}'? {nearest.difference}" if nearest.text else nearest.difference


def outcome_line(outcome: Outcome) -> str:
    """The same for people: `turn on the kitchen lights → LightSet state=on room=kitchen`; a compound with ` + `."""
    transcript = outcome.transcript
    if not transcript.commands:
        heard = transcript.heard or transcript.text or "(nothing)"
        return f"{heard} → rejected: {transcript.reason.value if transcript.reason else ''}"
    meant = (f"{command.intent} {slots_line(command.slots)}".strip() for command in transcript.commands)
    return f"{transcript.text} → {' + '.join(meant)}"


def slots_line(slots: Mapping[str, SlotValue]) -> str:
    """Slots and their values, as in `state=on room='living room'`."""
    return " ".join(f"{name}={_shown(value)}" for name, value in slots.items())


def _shown(value: SlotValue) -> str:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return repr(value) if " " in str(value) else str(value)
