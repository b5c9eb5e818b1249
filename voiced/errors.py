"""What can go wrong through no bug of ours, one class for each who must act; knows nothing else of the house.

Errors are made at the edges or when something is loaded. Only `cli.main` prints them: `voiced: ` and one line per
problem. Anything that is not a `VoicedError` is a bug and shows its traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class VoicedError(Exception):
    """Something outside the program is not as it should be; the text is one clear sentence per line."""

    exit_code = 1


class ConfigError(VoicedError):
    """The user's YAML: every problem at once, each `file:line: key: what is wrong; what to do`."""

    exit_code = 78  # EX_CONFIG of sysexits.h: systemd does not restart on it

    def __init__(self, problems: Sequence[str], page: str = "") -> None:
        """Keep the problems apart, so that several files' can be gathered into one report; `page` of the manual helps.

        The text of the error names the page once, on a last line of its own; `problems` do not.
        """
        super().__init__("\n".join([*problems, f"see `voiced manual {page}`"] if page else problems))
        self.problems = tuple(problems)


class ModelError(VoicedError):
    """A model is missing, or is not what it claims to be."""

    exit_code = 78

    @classmethod
    def told_by(cls, error: OSError | ValueError) -> ModelError:
        """What `whisper/` raises, as ours."""
        if isinstance(error, OSError) and error.filename and error.strerror:
            return cls(f"{error.filename}: {error.strerror}")
        return cls(str(error))


class AudioError(VoicedError):
    """A microphone or recording cannot be opened, or vanished."""


class BrokerError(VoicedError):
    """The broker refuses us: credentials, TLS. Merely being away is not an error, it is retried for ever."""
