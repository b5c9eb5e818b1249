"""Fuzz target: config.yaml. Whatever it holds, it is read, or refused with sentences."""

from __future__ import annotations

import re

from voiced.config import Config
from voiced.errors import ConfigError
from voiced.foundations.resources import shipped
from voiced.foundations.sections import parse

WORDS = (
    b"&a ", b"*a", b"<<: *a\n", b".inf", b".nan", b"1e999", b"0x1f", b"!!python/object:os.system", b"!t ", b"~nouser/x",
    b'"\\0"', b'"\\ud800"', b"|\n", b">\n  ", b"{", b"}", b"[", b"]", b"? ", b": ", b"- ", b"#", b"---\n", b"...\n",
    b"%YAML 1.1\n", b"\t", b"null", b"true", b"wake_word: ", b"models: [", b"mqtt: {", b"../x", b"'", b'"', b"\r\n",
)  # fmt: skip
FOUND = (
    b"a: &a [x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b]",
    b"microphone: {device: 0x" + b"f" * 5_000 + b"}",
    b"intents: ~nouser/x",
    b'intents: "a\\0b"',
    b"mqtt: {credential: ../x, username: a}",
    b"[" * 5_000,
)


def seeds() -> list[bytes]:
    """Return settings that are right."""
    example = shipped("config.example.yaml").read_bytes()
    bare = re.sub(rb" *#.*", b"", example)  # where changes meet settings, not comments
    small = b"wake_word: {models: [alexa, {model: x.npz, threshold: 0.3, woken: true}], verify: false}\nsite: hall\n"
    tls = b"mqtt: {host: h, tls: {ca: a.pem}, username: u, password_file: p, version: 5}\nfeedback: {command: [aplay]}"
    return [example, bare, small, tls, *FOUND]


def target(data: bytes) -> None:
    """Read settings."""
    text = data.decode(errors="replace")  # what is no UTF-8 is told by `yaml_source.read`
    try:
        parse(text, "config.yaml", Config)
    except ConfigError as error:
        check_sentences(error)


def check_sentences(error: ConfigError) -> None:
    """Check that a report is sentences, not too many, that name the file, and that can be written."""
    assert 0 < len(error.problems) <= 101
    assert str(error).encode()
    assert max(map(len, str(error).split("\n"))) < 500
