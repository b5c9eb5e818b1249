"""`voiced sample`: random sentences of the grammar."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE, add_json, add_settings, count, grammar_of, print_json, tell

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser, model=False)
    parser.add_argument("-n", type=count, default=10, metavar="N", help="how many (10)")
    parser.add_argument("--seed", type=int, help="for the same sentences every time")
    add_json(parser)


def sample(options: Namespace) -> int:
    """Print random sentences of the grammar."""
    grammar = grammar_of(options)
    for sentence in grammar.sample(random.Random(options.seed), options.n):  # noqa: S311 # nothing secret is drawn
        if options.json:
            print_json({"text": sentence.text, "intent": sentence.intent, "slots": dict(sentence.slots)})
        else:
            tell(sentence.text)
    return DONE
