"""The settings: the example is the defaults, mistakes are answered with file, line and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from voiced.commands.init import schema_of
from voiced.config import Config, load_config, overridden
from voiced.errors import ConfigError
from voiced.foundations.resources import find_config, shipped

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    return [problem.replace(f"{path.parent}/", "") for problem in raised.value.problems]


def test_the_example_is_the_defaults() -> None:
    example = shipped("config.example.yaml")
    assert load_config(example) == Config(intents=example.parent / "intents")


def test_the_example_shows_every_setting() -> None:
    def keys(section: object) -> object:
        return {key: keys(value) for key, value in section.items()} if isinstance(section, dict) else None

    shown = yaml.safe_load(shipped("config.example.yaml").read_text(encoding="utf-8"))
    assert keys(shown) == keys(json.loads(Config().model_dump_json()))


def test_the_example_explains_every_setting() -> None:
    lines = shipped("config.example.yaml").read_text(encoding="utf-8").splitlines()
    settings = [line for line in lines if ": " in line and not line.lstrip().startswith("#")]
    assert [line for line in settings if "#" not in line] == ["  host: localhost"]


def test_an_empty_file_is_the_defaults(write: Callable[[str], Path]) -> None:
    path = write("")
    assert load_config(path) == Config(intents=path.parent / "intents")


def test_without_a_file_the_shipped_intents_serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_config(None) is None
    assert load_config(None).intents == shipped("intents")


def test_the_first_place_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    home = tmp_path / ".config/voiced/config.yaml"
    home.parent.mkdir(parents=True)
    home.write_text("site: attic\n")
    monkeypatch.chdir(tmp_path)
    assert load_config(None).site_name == "attic"
    Path("config.yaml").write_text("site: cellar\n")
    assert load_config(None).site_name == "cellar"


def test_paths_are_relative_to_the_file(write: Callable[[str], Path]) -> None:
    path = write("intents: mine\nmqtt: {username: me, password_file: pw, tls: {ca: /etc/ca.crt}}\n")
    config = load_config(path)
    assert config.intents == path.parent / "mine"
    assert config.mqtt.password_file == path.parent / "pw"
    assert config.mqtt.tls is not None
    assert config.mqtt.tls.ca == Path("/etc/ca.crt")


def test_wake_words_in_short_and_in_full(write: Callable[[str], Path]) -> None:
    config = load_config(write("wake_word: {models: [alexa, {model: mine.onnx, threshold: 0.7}]}\n"))
    [bundled, mine] = config.wake_word.models
    assert (bundled.model, bundled.threshold) == ("alexa", None)
    assert mine.threshold == 0.7
    assert Path(mine.model).is_absolute(), "beside the config, wherever the daemon is started"


@pytest.mark.parametrize(("mqtt", "port"), [("{}", 1883), ("{tls: {}}", 8883), ("{tls: {}, port: 1}", 1)])
def test_the_port_follows_from_tls(write: Callable[[str], Path], mqtt: str, port: int) -> None:
    assert load_config(write(f"mqtt: {mqtt}\n")).mqtt.broker_port == port


@pytest.mark.parametrize("version", ["5", '"5"', "3.1.1"])
def test_versions_need_no_quotes(write: Callable[[str], Path], version: str) -> None:
    assert load_config(write(f"mqtt:\n  version: {version}\n")).mqtt.version == version.strip('"')


def test_sounds_are_switches_or_files(write: Callable[[str], Path]) -> None:
    path = write("feedback: {woken: true, rejected: gong.wav}\n")
    feedback = load_config(path).feedback
    assert (feedback.woken, feedback.understood, feedback.rejected) == (True, False, path.parent / "gong.wav")
    assert problems(write("feedback: {woken: 1}\n")) == [
        "config.yaml:1: feedback.woken: must be true, false, or a sound file"
    ]


def test_every_problem_at_once(write: Callable[[str], Path]) -> None:
    found = problems(write("site: a/b\nwake_word:\n  treshold: 0.3\nmqtt:\n  port: 0\n  hots: x\nlistening: 3\n"))
    assert found == [
        "config.yaml:1: site: must be one level of an MQTT topic: not empty, and without '/', '+' and '#'",
        "config.yaml:3: wake_word.treshold: unknown key; did you mean 'threshold'?",
        "config.yaml:5: mqtt.port: should be greater than or equal to 1",
        "config.yaml:6: mqtt.hots: unknown key; did you mean 'host'?",
        "config.yaml:7: listening: should be a mapping, not 3",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("wake_word:\n  models: []\n", "config.yaml:2: wake_word.models: names no wake word; add one"),
        ("mqtt:\n  password_file: p\n", "config.yaml:1: mqtt: a password needs a username"),
        ("mqtt:\n  version: 4\n", "config.yaml:2: mqtt.version: '4' is not one of 5, 3.1.1"),
        ("mqtt: {username: u, credential: ../x}\n", "config.yaml:1: mqtt.credential: must be the name that"),
        ("mqtt: {username: u, credential: ..}\n", "config.yaml:1: mqtt.credential: must be the name that"),
        ("intents: ~nouser/intents\n", "config.yaml:1: intents: there is no user '~nouser'; write the whole path"),
        ('intents: "a\\0b"\n', "config.yaml:1: intents: holds the character '\\x00'"),
        ('site: "a\\e[2J"\n', "config.yaml:1: site: must be one level of an MQTT topic"),
        ("listening: {longest: .inf}\n", "config.yaml:1: listening.longest: is not a finite number"),
        ("recognizer: {threads: 1000}\n", "config.yaml:1: recognizer.threads: should be less than or equal to 64"),
        ("mqtt: {username: u, password_file: p, credential: c}\n", "config.yaml:1: mqtt: password_file and credential"),
        *(
            (f"mqtt: {{host: '{host}'}}\n", "config.yaml:1: mqtt.host: must be a name or an address alone, such as '")
            for host in ("mqtt://broker", "broker/", "my broker", "me@broker", "[::1]")
        ),
        (
            "mqtt: {host: 'broker:1884'}\n",
            "config.yaml:1: mqtt.host: must be a name or an address alone; write 'broker'",
        ),
        ("mqtt: {host: '[::1]:1884'}\n", "config.yaml:1: mqtt.host: must be a name or an address alone; write '::1'"),
        (f"mqtt: {{username: {'u' * 65_536}}}\n", "config.yaml:1: mqtt.username: is longer than 65,535 bytes"),
        (f"site: {'s' * 1_001}\n", "config.yaml:1: site: must not be longer than 1,000 bytes"),
        (f"mqtt: {{discovery_prefix: {'s' * 1_001}}}\n", "config.yaml:1: mqtt.discovery_prefix: must not be longer"),
        ("mqtt:\n\thost: x\n", "config.yaml:2: the line is indented with a tab; use spaces"),
    ],
)
def test_what_is_wrong_is_said(write: Callable[[str], Path], text: str, problem: str) -> None:
    assert problems(write(text))[0].startswith(problem)


@pytest.mark.parametrize("host", ["broker", "broker.local", "192.168.1.5", "::1", "fe80::1%eth0", "1234::5678:1883"])
def test_names_and_addresses_of_brokers(write: Callable[[str], Path], host: str) -> None:
    assert load_config(write(f"mqtt: {{host: '{host}'}}")).mqtt.host == host


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert problems(tmp_path / "no.yaml") == [
        "no.yaml: there is no such file; check the path, or let `voiced init` write one"
    ]


def test_the_command_line_overrides() -> None:
    config = overridden(Config(), intents=Path("other"), model="base")
    assert (config.intents, config.recognizer.model) == (Path("other"), "base")
    assert overridden(Config(), intents=None, model=None) == Config()


def test_the_schema_accepts_the_example_and_refuses_a_typo() -> None:
    schema = schema_of("config")
    jsonschema.validate(yaml.safe_load(shipped("config.example.yaml").read_text(encoding="utf-8")), schema)
    jsonschema.validate({"wake_word": {"models": ["alexa", {"model": "x.onnx"}]}, "mqtt": {"version": 5}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"wake_word": {"treshold": 0.5}}, schema)


def test_each_language_is_named_once(write: Callable[[str], Path]) -> None:
    assert load_config(write("languages: [en, de]")).languages == ("en", "de")
    for wrong in ("[]", "[de, en, de]"):
        assert problems(write(f"languages: {wrong}")) == [
            "config.yaml:1: languages: must name each language once, such as [en, de]",
        ]
