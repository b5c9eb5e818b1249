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
    from collections.abc import Sequence

    from voiced.config import Config
    from voiced.flow import Action, Outcome, Program


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser, model=False)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="a sentence, as it would be spoken")
    about = "do it: send messages to the broker, run programs; Home Assistant carries out what is its own"
    parser.add_argument("--publish", action="store_true", help=about)
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
    from voiced.records.outcome import action_line, outcome_json

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
            tell(f"  {action_line(action)}")
    if options.publish and outcome.actions:
        _publish(options, outcome)
    elif options.publish and outcome.accepted:
        _hand_over(options, outcome, grammar.language)
    return DONE if transcript.match else FAILED


def _publish(options: Namespace, outcome: Outcome) -> None:
    """Do it, in the order in which the intent has it; VoicedError at the first that fails."""
    from itertools import groupby

    from voiced.acting.actions import messages
    from voiced.flow import Program

    settings = config_of(options)
    for _, actions in groupby(outcome.actions, type):
        several = tuple(actions)
        for program in several:
            if isinstance(program, Program):
                _run(program, settings, options)
        if sent := messages(several):
            _send(sent, settings)


def _send(actions: Sequence[Action], settings: Config) -> None:
    from voiced.mqtt.delivery import publish_once
    from voiced.mqtt.outbox import Delivery

    sent = publish_once(settings.mqtt, actions)
    for action, delivery in zip(actions, sent, strict=True):
        if delivery is not Delivery.DELIVERED:
            raise VoicedError(f"{action.topic} was not delivered: {delivery.value}")


def _run(program: Program, settings: Config, options: Namespace) -> None:
    from voiced.acting.programs import require_account
    from voiced.acting.running import ProgramError, run

    try:
        require_account(program.command[0], as_root=settings.run_as_root)
        printed = run(program)
    except ProgramError as error:
        raise VoicedError(error.in_full) from error
    if printed and not options.json:
        tell(f"  {program.command[0]} printed: {printed}")


def _hand_over(options: Namespace, outcome: Outcome, usual_language: str) -> None:
    """Have Home Assistant carry it out, if its sentences are used. VoicedError if it does not."""
    from functools import partial

    from voiced.foundations.resources import find_config

    if not find_config(options.config) or not (settings := config_of(options).home_assistant).sentences:
        return
    from voiced.home_assistant.carrying_out import carry_out, orders_of
    from voiced.home_assistant.home import require
    from voiced.home_assistant.posting import Posting

    assert settings.url, "sentences need one"
    posting = Posting(settings.url, partial(require, settings))
    for order in orders_of(outcome, usual_language):
        answer = carry_out(posting, order)
        if not answer.done:
            raise VoicedError(f"{order.text!r} is not done: {answer.text}")
        if options.json:
            print_json({"answer": answer.text})
        else:
            tell(f"  Home Assistant: {answer.text or 'done'}")
