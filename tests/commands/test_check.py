"""`voiced check`: every problem at once, as text and as JSON."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING

import jsonschema
import pytest
import torch

from tests.broker import Broker
from voiced.cli import main
from voiced.config import load_config
from voiced.errors import ConfigError
from voiced.foundations.onnx_session import LISTENING, SHA256
from voiced.foundations.resources import shipped
from voiced.recognition.pipelines import Pipelines

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("network", ["hey_jarvis.npz", *LISTENING])
def test_check_refuses_damaged_networks(
    network: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SHA256, network, "that of another file")
    assert main(["check"]) == 78
    told = capsys.readouterr().err
    assert f"{network}: is not the file of " in told
    assert "(wrong SHA-256)" in told


@pytest.mark.parametrize("kind", ["config", "intents"])
def test_check_prints_schemas(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema", kind]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_check_json_tells_what_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.pop("n_examples") > 10
    assert told.pop("n_intents") > 3
    assert told == {
        "settings": None,
        "intents": str(shipped("intents")),
        "languages": ["en"],
        "programs": [],
        "model": "tiny.en",
        "wake_words": ["hey_jarvis"],
        "broker": "localhost:1883",
        "site": platform.node(),
        "connected": False,
        "home_assistant": None,
        "notes": [],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "[alexa, hey_jarvis]",
            "alexa is licensed CC BY-NC-SA 4.0: not for commercial use; hey_jarvis may be used for",
        ),
        ("[timer, alexa]", "timer, alexa are licensed CC BY-NC-SA 4.0: "),
    ],
)
def test_words_that_are_not_for_every_use(
    words: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text(f"wake_word: {{models: {words}}}\nintents: {shipped('intents')}\n")
    assert main(["check", "--json"]) == 0
    [note] = json.loads(capsys.readouterr().out)["notes"]
    assert note.startswith(said)


ABSENT = [
    name for name, there in (("cuda", torch.cuda.is_available), ("mps", torch.backends.mps.is_available)) if not there()
]
GERMAN = "language: de\nintents: {A: {sentences: [los], action: {topic: t}}}\n"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("intents: de", "recognizer.model: model 'tiny.en' does not know the intents' language 'de': use a"),
        (
            "wake_word: {models: [{model: alexa, intents: de}]}",
            "recognizer.model: model 'tiny.en' does not know the intents' language 'de'",
        ),
        (
            "wake_word: {models: [{model: alexa, intents: de, recognizer: tiny.en}]}",
            "wake_word.models: recognizer: tiny.en: model 'tiny.en' does not know the intents' language 'de'",
        ),
        ("intents: xx", "recognizer.model: model 'tiny.en' does not know the intents' language 'xx': check"),
        ("feedback: {woken: none.wav}", "feedback.woken: none.wav: No such file or directory"),
        ("feedback: {rejected: config.yaml}", "feedback.rejected: config.yaml: "),
        ("wake_word: {models: [{model: alexa, woken: de}]}", "wake_word.models: alexa: woken: de: is no file"),
        ("feedback: {command: [no-such-player, -q]}", "feedback.command: there is no program 'no-such-player'"),
        ("feedback: {command: []}", "feedback.command: there is no program ''"),
        ("microphone: {device: no such microphone}", "microphone.device: "),
        *(
            (
                f"recognizer: {{device: {device}}}",
                f"recognizer.device: the device '{device}' is not there, or this torch",
            )
            for device in ABSENT
        ),
        ("recognizer: {model: ./config.yaml}", "recognizer.model: config.yaml"),
    ],
)
def test_check_refuses_what_run_would_refuse(
    settings: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language in ("de", "xx"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.yaml").write_text(GERMAN.replace("de", language, 1))
    usual = "" if "\nintents" in f"\n{settings}" else f"intents: {shipped('intents')}\n"
    (tmp_path / "config.yaml").write_text(f"{usual}{settings}\n")
    assert main(["check"]) == 78
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1, "nothing else is wrong"
    assert told[0].startswith(f"voiced: {problem}")


def test_a_multilingual_model_knows_other_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "de.yaml").write_text(GERMAN)
    assert main(["check", "--intents", str(tmp_path), "--model", "base", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "base"


def test_check_logs_in_if_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options, code, told in [
        (["allow_anonymous true"], 0, "(logged in)"),
        (["allow_anonymous false"], 78, "refuses anonymous clients; set mqtt.username and mqtt.password_file"),
    ]:
        with Broker(options=options) as broker:
            mqtt = f"mqtt: {{host: 127.0.0.1, port: {broker.port}}}"
            (tmp_path / "config.yaml").write_text(f"intents: {shipped('intents')}\n{mqtt}\n")
            assert main(["check", "--connect"]) == code
            assert told in "".join(capsys.readouterr())
    assert main(["check", "--connect"]) == 78, "nobody listens there any more"
    assert "cannot reach the broker" in capsys.readouterr().err
    assert main(["check"]) == 0, "the broker is not asked"


def test_check_json_tells_each_problem_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents/lights.yaml").write_text('intents:\n  Light:\n    sentences: ["turn (on"]\n')
    (tmp_path / "config.yaml").write_text("intents: intents\nrecognizer: {model: tiny.eng}\n")
    assert main(["check", "--json"]) == 78
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert not [one for one in told if "voiced manual" in one["problem"]]  # advice is no problem
    intents = next(one for one in told if one["line"])
    model = next(one for one in told if one["problem"].startswith("recognizer.model"))
    assert intents["problem"].startswith(f"{intents['file']}:{intents['line']}:")
    assert (intents["file"].endswith("intents/lights.yaml"), intents["line"]) == (True, 3)
    assert (model["file"], "did you mean 'tiny.en'" in model["problem"]) == (None, True)


DOUBTFUL = "intents: {A: {sentences: ['<go> home']}}\nrules: {go: go}\n"
WARNING = "b.yaml:1: the rule 'go' replaces that of "


def test_check_tells_warnings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(DOUBTFUL)
    (tmp_path / "b.yaml").write_text("rules: {go: walk}")
    assert main(["check", "--intents", str(tmp_path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"warning: {tmp_path}/{WARNING}")
    assert told[1].startswith("settings: ")
    assert main(["check", "--intents", str(tmp_path), "--json"]) == 0
    warning, checked = map(json.loads, capsys.readouterr().out.splitlines())
    assert warning["warning"].startswith(f"{tmp_path}/{WARNING}")
    assert (warning["file"], warning["line"]) == (f"{tmp_path}/b.yaml", 1)
    assert checked["n_intents"] == 1


def test_check_refuses_warnings_if_it_is_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(DOUBTFUL)
    assert main(["check", "--strict", "--intents", str(tmp_path)]) == 0
    (tmp_path / "b.yaml").write_text("rules: {go: walk}")
    capsys.readouterr()
    assert main(["check", "--strict", "--intents", str(tmp_path)]) == 78
    assert capsys.readouterr().err.startswith(f"voiced: {tmp_path}/{WARNING}")
    assert main(["check", "--strict", "--json", "--intents", str(tmp_path)]) == 78
    told = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (told["problem"].startswith(f"{tmp_path}/{WARNING}"), told["line"]) == (True, 1)


@pytest.mark.parametrize(
    ("settings", "page"),
    [
        ("languages: [en, xx]", "languages"),
        ("intents: nowhere", "intents"),
        ("wake_word: {models: [{model: alexa, intents: nowhere}]}", "intents"),
    ],
)
def test_the_page_of_the_manual_is_that_which_run_names(
    settings: str, page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = f"intents: {shipped('intents')}\n" if not settings.startswith("intents") else ""
    (tmp_path / "config.yaml").write_text(f"{usual}{settings}\n")
    assert main(["check"]) == 78
    checked = capsys.readouterr().err
    with pytest.raises(ConfigError) as run:
        Pipelines(load_config(None), {"hey_jarvis": "hey jarvis"}, {})
    assert checked == "".join(f"voiced: {line}\n" for line in str(run.value).splitlines())
    assert checked.endswith(f"voiced: see `voiced manual {page}`\n")
