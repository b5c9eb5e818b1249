"""`voiced say`: a typed sentence, treated as if spoken. Imports neither torch nor NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.commands.shared import (
    DONE,
    FAILED,
    add_json,
    add_settings,
    config_of,
    facts_of,
    grammar_of,
    print_json,
    print_outcome,
    tell,
)
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from voiced.flow import Outcome


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser, model=False)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="a sentence, as it would be spoken")
    parser.add_argument("--publish", action="store_true", help="do it: send the actions to the broker")
    add_json(parser)


def say(options: Namespace) -> int:
    """Show what a typed sentence would do: its intent, its slots, and the actions that would be published.

    Of a sentence that is no command it shows the nearest one, and what is different.
    """
    from dataclasses import replace

    from voiced.acting.actions import actions_of
    from voiced.flow import Outcome
    from voiced.foundations.today import now, today
    from voiced.grammar import dated, nearest, understand
    from voiced.records.outcome import outcome_json

    grammar = grammar_of(options)
    transcript = dated(understand(grammar, " ".join(options.text)), today())
    facts = replace(facts_of(options), id="say", time=now())
    actions, near = actions_of(grammar, transcript, facts), nearest(grammar, transcript)
    outcome = Outcome(id="say", transcript=transcript, actions=actions, nearest=near)
    if options.json:
        print_json(outcome_json(outcome))
    else:
        print_outcome(outcome)
        for action in outcome.actions:
            tell(f"  {action.topic} {action.payload}")
    if options.publish and outcome.actions:
        _publish(options, outcome)
    return DONE if transcript.match else FAILED


def _publish(options: Namespace, outcome: Outcome) -> None:
    from voiced.mqtt.delivery import publish_once
    from voiced.mqtt.outbox import Delivery

    sent = publish_once(config_of(options).mqtt, outcome.actions)
    for action, delivery in zip(outcome.actions, sent, strict=True):
        if delivery is not Delivery.DELIVERED:
            raise VoicedError(f"{action.topic} was not delivered: {delivery.value}")
