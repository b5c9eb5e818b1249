"""README.md and the manual are true: their commands are run, their YAML and JSON is loaded, and what they name exists.

What a test must not do (install, become root, listen for ever) is looked up instead: each command is of a kind that is
known here, so that none goes unread. `.ci/run` runs the two of README that install.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args
from urllib.parse import urlsplit

import pytest
import yaml
from fastapi.routing import APIRoute
from packaging.requirements import Requirement
from pydantic import BaseModel

from voiced import config, grammar
from voiced.acting.actions import actions_of, messages
from voiced.cli import COMMANDS, main, make_parser
from voiced.config import Config
from voiced.evaluation.dataset import labelled
from voiced.flow import Delays, Detection, Ending, Opinion, Outcome, Reason, State, Transcript, Utterance
from voiced.foundations.onnx_session import OPENWAKEWORD
from voiced.foundations.resources import shipped
from voiced.grammar import intents as intents_file
from voiced.grammar import understand
from voiced.mqtt.received import read_command
from voiced.mqtt.topics import Topics, outcome_events, wake_event, wake_rejected_event
from voiced.records.outcome import outcome_json
from voiced.servers import openai_api, own_api
from voiced.whisper.kernels.trials import KERNELS, VARIABLE, wanted
from voiced.whisper.words import TimedWord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import Action
    from voiced.grammar import Grammar
    from voiced.servers.house import House
    from voiced.servers.metrics import Metrics

REPOSITORY = Path(__file__).parent.parent
MANUAL = REPOSITORY / "voiced/manual"
FILES = [REPOSITORY / "README.md", *sorted(MANUAL.glob("*.md"))]
PAGES = {file.stem: file.read_text(encoding="utf-8") for file in FILES}
README = PAGES["README"]
CI = (REPOSITORY / ".ci/run").read_text(encoding="utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SITE, KITCHEN = Topics("<site>"), Topics("kitchen")

# -- what a page consists of -------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text.strip().splitlines()[0][:60]}"


def blocks_of(page: str) -> list[Block]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)
    return [Block(page, language, text) for language, text in found]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def blocks(language: str, *pages: str) -> list[Block]:
    """All of a language, of these pages or of all."""
    return [block for block in BLOCKS if block.language == language and (not pages or block.page in pages)]


def prose(page: str) -> str:
    return re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)


def codes(text: str) -> list[str]:
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text)]


def tables(text: str) -> list[list[str]]:
    """The cells of every row of every table, without the heads."""
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def section(page: str, title: str) -> str:
    return PAGES[page].split(f"\n## {title}\n")[1].split("\n## ")[0]


def commands_in(*pages: str) -> list[list[str]]:
    """Every command, as words."""
    lines = [line for block in blocks("sh", *pages) for line in block.text.splitlines() if line.strip()]
    return [shlex.split(part, comments=True) for line in lines for part in re.split(r" && | \| ", line)]


SIMPLE = [list(words) for words in dict.fromkeys(tuple(words) for words in commands_in())]


def without_root(words: list[str]) -> list[str]:
    """Without `sudo`, and what it sets in the environment."""
    words = words[1:] if words[0] == "sudo" else words
    return words[1:] if "=" in words[0] else words


VOICED = [without_root(words)[1:] for words in SIMPLE if Path(without_root(words)[0]).name == "voiced"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_blocks_are_of_known_kinds() -> None:
    """A block of another kind needs a test here. Python is run by test_api."""
    assert {block.language for block in BLOCKS} <= {"sh", "yaml", "json", "ini", "text", "python", ""}
    assert [str(block) for block in blocks("") if block.page != "README"] == []


# -- commands ----------------------------------------------------------------------------------------


def test_demo_and_tests_are_one_line_each() -> None:
    """They can be copied."""
    demo, tests = [block.text for block in blocks("sh", "README")][:2]
    assert demo == "python3 -m venv .venv && .venv/bin/pip install '.[demo]' && .venv/bin/voiced demo\n"
    assert tests == "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest\n"


@pytest.mark.parametrize("words", SIMPLE, ids=" ".join)
def test_each_command_is_one_that_exists(words: list[str]) -> None:
    program, *arguments = without_root(words)
    match [Path(program).name, *arguments]:
        case ["voiced", *_]:
            make_parser(COMMANDS).parse_args(arguments)  # SystemExit if there is no such command or option
        case ["python3", "-m", "venv", _]:
            pass
        case ["pip", "install", *options, what]:
            _check_installable(options, what)
        case ["ruff" | "mypy" | "pytest" as tool, *_]:
            every = [name for extra in ("dev", "test") for name in PROJECT["optional-dependencies"][extra]]
            assert any(name.startswith(tool) for name in every)
        case ["mosquitto_sub" | "mosquitto_pub", *options]:
            _check_topics(options)
        case command:
            _check_for_the_system(command)


def _check_for_the_system(command: list[str]) -> None:
    match command:
        case ["apt-get", "install", *packages]:
            known = [re.search(rf"[ \n]{package}[ \n]", CI) for package in packages]
            assert all(known)
        case ["cp", unit, "/etc/systemd/system/" | "~/.config/systemd/user/voiced.service"]:
            assert (REPOSITORY / unit).is_file()
        case ["ln", "-s", "/opt/voiced/bin/voiced" as script, "/usr/local/bin/voiced"]:
            assert Path(script).name in PROJECT["scripts"]
        case ["eval", "$(/opt/voiced/bin/register-python-argcomplete voiced)"]:
            assert shutil.which("register-python-argcomplete", path=Path(sys.executable).parent)
        case ["curl", *_, url]:
            assert urlsplit(url).path in {route.path for route in asked_over_http()}
        case ["xdotool", "type", "--file", "-"] | ["systemctl", "--user", "import-environment", *_]:
            pass  # what the desktop knows
        case ["systemctl" | "journalctl", *_, unit]:
            assert unit == "mosquitto" or (REPOSITORY / f"systemd/{unit}.service").is_file()
        case ["mkdir" | "usermod" | "nano" | "install" | "mosquitto_passwd" | "alsamixer" | "arecord", *_]:
            pass  # what they do to the system is up to it
        case _:
            pytest.fail(f"{shlex.join(command)}: say here how it is checked")


def asked_over_http() -> list[APIRoute]:
    """Every request that the HTTP server answers."""
    house, metrics = cast("House", None), cast("Metrics", None)
    routers = (openai_api.router(house), own_api.router(house, metrics), own_api.grammar_router(house))
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def _check_installable(options: list[str], what: str) -> None:
    """This project, with an extra that it has; a torch that its pins allow; or openWakeWord's words."""
    if what.startswith("torch=="):
        allowed = [Requirement(pin).specifier for pin in PROJECT["dependencies"] if pin.startswith("torch")]
        assert any(specifier.contains(what.removeprefix("torch==")) for specifier in allowed)
        return
    if what == OPENWAKEWORD:
        assert options == ["--no-deps"]  # SciPy and scikit-learn would come with it
        return
    extra = re.fullmatch(r"\.(?:\[([\w-]+)\])?", what)
    assert extra, what
    assert set(options) <= {"-e"}
    assert extra[1] is None or extra[1] in PROJECT["optional-dependencies"]


def _check_topics(options: list[str]) -> None:
    """What is subscribed to is published, what is published is understood."""
    topics = [value for option, value in pairwise(options) if option == "-t"]
    assert topics
    for topic in topics:
        assert topic in {"voiced/#", "home/#", "voiced/kitchen/#", *KITCHEN.commands}, topic
    if "-m" in options:
        read_command(KITCHEN, topics[0], options[options.index("-m") + 1].encode(), 0.0)


QUICK = {"init", "check", "say", "sample", "models", "manual"}


@pytest.mark.parametrize("arguments", [words for words in VOICED if words[0] in QUICK], ids=" ".join)
def test_quick_commands_work(arguments: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a home in which voiced was set up, and a system in which it was. Others listen, load models or download."""
    if {"--publish", "--speed", "download"} & set(arguments):
        return
    system = home / "etc/voiced"
    assert main(["init", str(home / ".config/voiced")]) == main(["init", str(system)]) == 0
    capsys.readouterr()
    words = [word.replace("~", str(home)).replace("/etc/voiced", str(system)) for word in arguments]
    assert main(words) == 0
    assert capsys.readouterr().out


def test_a_recording_is_recognised(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command that tries the level out."""
    (arguments,) = [words for words in VOICED if words[0] == "recognize" and "--model" not in words]
    shutil.copy(REPOSITORY / "tests/sounds/command_lights.ogg", home / arguments[-1])
    assert main(arguments) == 0
    assert "→ LightSet" in capsys.readouterr().out


def test_the_first_steps_in_their_order(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From `voiced init` on, all but the last, which listens until it is stopped."""
    own = [words[1:] for words in commands_in("README") if words[0] == "voiced"]
    init, devices, check, say, run = own[own.index(["init"]) :][:5]
    assert [devices, run] == [["devices"], ["run"]]  # they want a microphone: the next test, and others
    assert [main(command) for command in (init, check, say)] == [0, 0, 0]
    assert "home/kitchen/light/set on" in capsys.readouterr().out
    (fan,) = [block.text for block in blocks("yaml", "README") if "FanSet" in block.text]
    (folder,) = home.rglob("intents")
    (folder / "fan.yaml").write_text(fan)
    (typed,) = [code for code in codes(prose("README")) if code.startswith("voiced say")]
    assert [main(["check"]), main(shlex.split(typed)[1:])] == [0, 0]
    assert "home/fan/set off" in capsys.readouterr().out


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
    told = {name: codes(name) for name, *_ in tables(PAGES["commands"]) if name.startswith("`voiced ")}
    named = {usage.split()[1] for usages in told.values() for usage in usages}
    assert named == COMMANDS.keys()
    for name, does in (row for row in tables(PAGES["commands"]) if row[0] in told):
        for option in re.findall(r"--[a-z-]+", name + does):
            assert any(option in _help(usage.split()[1]) for usage in told[name]), (name, option)


@cache
def _help(command: str) -> str:
    """Of a command and its actions."""
    parser = make_parser([command])
    texts = []
    todo = [action.choices[command] for action in parser._actions if isinstance(action.choices, dict)]
    while todo:
        one = todo.pop()
        texts.append(one.format_help())
        todo += [
            each for action in one._actions if isinstance(action.choices, dict) for each in action.choices.values()
        ]
    return "\n".join(texts)


SCRIPTS = {file.stem: file.read_text() for file in (REPOSITORY / "tests/benchmarks").glob("*.py")}
BENCHMARKS = "\n".join(SCRIPTS.values())


def test_each_benchmark_named_exists() -> None:
    named = re.findall(r"tests[./]benchmarks[./](\w+)", "\n".join(PAGES.values()))
    assert "measure" in named
    assert set(named) - SCRIPTS.keys() == set()


@pytest.mark.parametrize("page", PAGES)
def test_each_command_and_option_in_prose_exists(page: str) -> None:
    every = "\n".join(_help(name) for name in COMMANDS)
    for code in codes(prose(page)):
        words = code.removeprefix("sudo ").split()
        if words[0].strip("[,") in {"sh", "systemd-run"}:  # they and their options are others'
            continue
        if words[0] == "voiced" and len(words) > 1 and words[1].islower():
            assert words[1] in COMMANDS, code
            known = _help(words[1])
        else:
            known = every + (BENCHMARKS if page == "measured" else "")
        options = re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)
        assert [option for option in options if option not in known] == [], code


# -- YAML --------------------------------------------------------------------------------------------


def file_of(block: Block) -> str:
    """The path in its first line, a comment."""
    named = re.match(r"# (\S+\.yaml)\n", block.text)
    assert named, f"{block}: the first line has to say which file this is"
    file = Path(named[1])
    return "intents" if file.parent.name == "intents" else file.name


YAML = blocks("yaml")
INTENTS = [block for block in YAML if file_of(block) == "intents"]
SETTINGS = [block for block in YAML if file_of(block) == "config.yaml"]
HOME_ASSISTANT = [block for block in YAML if file_of(block) == "configuration.yaml"]


def test_each_yaml_block_is_of_a_known_kind() -> None:
    assert len(INTENTS) + len(SETTINGS) + len(HOME_ASSISTANT) == len(YAML)


def loaded(folder: Path, text: str) -> Grammar:
    (folder / "intents.yaml").write_text(text)
    return grammar.load([folder])


@pytest.mark.parametrize("block", INTENTS, ids=str)
def test_intents_load_and_understand_their_examples(block: Block, tmp_path: Path) -> None:
    commands = loaded(tmp_path, block.text)
    assert grammar.check_examples(commands) == []
    assert "examples:" not in block.text or any(intent.examples for intent in commands.intents.values())


@pytest.mark.parametrize("title", re.findall(r"^## (.*)$", PAGES["devices"], re.MULTILINE))
def test_devices_are_sent_what_is_told(title: str, tmp_path: Path) -> None:
    part = section("devices", title)
    commands = loaded(tmp_path, re.findall(r"```yaml\n(.*?)```", part, re.DOTALL)[0])
    rows = tables(part)
    told = rows[rows.index(["said", "topic", "payload"]) + 1 :]
    assert told
    for said, topic, payload in told:
        (action,) = messages(actions_of(commands, understand(commands, said)))
        assert [[action.topic], [action.payload] if action.payload else []] == [codes(topic), codes(payload)]


@pytest.mark.parametrize("block", SETTINGS, ids=str)
def test_settings_load(block: Block, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(block.text)
    config.load_config(tmp_path / "config.yaml")


@pytest.mark.parametrize("block", HOME_ASSISTANT, ids=str)
def test_home_assistant_listens_to_what_is_said(block: Block) -> None:
    told = yaml.safe_load(block.text)
    known = {KITCHEN.availability, KITCHEN.state, KITCHEN.mute, KITCHEN.unmatched, *KITCHEN.commands}
    known |= {KITCHEN.intent(name) for name in grammar.load([shipped("intents")]).intents}
    assert {one for one in strings(told) if one.startswith("voiced/")} <= known
    for entity in told.get("mqtt", []):
        ((platform, settings),) = entity.items()
        hears = "state_topic" if platform in {"sensor", "binary_sensor"} else "command_topic"
        assert {"name", "unique_id", hears} <= settings.keys()
        assert settings.get("command_topic") in {None, *KITCHEN.commands}
    for automation in told.get("automation", []):
        assert {"alias", "triggers", "actions"} <= automation.keys()


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from strings(item)
        case dict():
            for item in value.values():
                yield from strings(item)


def test_the_first_screen(tmp_path: Path) -> None:
    """The sentence does with the grammar what is shown."""
    commands = loaded(tmp_path, YAML[0].text)
    sentence = re.search(r'You say: \*"Hey Jarvis, ([^"]+)"\*', README)
    assert sentence
    (action,) = messages(actions_of(commands, understand(commands, sentence[1])))
    assert blocks("")[0].text == f"{action.topic}  {action.payload}\n"


CONSTRUCTS = """
intents:
  Tried:
    sentences: [TEMPLATE]
lists:
  room: [kitchen, bedroom]
  percent: {range: {from: 0, to: 100}}
  minutes: {range: {from: 1, to: 60}}
  task: {wildcard: true}
  lamp: [{in: desk lamp, room: kitchen}]
rules:
  the: "[the|my]"
"""


def constructs() -> list[tuple[str, str]]:
    rows = tables(section("intents", "Sentences"))
    begin = rows.index(["construct", "example", "is said"]) + 1
    return [(template, said) for _, examples, said in rows[begin:] for template in codes(examples)]


@pytest.mark.parametrize(("template", "said"), constructs())
def test_every_construct_is_one(template: str, said: str, tmp_path: Path) -> None:
    """It compiles in a sentence; where the table says sentences and no prose, those are understood."""
    commands = loaded(tmp_path, CONSTRUCTS.replace("TEMPLATE", json.dumps(f"begin {template} end")))
    sentences = [one.strip() for one in said.partition(";")[0].split("·") if one.strip() != "…"]
    if "," not in template and len(sentences) > 1:
        assert [one for one in sentences if not commands.match(f"begin {one} end")] == []
    assert commands.match("begin nothing of the kind, and more end") is None or template == "{task}"


def test_every_key_of_intents_is_told() -> None:
    sections = [one for one in vars(intents_file).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    keys = {field.alias or name for one in sections for name, field in one.model_fields.items()}
    told = {code for row in tables(PAGES["intents"]) for code in codes(row[0])}
    told |= {code.split(":")[0] for code in codes(section("intents", "Lists"))}  # the forms of a list
    assert keys - told == set()


def test_every_setting_is_told() -> None:
    named = settings_named() | {code for page in PAGES for code in codes(prose(page))}
    assert [".".join(way) for way in settings_of(Config) if ".".join(way) not in named] == []


def settings_of(model: type[BaseModel], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        yield from settings_of(inner[0], (*way, name)) if inner else [(*way, name)]


def settings_named() -> set[str]:
    """What looks like a setting in the prose of a page."""
    every = [code.split(":")[0] for page in PAGES for code in codes(prose(page))]
    first = {way[0] for way in settings_of(Config)}
    dotted = {code for code in every if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", code)}
    return {code for code in dotted if code.split(".")[0] in first and not code.endswith((".yaml", ".py"))}


def test_every_setting_named_exists() -> None:
    known = {".".join(way[:length]) for way in settings_of(Config) for length in (1, 2, 3)}
    assert {"mqtt.password_file", "mqtt.credential", "mqtt.tls.ca"} <= settings_named()
    assert settings_named() - known == set()


# -- JSON and others ---------------------------------------------------------------------------------


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_valid(block: Block) -> None:
    json.loads(block.text)


def test_labels_load(tmp_path: Path) -> None:
    (block,) = blocks("json", "bench")
    (tmp_path / "labels.json").write_text(block.text)
    for name in json.loads(block.text):
        (tmp_path / name).touch()
    assert [one.label.intent for one in labelled(tmp_path)] == ["LightSet", "GoodNight", None]


def test_the_output_shown_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = blocks("json", "commands")
    (typed,) = [words for words in commands_in("commands") if "--json" in words]
    assert main(typed[1:]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(shown.text)


def test_the_fields_of_that_output() -> None:
    rows = tables(PAGES["commands"])
    fields = [row for row in rows if len(row) == 3 and row[0].startswith("`")]
    told = {codes(name)[0]: (kind.split(" or "), meaning) for name, kind, meaning in fields}
    spoken = outcome(None, grammar.load([shipped("intents")]), spoken=True)
    recognized = outcome_json(spoken, "a.wav", [TimedWord(" good", (1,), 0.0, 0.2, 0.9)])
    written = outcome_json(replace(spoken, utterance=None))
    assert told.keys() == recognized.keys()
    plain = [name for name, (_, meaning) in told.items() if not meaning.startswith(("of recordings", "with "))]
    assert set(plain) == written.keys()
    assert [name for name, value in recognized.items() if JSON_TYPES[type(value)] not in told[name][0]] == []
    for field, inner in (("words", recognized["words"][0]), ("timings", recognized["timings"])):
        assert set(codes(told[field][1])) - {"--word-timestamps"} == inner.keys()


def test_the_table_of_what_is_installed() -> None:
    """Names each dependency, in a version that the pins allow: for torch one of them, since machines differ."""
    told = dict(re.findall(r"^\| ([\w-]+) \| ([\d.]+) \| [^|]+ \| [^|]+ \|$", PAGES["developing"], re.MULTILINE))
    pins = [Requirement(pin) for pin in PROJECT["dependencies"]]
    assert told.keys() == {pin.name for pin in pins}
    for name, version in told.items():
        assert any(pin.specifier.contains(version) for pin in pins if pin.name == name), name


@pytest.mark.parametrize("block", blocks("ini"), ids=str)
def test_drop_ins_of_units(block: Block) -> None:
    unit = configparser.ConfigParser(interpolation=None, delimiters=["="])
    unit.optionxform = str  # type: ignore[assignment,method-assign] # as they are written
    unit.read_string(block.text)
    assert unit.sections() == ["Service"]
    shipped_unit = (REPOSITORY / "systemd/voiced.service").read_text()
    for key, value in unit["Service"].items():
        assert f"{key}" in shipped_unit or key == "IPAddressAllow"
        if key == "LoadCredential":
            assert f"credential: {value.split(':')[0]}" in PAGES["broker"]
        if key == "Environment":
            assert value.startswith(f"{VARIABLE}=")


FLOW = {node["id"]: node for node in json.loads(blocks("json", "node-red")[0].text)}


def test_each_node_of_the_flow_is_wired() -> None:
    wires = {(one, other) for one, node in FLOW.items() for output in node.get("wires", []) for other in output}
    assert {other for _, other in wires} <= FLOW.keys()
    for name, node in FLOW.items():
        if node["type"] in {"tab", "mqtt-broker"}:
            continue
        begins = node["type"] in {"mqtt in", "http in", "inject"}
        ends = node["type"] in {"mqtt out", "http response", "debug", "change"}
        assert begins or any(other == name for _, other in wires), f"nothing leads to {name}"
        assert ends or any(one == name for one, _ in wires), f"nothing comes of {name}"
        assert FLOW[node["z"]]["type"] == "tab"
        assert node["type"] != "switch" or len(node["rules"]) == node["outputs"] == len(node["wires"])
        if node["type"].startswith("mqtt"):
            assert FLOW[node["broker"]]["type"] == "mqtt-broker"


def test_the_topics_of_the_flow_exist() -> None:
    heard = {re.sub(r"\+|kitchen", "<site>", node["topic"]) for node in FLOW.values() if node["type"] == "mqtt in"}
    assert heard == {SITE.intent("#"), SITE.unmatched, SITE.mute}
    for node in FLOW.values():
        if node["type"] == "inject":
            [[target]] = node["wires"]
            read_command(KITCHEN, FLOW[target]["topic"], node["payload"].encode(), 0.0)


# -- topics ------------------------------------------------------------------------------------------


def test_the_table_of_topics_is_complete() -> None:
    rows = tables(PAGES["topics"].split("\n## ")[0])
    told = {codes(topic)[0]: payload for topic, payload in rows if topic.startswith("`voiced/")}
    plain = (
        SITE.availability,
        SITE.state,
        SITE.mute,
        SITE.microphone,
        SITE.wake,
        SITE.wake_rejected,
        SITE.unmatched,
        SITE.intent("<Intent>"),
        SITE.answer,
        SITE.event,
        SITE.last,
        SITE.evidence,
        SITE.min_confidence,
        f"voiced/{SITE.site}/intents/<word>",
    )
    assert told.keys() == {*plain, *SITE.commands}
    assert set(codes(told[SITE.state])) == {state.value for state in State}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_taken_for_html(page: str) -> None:
    """`<site>` outside of code would not be shown."""
    assert re.findall(r"<\w+", re.sub(r"`[^`]*`", "", prose(page))) == []


@pytest.mark.parametrize("page", PAGES)
def test_each_topic_named_exists(page: str) -> None:
    found = re.findall(r"voiced/(?:<site>|kitchen|\+)/[\w/<>#+…]*", PAGES[page])
    known = re.compile(
        r"voiced/[^/]+/(availability|state|wake|wake/rejected|intent/[\w<>#]+|unmatched|answer|mute|microphone|event|last|evidence|min_confidence"
        r"|intents/[\w<>+]+(/set)?|(say|listen|mute|evidence|min_confidence)/set|#|…)"
    )
    assert [topic for topic in found if not known.fullmatch(topic)] == []


def outcome(reason: Reason | None, commands: Grammar, *, spoken: bool) -> Outcome:
    transcript = understand(commands, "good night")
    utterance = Utterance(None, 0, (0, 1), Ending.SILENCE, Detection("alexa", 0.9, 16_000))  # type: ignore[arg-type] # nobody hears it
    if reason:
        transcript = Transcript("hm", None, reason, confidence=0.0, avg_logprob=-1.0)
    return Outcome("id", transcript, (), utterance if spoken else None, Delays(0.3, 0.4, 0.5) if spoken else None)


def published(topic: str) -> list[Action]:
    """The event spoken, and where there is one, in writing."""
    now, heard = datetime.now(UTC), Detection("alexa", 0.9, 16_000)
    if topic == SITE.wake:
        return [wake_event(SITE, heard, now)]
    if topic == SITE.wake_rejected:
        return [wake_rejected_event(SITE, heard, Opinion(0.3, -7.0), now)]
    reason = Reason.NO_SPEECH if topic == SITE.unmatched else None
    commands = grammar.load([shipped("intents")])
    return [
        event
        for spoken in (True, False)
        for event in outcome_events(SITE, outcome(reason, commands, spoken=spoken), now)
    ]


JSON_TYPES = {
    bool: "boolean",
    str: "string",
    int: "number",
    float: "number",
    dict: "object",
    list: "array",
    type(None): "null",
}
EVENTS = [SITE.wake, SITE.wake_rejected, SITE.intent("<Intent>"), SITE.unmatched]


@pytest.mark.parametrize("topic", EVENTS)
def test_the_fields_of_each_payload(topic: str) -> None:
    """Told, in the example, and published: these are equal, and of one type."""
    rows = tables(section("topics", f"`{topic}`"))[1:]
    told = {codes(name)[0]: (kind.split(" or "), meaning) for name, kind, meaning in rows}
    (example,) = [
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", section("topics", f"`{topic}`"), re.DOTALL)
    ]
    spoken, *written = [json.loads(action.payload) for action in published(topic)]
    assert told.keys() == example.keys() == spoken.keys()
    for event in (example, spoken, *written):
        assert [name for name, value in event.items() if JSON_TYPES[type(value)] not in told[name][0]] == []
    if written:
        only_spoken = {name for name, (_, meaning) in told.items() if meaning.startswith("spoken only")}
        assert told.keys() - only_spoken == written[0].keys()


def test_the_values_of_fields_are_told() -> None:
    told = {name: codes(meaning) for name, _, meaning in tables(section("topics", f"`{SITE.unmatched}`"))[1:]}
    assert set(told["`reason`"]) == {reason.value for reason in Reason}
    assert set(told["`ending`"]) == {ending.value for ending in Ending} - {"end_of_audio"}
    reasons = {codes(name)[0] for name, *_ in tables(section("troubleshooting", "It misunderstands"))[1:]}
    assert reasons == {reason.value for reason in Reason}


# -- names -------------------------------------------------------------------------------------------


def test_kernels_are_switched_off_as_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGES["troubleshooting"]
    (listed,) = re.findall(r"^There are (.*?)\. For the service", page, re.MULTILINE | re.DOTALL)
    assert tuple(codes(listed)) == KERNELS
    rows = tables(page)
    begin = rows.index(["`VOICED_KERNELS=`", "does"]) + 1
    for told, _ in rows[begin : begin + 3]:
        for value in codes(told):
            monkeypatch.setenv(VARIABLE, value)
            assert wanted() & set(KERNELS) != set(KERNELS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_link_leads_somewhere(file: Path) -> None:
    """In the repository; and those of the manual to another page, for it is installed without the repository."""
    links = [target for target in re.findall(r"\]\(([^)]+)\)", file.read_text()) if "://" not in target]
    assert [target for target in links if not (file.parent / target).is_file()] == []
    if file.parent == MANUAL:
        assert [target for target in links if "/" in target] == []


def test_each_page_is_in_the_index_and_in_the_readme() -> None:
    pages = PAGES.keys() - {"README", "index"}
    assert set(re.findall(r"^- \[([\w-]+)\]\(\1\.md\): \w", PAGES["index"], re.MULTILINE)) == pages
    assert set(re.findall(r"\[([\w-]+)\]\(voiced/manual/\1\.md\)", README)) == pages


def test_each_page_that_is_named_elsewhere_exists() -> None:
    """In errors, help and settings."""
    files = [*(REPOSITORY / "voiced").rglob("*.py"), *(REPOSITORY / "intents").iterdir()]
    files += [REPOSITORY / "config.example.yaml", *(REPOSITORY / "systemd").iterdir()]
    named = {name for file in files for name in re.findall(r"voiced manual ([a-z][\w-]*)", file.read_text())}
    assert {"wake-words", "broker"} <= named
    assert named - PAGES.keys() == set()


@pytest.mark.parametrize("page", sorted(PAGES.keys() - {"README", "index"}))
def test_each_page_says_what_it_is_about(page: str) -> None:
    """A title, and one sentence or two."""
    title, empty, about, *_ = PAGES[page].splitlines()
    assert title.startswith("# ")
    assert not empty
    assert about


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_ci_reads_the_readme(tmp_path: Path) -> None:
    """The lines of `.ci/run` that find the tests' command, on a copy of the README."""
    shutil.copy(REPOSITORY / "README.md", tmp_path)
    (line,) = [line for line in CI.splitlines() if line.startswith("test_command=")]
    script = f'{line}\nprintf %s "$test_command"'
    found = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout == blocks("sh")[1].text.strip()
