"""What may follow a transcript: the grammar's answer, if what was heard can be relied upon. Pure.

Asked at a pause, when half a command may have been heard. A recogniser that is held to the grammar completes it by
something: what it is not sure of says nothing about how long to wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Outlook
from voiced.grammar.outlook import outlook

if TYPE_CHECKING:
    from voiced.flow import Transcript
    from voiced.grammar import Grammar

SURE = 0.8  # confidence from which a command is believed to be all that was said


def expected(grammar: Grammar, transcript: Transcript) -> Outlook:
    """What may follow."""
    if transcript.match and not transcript.reason and transcript.confidence >= SURE:
        return outlook(grammar, transcript.text)
    unfinished = outlook(grammar, transcript.heard) is Outlook.UNFINISHED
    return Outlook.UNFINISHED if unfinished else Outlook.UNKNOWN
