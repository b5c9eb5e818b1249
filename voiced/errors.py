"""Errors that are not bugs: one class for each kind of cause, with the program's exit code.

They are raised where data enters the program or something is loaded. Only `cli.main` prints them: `voiced: `, then one
line per problem. Any other exception is a bug and shows its traceback. Knows no other module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


MOST_PROBLEMS = 100  # told at once
LONGEST_LINE = 400  # characters of a line of a problem: templates and values are quoted in them


class VoicedError(Exception):
    """Base class: something outside the program is wrong; the text has one sentence per line."""

    exit_code = 1


class ConfigError(VoicedError):
    """Invalid YAML: all problems at once, each `file:line: key: what is wrong; what to do`."""

    exit_code = 78  # EX_CONFIG of sysexits.h: systemd does not restart on it

    def __init__(self, problems: Sequence[str], page: str = "") -> None:
        """Join the problems into one text, whose last line names `page` of the manual, if given.

        `problems` stays a tuple without that line, so that the problems of several files can be put into one report.
        """
        self.page = page
        self.problems = tuple(map(_shortened, problems[:MOST_PROBLEMS]))
        if len(problems) > MOST_PROBLEMS:
            self.problems += (f"and {len(problems) - MOST_PROBLEMS:,} more problems; mend these first",)
        super().__init__("\n".join([*self.problems, f"see `voiced manual {page}`"] if page else self.problems))


def _shortened(problem: str) -> str:
    """Return a problem with the middle of each long line left out: what to do stands at the end."""
    half = LONGEST_LINE // 2
    lines = problem.split("\n")
    return "\n".join(line if len(line) <= LONGEST_LINE else f"{line[:half]} … {line[-half:]}" for line in lines)


class ModelError(VoicedError):
    """A model is missing, damaged or of another kind."""

    exit_code = 78
    setting = ""  # that names the model, if the text begins with it

    def of(self, setting: str) -> ModelError:
        """Return this error with the setting that names the model in front, unless one stands there."""
        if self.setting:
            return self
        named = ModelError(f"{setting}: {self}")
        named.setting = setting
        return named

    @classmethod
    def told_by(cls, error: OSError | ValueError) -> ModelError:
        """Return a ModelError with the text of an exception that `whisper/` raised."""
        if isinstance(error, OSError) and error.filename and error.strerror:
            return cls(f"{error.filename}: {error.strerror}")
        return cls(str(error))


class AudioError(VoicedError):
    """A microphone, loudspeaker or recording cannot be opened, or vanished."""


class HomeAssistantError(VoicedError):
    """Home Assistant turns us away: a wrong token, an account without rights. One that is away is tried again."""

    exit_code = 78


class BrokerError(VoicedError):
    """The broker refuses the connection: credentials, TLS. An unreachable broker is retried for ever instead."""

    exit_code = 78  # a mistake in the settings; an unreachable broker, told by commands that try once, is a failure: 1
