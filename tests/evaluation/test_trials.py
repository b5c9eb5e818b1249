"""The benchmark: noise as it is defined, verdicts on made-up trials, and a small folder measured from end to end."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
import yaml

from voiced import grammar
from voiced.cli import main
from voiced.errors import VoicedError
from voiced.evaluation.dataset import NO_COMMAND, Label, foreign, labelled
from voiced.evaluation.noise import BLOCK, key_of, mixed
from voiced.evaluation.reliability_plot import drawn, write
from voiced.evaluation.report import Report
from voiced.evaluation.scoring import Bin, Reliability, Trial, Verdict, confusions, curve, reliability, tallies
from voiced.evaluation.trials import own_tasks
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
INTENTS = Path(__file__).parents[2] / "intents"
LIGHTS = Label(intent="LightSet", slots={"state": "off", "room": "office"})
TIMER = Label(intent="TimerStart", slots={"seconds": 300})


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(scale=0.1, size=round(seconds * SAMPLE_RATE)).astype(np.float32)


def tone(seconds: float) -> Samples:
    return np.sin(np.arange(round(seconds * SAMPLE_RATE)) / 5).astype(np.float32)


# -- noise -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("snr", [24.0, 6.0, -3.0])
def test_the_ratio_is_that_of_the_loudest_blocks(snr: float) -> None:
    """Worked out anew, in plain steps: what was added is scaled as the published benchmark says."""
    speech, hiss = tone(1.0), noise(1.0)  # as long as the speech: there is only one stretch
    loudest = [max(sum(float(x) ** 2 for x in part) for part in np.split(s[: 7 * BLOCK], 7)) for s in (speech, hiss)]
    expected = speech + (loudest[0] / (loudest[1] * 10 ** (snr / 10))) ** 0.5 * hiss
    expected /= 2 * max(abs(expected))
    np.testing.assert_allclose(mixed(speech, hiss, snr, "any"), expected, atol=1e-6)


def test_the_stretch_depends_on_seed_name_and_ratio_alone() -> None:
    speech, hiss = tone(0.5), noise(20)
    heard = {
        key: mixed(speech, hiss, 6, key).tobytes() for key in ("0/a.flac/6", "1/a.flac/6", "0/b.flac/6", "0/a.flac/9")
    }
    assert len(set(heard.values())) == 4
    assert mixed(speech, hiss, 6, key_of(0, "a.flac", 6.0)).tobytes() == heard["0/a.flac/6"]


@pytest.mark.parametrize("length", [100, BLOCK, 5 * BLOCK + 1])
def test_sound_of_any_length(length: int) -> None:
    both = mixed(tone(1.0)[:length], noise(0.01), 6, "key")
    assert both.shape == (length,)
    assert both.dtype == np.float32
    assert np.abs(both).max() == pytest.approx(0.5)


def test_silence_stays_finite() -> None:
    silence = np.zeros(BLOCK, np.float32)
    assert np.isfinite(mixed(silence, noise(1), 6, "key")).all()
    assert not mixed(silence, silence, 6, "key").any()
    np.testing.assert_allclose(mixed(tone(0.2), silence, 6, "key"), tone(0.2) / 2 / tone(0.2).max(), atol=1e-6)


# -- scoring -----------------------------------------------------------------------------------------


def trial(
    label: Label,
    understood: Label = NO_COMMAND,
    condition: str = "clean",
    confidence: float = 0.9,
    reason: str | None = None,
) -> Trial:
    return Trial(
        file="a.flac",
        condition=condition,
        label=label,
        accepted=understood.intent is not None and reason is None,
        reason=reason or (None if understood.intent else "out_of_grammar"),
        text="…",
        intent=understood.intent,
        slots=understood.slots,
        confidence=confidence,
        avg_logprob=-0.1,
        seconds=2.0,
        cpu=0.5,
    )


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (trial(LIGHTS, LIGHTS), Verdict.RIGHT),
        (trial(TIMER, Label(intent="TimerStart", slots={"seconds": 300.0})), Verdict.RIGHT),
        (
            trial(TIMER, Label(intent="TimerStart", slots={"seconds": 300, "name": "tea"})),
            Verdict.RIGHT,
        ),  # not labelled
        (trial(TIMER, Label(intent="TimerStart", slots={"seconds": 60})), Verdict.WRONG),
        (trial(TIMER, Label(intent="TimerStart")), Verdict.WRONG),
        (trial(LIGHTS, TIMER), Verdict.WRONG),
        (trial(NO_COMMAND, TIMER), Verdict.WRONG),
        (trial(LIGHTS, LIGHTS, reason="low_confidence"), Verdict.REJECTED),
        (trial(LIGHTS), Verdict.REJECTED),
        (trial(NO_COMMAND), Verdict.REJECTED),
    ],
)
def test_verdicts(one: Trial, verdict: Verdict) -> None:
    assert one.verdict is verdict


def test_commands_and_others_are_counted_apart() -> None:
    clean = [trial(LIGHTS, LIGHTS), trial(LIGHTS, TIMER), trial(LIGHTS), trial(NO_COMMAND), trial(NO_COMMAND, TIMER)]
    noisy = [trial(LIGHTS, LIGHTS, condition="6 dB")]
    first, second = tallies([*clean, *noisy])
    assert (first.condition, first.commands, first.right, first.wrong, first.rejected) == ("clean", 3, 1, 1, 1)
    assert (first.others, first.others_accepted, first.reasons) == (2, 1, {"out_of_grammar": 2})
    assert (second.condition, second.commands, second.right) == ("6 dB", 1, 1)


def test_confusions_name_what_and_where() -> None:
    minute = Label(intent="TimerStart", slots={"seconds": 60})
    found = confusions(
        [trial(LIGHTS, TIMER), trial(TIMER, minute), trial(TIMER, minute, condition="6 dB"), trial(LIGHTS)]
    )
    assert [(one.difference, one.heard_in) for one in found] == [
        ("seconds 300 → 60", ("a.flac at clean", "a.flac at 6 dB")),
        ("LightSet → TimerStart", ("a.flac at clean",)),
    ]


def test_reliability_compares_confidence_with_truth() -> None:
    sure = [trial(LIGHTS, LIGHTS, confidence=0.9)] * 3 + [trial(LIGHTS, TIMER, confidence=0.9)]
    unsure = [trial(LIGHTS, LIGHTS, confidence=0.5, reason="low_confidence")]
    found = reliability(
        [*sure, *unsure, trial(LIGHTS, confidence=0.0)]
    )  # of what was not understood nothing is claimed
    assert [(round(one.confidence, 6), one.right, one.trials) for one in found.bins] == [(0.5, 1.0, 1), (0.9, 0.75, 4)]
    assert found.error == pytest.approx((0.5 * 1 + 0.15 * 4) / 5)
    assert found.brier == pytest.approx((0.25 + 3 * 0.01 + 0.81) / 5)


def test_the_curve_shows_what_another_threshold_would_do() -> None:
    unsure = trial(LIGHTS, LIGHTS, confidence=0.4, reason="low_confidence")
    either = trial(LIGHTS, LIGHTS, confidence=0.95, reason="ambiguous")
    points = curve(
        [trial(LIGHTS, LIGHTS), unsure, either, trial(LIGHTS, TIMER, confidence=0.2), trial(NO_COMMAND, TIMER)]
    )
    found = {point.threshold: (point.right, point.wrong, point.others) for point in points}
    assert found[0.1] == (0.5, 0.25, 1.0)
    assert found[0.3] == (0.5, 0.0, 1.0)
    assert found[0.5] == (0.25, 0.0, 1.0)
    assert found[0.95] == (0.0, 0.0, 0.0)


def test_the_plot_is_a_picture_that_others_can_read(tmp_path: Path) -> None:
    sure = Reliability((Bin(0.25, 0.75, 10), Bin(1.0, 1.0, 90)), 0.1, 0.1)
    picture = drawn(sure)
    blue = np.argwhere((picture == (31, 90, 180)).all(axis=2))
    assert (149, 150) in {tuple(pixel) for pixel in blue.tolist()}  # a quarter from the left, a quarter from the top
    write(tmp_path / "plot.png", sure)
    content = (tmp_path / "plot.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == picture.shape[1::-1]
    pixels = np.frombuffer(zlib.decompress(content[content.index(b"IDAT") + 4 : -16]), np.uint8)
    assert (pixels.reshape(len(picture), -1)[:, 1:] == picture.reshape(len(picture), -1)).all()


def test_a_report_of_nothing_understood_is_a_report() -> None:
    report = Report("folder", "tiny.en", [trial(LIGHTS, confidence=0.0)], [])
    assert "0.00%" in report.as_text()
    assert report.as_json()["noisy_mean"] is None
    drawn(report.reliability)


def test_near_misses_are_none_of_the_commands() -> None:
    """Those of the benchmark, near the intents that ship: none may be one, or its rejection proves nothing."""
    groups = yaml.safe_load((Path(__file__).parents[1] / "benchmarks/near_misses.yaml").read_text(encoding="utf-8"))
    sentences = {group: [text for kind in kinds.values() for text in kind] for group, kinds in groups.items()}
    assert sum(len(set(each)) for each in sentences.values()) >= 200
    commands = grammar.load([INTENTS])
    assert [text for text in sentences["shipped"] if commands.match(text)] == []


# -- the command -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Recordings in both places, labels, a noise and something foreign."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "audio").mkdir()
    shutil.copytree(INTENTS, tmp_path / "intents")
    shutil.copy(SOUNDS / "command_lights.ogg", tmp_path / "audio")
    for name in ("command_timer", "no_command"):
        shutil.copy(SOUNDS / f"{name}.ogg", tmp_path)
    labels = {"command_lights.ogg": LIGHTS, "command_timer.ogg": TIMER, "no_command.ogg": NO_COMMAND}
    (tmp_path / "labels.json").write_text(json.dumps({name: label.model_dump() for name, label in labels.items()}))
    soundfile.write(tmp_path / "noise.flac", noise(3), SAMPLE_RATE)
    (tmp_path / "other").mkdir()
    shutil.copy(SOUNDS / "wake_alexa.ogg", tmp_path / "other")
    return tmp_path


def test_a_folder_is_measured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bench", str(folder), "--noise", "noise.flac", "--snr", "24", "--foreign", "other", "--jobs", "1"]
    assert main([*arguments, "--json", "--plot", "plot.png"]) == 0
    told = json.loads(capsys.readouterr().out)
    clean, noisy = told["conditions"]
    assert (clean["condition"], clean["commands"], clean["right"], clean["wrong"]) == ("clean", 2, 2, 0)
    assert (clean["others"], clean["others_accepted"]) == (1, 0)
    assert (noisy["condition"], noisy["commands"]) == ("24 dB", 2)
    assert told["noisy_mean"]["right"] == noisy["right"] / 2
    assert [(one["condition"], one["others"], one["others_accepted"]) for one in told["foreign"]] == [("other", 1, 0)]
    assert [(one["file"], one["condition"]) for one in told["trials"]][2:4] == [
        ("no_command.ogg", "clean"),
        ("command_lights.ogg", "24 dB"),
    ]
    assert told["trials"][0]["verdict"] == "right"
    assert 0.02 < told["trials"][0]["cpu"] < 20
    assert (folder / "plot.png").stat().st_size > 500


def test_what_is_missing_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "audio/command_lights.ogg").unlink()
    assert main(["bench", str(folder)]) == 1
    assert "labels.json: command_lights.ogg: there is no such recording" in capsys.readouterr().err
    assert main(["bench", str(folder / "other")]) == 1
    assert "labels.json: cannot be read: No such file" in capsys.readouterr().err


def test_a_few_recordings_from_all_over_the_folder(folder: Path) -> None:
    names = [task.recording.name for task in own_tasks(folder, [6.0], limit=2)]
    assert names == ["command_lights.ogg", "command_timer.ogg"] * 2
    assert len(own_tasks(folder, [], limit=99)) == 3


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ("", "Invalid JSON"),
        ("[]", "should be an object"),
        ("{}", "names no recording"),
        ('{"a.flac": {"slots": {}}}', "a.flac: intent: Field required"),
    ],
)
def test_labels_that_make_no_sense(labels: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text(labels)
    with pytest.raises(VoicedError, match=problem):
        labelled(tmp_path)


def test_a_folder_without_recordings_cannot_be_foreign(tmp_path: Path) -> None:
    with pytest.raises(VoicedError, match="there is no recording in it"):
        foreign(tmp_path / "nowhere")
