"""Commands as a user types them: what they print, where, and how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from voiced.cli import main
from voiced.foundations.onnx_session import LISTENING, SHA256
from voiced.foundations.resources import shipped

SOUNDS = Path(__file__).parent / "sounds"


@pytest.fixture(autouse=True)
def _nobody_s_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


def test_say_shows_match_and_actions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "turn on the kitchen lights"]) == 0
    assert capsys.readouterr().out == (
        "turn on the kitchen lights → LightSet state=on room=kitchen\n  home/kitchen/light/set on\n"
    )


def test_say_json_keeps_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "--json", "dim", "the", "bedroom", "lights", "to", "20%"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "accepted": True,
        "reason": None,
        "text": "dim the bedroom lights to 20%",
        "intent": "LightLevel",
        "slots": {"room": "bedroom", "level": 20},
        "confidence": 1.0,
        "actions": [
            {
                "topic": "home/bedroom/light/set",
                "payload": '{"brightness_percent": 20}',
                "qos": 1,
                "retain": False,
            }
        ],
    }


def test_say_something_else_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "make me a sandwich"]) == 1
    assert capsys.readouterr().out == "make me a sandwich → rejected: out_of_grammar\n"


def test_init_writes_what_check_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "voice")]) == 0
    capsys.readouterr()
    assert main(["check", "--config", str(tmp_path / "voice/config.yaml")]) == 0
    assert f"in {tmp_path}/voice/intents" in capsys.readouterr().out


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path)])
    (tmp_path / "config.yaml").write_text("site: mine\n")
    (tmp_path / "intents/lights.yaml").unlink()
    assert main(["init", str(tmp_path)]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert (tmp_path / "config.yaml").read_text() == "site: mine\n"
    assert not (tmp_path / "intents/lights.yaml").exists()


def test_init_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file")]) == 1
    assert (
        capsys.readouterr().err == f"voiced: {tmp_path}/file is not a folder; name one, or leave it out for this one\n"
    )


def test_the_schemas_named_in_the_files_are_written(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    for path in [tmp_path / "config.yaml", *(tmp_path / "intents").glob("*.yaml")]:
        first = path.read_text().splitlines()[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(schema.read_text())["type"] == "object", first


def test_check_tells_every_problem_of_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path)])
    (tmp_path / "config.yaml").write_text(
        "wake_word: {models: [hey_jarviss]}\nrecognizer: {model: tiny.eng, second_model: bass}\n"
        "mqtt: {username: me, password_file: none}\n"
    )
    lights = tmp_path / "intents/lights.yaml"
    lights.write_text(lights.read_text().replace('"turn on the kitchen lights":', '"turn on the moon":'))
    capsys.readouterr()
    assert main(["check"]) == 78
    problems = capsys.readouterr().err
    assert "'turn on the moon' is not in the grammar" in problems
    assert "lights.yaml:" in problems
    assert "hey_jarviss" in problems
    assert "did you mean 'tiny.en'" in problems
    assert "recognizer.second_model: " in problems
    assert "password" in problems
    assert "Traceback" not in problems


def test_check_names_a_file_that_is_not_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("mqtt:\n\thost: x\n")
    assert main(["check"]) == 78
    assert capsys.readouterr().err == "voiced: config.yaml:2: the line is indented with a tab; use spaces\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("[nowhere.npz]", "nowhere.npz: no such model file"),
        ("[nowhere.onnx]", "nowhere.onnx: no such model file"),
        ("[words.npz]", "words.npz: is not a wake word made by `voiced wake enroll`"),
        ("[words.onnx]", "words.onnx: is not an ONNX model that can be run here"),
        ("[alexa, {model: alexa, threshold: 0.9}]", "wake word 'alexa' is listed twice"),
    ],
)
def test_check_refuses_wake_words_that_run_would(
    words: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("words.npz", "words.onnx"):
        (tmp_path / name).write_text("hey jarvis")
    (tmp_path / "config.yaml").write_text(f"wake_word: {{models: {words}}}\nintents: {shipped('intents')}\n")
    assert main(["check"]) == 78
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("network", ["hey_jarvis_v0.1.onnx", *LISTENING])
def test_check_refuses_damaged_networks(
    network: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SHA256, network, "that of another file")
    assert main(["check"]) == 78
    assert f"{network}: is not the file of openwakeword 0.4.0 (wrong SHA-256)" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["config", "intents"])
def test_check_prints_schemas(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema", kind]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_sample_prints_sentences_that_say_understands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "-n", "20", "--seed", "1"]) == 0
    sentences = capsys.readouterr().out.splitlines()
    assert len(sentences) == 20
    assert [sentence for sentence in sentences if main(["say", sentence]) != 0] == []


def test_models_says_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = {model["name"]: model for model in map(json.loads, capsys.readouterr().out.splitlines())}
    assert models["tiny.en"]["installed"]
    assert not models["large-v3"]["installed"]
    assert models["large-v3"]["languages"] == 100


@pytest.mark.parametrize("arguments", [[], ["fly"], ["say"], ["sample", "-n", "0"], ["check", "--schema", "x"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: voiced" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "voiced: a.wav: cannot be read: No such file or directory\n"),
        (b"", "voiced: a.wav: is empty\n"),
        (b"turn on the lights\n" * 100, "voiced: a.wav: is not a recording that can be read (WAV, FLAC, OGG or MP3)"),
    ],
)
def test_a_bad_recording_is_one_sentence(
    content: bytes | None, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    assert main(["recognize", "a.wav"]) == 1
    assert capsys.readouterr().err.startswith(problem)


def test_a_missing_model_is_a_matter_of_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recognize", "--model", "small", "a.wav"]) == 78
    assert "voiced models download small" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["check"], ["say", "good night"], ["sample"], ["models"]])
def test_quick_commands_do_not_import_torch(command: list[str]) -> None:
    script = (
        "import sys; from voiced.cli import main; code = main(sys.argv[1:]); sys.exit(code or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("asked", "expected"), [(None, "passive"), ("active", "active")])
def test_waiting_threads_do_not_spin_unless_asked_to(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, expected: str
) -> None:
    monkeypatch.setattr(os, "environ", {"OMP_WAIT_POLICY": asked} if asked else {})
    assert main(["sample", "-n", "1"]) == 0
    assert os.environ["OMP_WAIT_POLICY"] == expected
