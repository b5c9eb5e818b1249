"""README.md says what is so: its commands are run, its YAML is loaded, and what it names exists.

What a test must not do (install, become root, listen for ever) is looked up instead: each command of README is of a
kind that is known here, so that none goes unread. `.ci/run` runs the two that install.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from packaging.requirements import Requirement

from voiced import config, grammar
from voiced.acting.meaning import actions_of, read
from voiced.cli import COMMANDS, main, make_parser
from voiced.flow import Delays, Detection, Ending, Opinion, Outcome, Reason, Transcript, Utterance
from voiced.mqtt.topics import Topics, outcome_event, wake_event, wake_rejected_event
from voiced.whisper.kernels.trials import KERNELS, VARIABLE, wanted

if TYPE_CHECKING:
    from voiced.grammar import Grammar

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CI = (REPOSITORY / ".ci/run").read_text(encoding="utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SITE = Topics("<site>")


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for marked, text in found if marked == language]


LINES = [line for block in blocks("sh") for line in block.splitlines()]
SIMPLE = [shlex.split(part, comments=True) for line in LINES for part in line.split(" && ")]  # one command each
VOICED = [words[1:] for words in SIMPLE if Path(words[0]).name == "voiced"]
YAML = blocks("yaml")


def tables() -> list[list[str]]:
    """The cells of every row of every table, without the heads."""
    rows = [line for line in README.splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- commands ----------------------------------------------------------------------------------------


def test_demo_and_tests_are_one_line_each() -> None:
    """They can be copied."""
    demo, tests = blocks("sh")[:2]
    assert demo == "python3 -m venv .venv && .venv/bin/pip install '.[demo]' && .venv/bin/voiced demo\n"
    assert tests == "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest\n"


@pytest.mark.parametrize("words", SIMPLE, ids=" ".join)
def test_each_command_is_one_that_exists(words: list[str]) -> None:
    if words[0] == "sudo":
        words = words[1:]
    match [Path(words[0]).name, *words[1:]]:
        case ["voiced", *arguments]:
            make_parser(COMMANDS).parse_args(arguments)  # SystemExit if it is none
        case ["python3", "-m", "venv", _]:
            pass
        case ["pip", "install", *options, what]:
            _check_installable(options, what)
        case ["apt-get", "install", *packages]:
            assert [package for package in packages if not re.search(rf"[ \n]{package}[ \n]", CI)] == []
        case ["ruff" | "mypy" | "pytest" as tool, *_]:
            every = [name for extra in ("dev", "test") for name in PROJECT["optional-dependencies"][extra]]
            assert any(name.startswith(tool) for name in every)
        case ["cp", unit, target]:
            assert (REPOSITORY / unit).is_file()
            assert target == "/etc/systemd/system/"
        case ["systemctl" | "journalctl", *_, unit]:
            assert (REPOSITORY / f"systemd/{unit}.service").is_file()
        case ["mkdir" | "usermod", *_]:
            pass
        case _:
            pytest.fail(f"{shlex.join(words)}: say here how it is checked")


def _check_installable(options: list[str], what: str) -> None:
    """This project, with an extra that it has; or a torch that its pins allow."""
    if what.startswith("torch=="):
        allowed = [Requirement(pin).specifier for pin in PROJECT["dependencies"] if pin.startswith("torch")]
        assert any(specifier.contains(what.removeprefix("torch==")) for specifier in allowed)
        return
    extra = re.fullmatch(r"\.(?:\[([\w-]+)\])?", what)
    assert extra, what
    assert set(options) <= {"-e"}
    assert extra[1] is None or extra[1] in PROJECT["optional-dependencies"]


def test_the_first_steps_in_their_order(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From `voiced init` on, all but the last, which listens until it is stopped."""
    first = VOICED.index(["init", "~/voice"])
    init, devices, check, say, run = [[word.replace("~", str(home)) for word in one] for one in VOICED[first:][:5]]
    assert [one[0] for one in (devices, run)] == ["devices", "run"]  # they want a microphone: the next test, and others
    assert [main(command) for command in (init, check, say)] == [0, 0, 0]
    assert "home/kitchen/light/set on" in capsys.readouterr().out


@pytest.mark.usefixtures("virtual_microphone")
def test_devices_marks_the_microphone(home: Path) -> None:
    """In a process of its own, since PortAudio looks for devices once."""
    assert ["devices"] in VOICED
    (home / "config.yaml").write_text("microphone: {device: pulse}\n")
    command = [sys.executable, "-m", "voiced", "devices"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True, timeout=60)
    (marked,) = [line for line in done.stdout.splitlines() if line.startswith("→")]
    assert "pulse" in marked


def test_the_table_of_commands_is_complete() -> None:
    told = {codes(name)[0]: name for name, *_ in tables() if name.startswith("`voiced ")}
    named = {word for row in told.values() for word in re.findall(r"`voiced (\w+)", row)}
    assert named == set(COMMANDS)
    for usage in told:
        options = re.findall(r"--[a-z-]+", usage)
        assert [option for option in options if option not in _help(usage.split()[1])] == []


def _help(command: str) -> str:
    parser = make_parser([command])
    (commands,) = (action for action in parser._actions if action.dest == "command")
    assert isinstance(commands.choices, dict)
    text: str = commands.choices[command].format_help()
    return text


# -- YAML --------------------------------------------------------------------------------------------

INTENTS = [block for block in YAML if "intents:" in block]
SETTINGS = [block for block in YAML if "intents:" not in block]


def loaded(folder: Path, text: str) -> Grammar:
    (folder / "intents.yaml").write_text(text)
    return grammar.load([folder])


@pytest.mark.parametrize("text", INTENTS, ids=lambda text: text.split("sentences")[0].split()[-1])
def test_intents_load_and_understand_their_examples(text: str, tmp_path: Path) -> None:
    commands = loaded(tmp_path, text)
    assert grammar.check_examples(commands) == []
    assert "examples:" not in text or any(intent.examples for intent in commands.intents.values())


@pytest.mark.parametrize("text", SETTINGS, ids=lambda text: text.split(":")[0])
def test_settings_load(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(text)
    config.load_config(tmp_path / "config.yaml")


def test_the_first_screen(tmp_path: Path) -> None:
    """The sentence does with the grammar what is shown."""
    commands = loaded(tmp_path, YAML[0])
    sentence = re.search(r'You say: \*"Hey Jarvis, ([^"]+)"\*', README)
    assert sentence
    (action,) = actions_of(commands, read(commands, sentence[1]))
    assert blocks("")[0] == f"{action.topic}  {action.payload}\n"


CONSTRUCTS = """
intents:
  Tried:
    sentences: [TEMPLATE]
lists:
  room: [kitchen, bedroom]
  percent: {range: {from: 0, to: 100}}
  minutes: {range: {from: 1, to: 60}}
  task: {wildcard: true}
rules:
  the: "[the|my]"
"""


def constructs() -> list[tuple[str, str]]:
    rows = tables()
    begin = rows.index(["construct", "example", "is said"]) + 1
    end = next(number for number in range(begin, len(rows)) if not rows[number][1].startswith("`"))
    return [(template, said) for _, examples, said in rows[begin:end] for template in codes(examples)]


@pytest.mark.parametrize(("template", "said"), constructs())
def test_every_construct_is_one(template: str, said: str, tmp_path: Path) -> None:
    """It compiles in a sentence; where the table says sentences and no prose, those are understood."""
    commands = loaded(tmp_path, CONSTRUCTS.replace("TEMPLATE", json.dumps(f"begin {template} end")))
    sentences = [one.strip() for one in said.partition(";")[0].split("·") if one.strip() != "…"]
    if "," not in template and len(sentences) > 1:
        assert [one for one in sentences if not commands.match(f"begin {one} end")] == []
    assert commands.match("begin nothing of the kind, and more end") is None or template == "{task}"


# -- names -------------------------------------------------------------------------------------------


def test_every_setting_named_exists() -> None:
    settings = yaml.safe_load((REPOSITORY / "config.example.yaml").read_text(encoding="utf-8"))
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    dotted = [code.split(".") for code in codes(prose) if re.fullmatch(r"[a-z_]+\.[a-z_]+", code)]
    named = [(section, key) for section, key in dotted if section in settings]
    assert {("mqtt", "password_file"), ("mqtt", "credential")} <= set(named)
    assert [f"{section}.{key}" for section, key in named if key not in settings[section]] == []


def test_kernels_are_switched_off_as_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (listed,) = re.findall(r"^There are (.*?)\. For the service", README, re.MULTILINE | re.DOTALL)
    assert tuple(codes(listed)) == KERNELS
    rows = tables()
    begin = rows.index(["`VOICED_KERNELS=`", "does"]) + 1
    for told, _ in rows[begin : begin + 3]:
        for value in codes(told):
            monkeypatch.setenv(VARIABLE, value)
            assert wanted() & set(KERNELS) != set(KERNELS)


def test_the_table_of_topics_is_complete() -> None:
    told = {codes(topic)[0] for topic, *_ in tables() if topic.startswith("`voiced/")}
    plain = (
        SITE.availability,
        SITE.state,
        SITE.mute,
        SITE.wake,
        SITE.wake_rejected,
        SITE.unmatched,
        SITE.intent("<Intent>"),
    )
    assert told == {*plain, *SITE.commands}


def _outcome(reason: Reason | None, commands: Grammar) -> Outcome:
    transcript = read(commands, "good night")
    detection = Detection("alexa", 0.9, 16_000)
    utterance = Utterance(None, 0, (0, 1), Ending.SILENCE, detection)  # type: ignore[arg-type] # nobody hears it
    if reason:
        transcript = Transcript("hm", None, reason, confidence=0.0, avg_logprob=-1.0)
    return Outcome("id", transcript, utterance=utterance, delays=Delays(0.3, 0.4, 0.5))


def test_events_have_the_keys_that_are_told() -> None:
    commands = grammar.load([REPOSITORY / "intents"])
    now = datetime.now(UTC)
    told = {codes(topic)[0]: payload for topic, payload, *_ in tables() if payload.startswith("JSON: ")}
    events = {
        SITE.wake: wake_event(SITE, Detection("alexa", 0.9, 16_000), now),
        SITE.wake_rejected: wake_rejected_event(SITE, Detection("alexa", 0.9, 16_000), Opinion(0.3, -7.0), now),
        SITE.intent("<Intent>"): outcome_event(SITE, _outcome(None, commands), now),
        SITE.unmatched: outcome_event(SITE, _outcome(Reason.NO_SPEECH, commands), now),
    }
    assert told.keys() == events.keys()
    for topic, payload in told.items():
        keys = [key.strip().replace(" ", "_") for key in payload.removeprefix("JSON: ").split(":")[0].split(",")]
        assert set(keys) <= json.loads(events[topic].payload).keys(), topic
    assert {reason.value for reason in Reason} == set(codes(told[SITE.unmatched]))


def test_every_link_into_the_repository_leads_somewhere() -> None:
    links = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert links
    assert [target for target in links if not (REPOSITORY / target).exists()] == []


def test_ci_reads_the_readme(tmp_path: Path) -> None:
    """The lines of `.ci/run` that find the tests' command, on a copy of the README."""
    shutil.copy(REPOSITORY / "README.md", tmp_path)
    (line,) = [line for line in CI.splitlines() if line.startswith("test_command=")]
    script = f'{line}\nprintf %s "$test_command"'
    found = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout == blocks("sh")[1].strip()
