"""The file of a wake word gives back what was written, and refuses what is damaged or of another kind."""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.stranger import without_rights
from tests.wake.words import random, window, word_of_network, word_of_takes
from voiced.errors import ModelError
from voiced.wake import word_file
from voiced.wake.embedding import EMBEDDING
from voiced.wake.model_file import find


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    path = tmp_path / "jarvis.npz"
    word_file.write(path, word_of_takes())
    return path


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "computer.npz"
    word_file.write(path, word_of_network())
    return path


def test_a_word_of_takes_comes_back(takes: Path) -> None:
    found, written = word_file.read(takes), word_of_takes()
    assert isinstance(found, word_file.WordOfTakes)
    assert found.phrase == "hey jarvis"
    for stored, take in zip(found.takes, written.takes, strict=True):
        assert stored == pytest.approx(take, abs=1e-3)
    assert found.scale.mean == pytest.approx(written.scale.mean)
    assert found.calibration.high == pytest.approx(written.calibration.high)
    assert found.calibration.offset == pytest.approx(2.5)
    assert [path.name for path in takes.parent.iterdir()] == ["jarvis.npz"]


def test_a_word_of_a_network_comes_back(network: Path) -> None:
    assert network.stat().st_size < 100_000
    found = word_file.read(network)
    assert isinstance(found, word_file.WordOfNetwork)
    assert (found.phrase, found.network.offset, found.network.slope) == ("hey computer", 4.0, 2.0)
    windows = np.stack([window(1), window(0) + random(16, EMBEDDING)])
    assert found.network.outputs(windows) == pytest.approx(word_of_network().network.outputs(windows), abs=0.05)


DAMAGED_TAKES = {
    "kind": np.array("something else"),
    "phrase": np.array(["a", "list"]),
    "vectors": np.zeros((30, 95), np.float16),
    "lengths": np.array([9, 10, 12]),
    "scale": np.zeros((2, EMBEDDING), np.float32),
    "calibration": np.full((2, 3), np.nan, np.float32),
    "offset": np.array("a word"),
}
DAMAGED_NETWORK = {
    "kind": np.array("voiced wake word: network, 2"),
    "phrase": np.array(["a", "list"]),
    "scale": np.zeros((2, EMBEDDING), np.float32),
    "calibration": np.array([0.0, -1.0]),
    "weights0": np.zeros((48, 7), np.int8),
    "weights1": np.zeros((3, 9), np.int8),
    "weights2": np.zeros((2, 48), np.int8),
    "unit1": np.full(48, np.inf),
    "biases0": np.zeros(3),
    "biases2": np.array(["a"]),
}


@pytest.mark.parametrize(
    ("kind", "name", "damage"),
    [
        *(("takes", name, damage) for name, damage in DAMAGED_TAKES.items()),
        *(("network", name, damage) for name, damage in DAMAGED_NETWORK.items()),
    ],
)
def test_a_file_that_is_not_what_it_claims(
    kind: str, name: str, damage: np.ndarray, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(kind)
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **arrays | {name: damage})
    with pytest.raises(ModelError, match=r"\.npz: is not a wake word made by `voiced wake enroll` or") as raised:
        word_file.read(path)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith("see `voiced manual wake-words`")


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "word.npz"
    np.savez(path, kind=np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError, match="is not a wake word"):
        word_file.read(path)


@pytest.mark.parametrize("content", [b"", b"hey jarvis", b"PK\x03\x04" + bytes(100)], ids=["empty", "text", "zip"])
def test_a_file_that_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "word.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"word\.npz: is not a wake word"):
        word_file.read(path)


def test_a_truncated_file(takes: Path) -> None:
    takes.write_bytes(takes.read_bytes()[:-300])
    with pytest.raises(ModelError, match="is not a wake word"):
        word_file.read(takes)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "word.npz"
    np.savez_compressed(path, kind=np.zeros(1_000_000))
    with pytest.raises(ModelError, match="too large"):
        word_file.read(path)


def test_a_pipe_or_a_device_is_no_wake_word(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "word.npz")
    for path in (tmp_path / "word.npz", Path("/dev/zero")):
        with pytest.raises(ModelError, match="it is a device or a pipe, not a file"):
            word_file.read(path)


def test_links_that_somebody_planted_are_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("of somebody else")
    for name in ("word.npz", "word.npz.part"):
        (tmp_path / name).symlink_to(precious)
    word_file.write(tmp_path / "word.npz", word_of_takes())
    assert precious.read_text() == "of somebody else"
    assert word_file.read(tmp_path / "word.npz").phrase == word_of_takes().phrase
    assert not (tmp_path / "word.npz").is_symlink()
    assert (tmp_path / "word.npz").stat().st_mode & 0o777 == precious.stat().st_mode & 0o777, "as any new file"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"word\.npz: no such model file"):
        word_file.read(tmp_path / "word.npz")


def test_a_file_that_may_not_be_read(takes: Path) -> None:
    content = takes.read_bytes()
    with without_rights() as folder:
        (folder / "word.npz").write_bytes(content)
        (folder / "word.npz").chmod(0)
        with pytest.raises(ModelError, match=r"word\.npz: cannot be read \(Permission denied\)"):
            word_file.read(folder / "word.npz")
        with pytest.raises(ModelError, match=r"cannot be read \(Is a directory\)"):
            word_file.read(folder)
        folder.chmod(0o600)
        with pytest.raises(ModelError, match=r"word\.npz: cannot be read \(Permission denied\)"):
            find(str(folder / "word.npz"))


def test_a_damaged_file_is_a_model_error_or_the_word(takes: Path) -> None:
    content, dice = takes.read_bytes(), np.random.default_rng(0)
    for number in range(200):
        damaged, at = bytearray(content), int(dice.integers(len(content)))
        if number % 2:
            damaged[at] ^= 1 << int(dice.integers(8))
        else:
            damaged[at : at + 512] = bytes(len(damaged[at : at + 512]))
        takes.write_bytes(damaged)
        with suppress(ModelError):
            word_file.read(takes)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be written"):
        word_file.write(tmp_path / "nowhere" / "word.npz", word_of_takes())


def test_what_numpy_says_of_a_long_header_is_told_in_one_line(tmp_path: Path) -> None:
    header = b"\x93NUMPY\x01\x00" + (65_000).to_bytes(2, "little") + b" " * 65_000
    with zipfile.ZipFile(tmp_path / "word.npz", "w") as archive:
        archive.writestr("kind.npy", header)
    with pytest.raises(ModelError, match="not a wake word") as error:
        word_file.read(tmp_path / "word.npz")
    assert "\n" not in str(error.value)
