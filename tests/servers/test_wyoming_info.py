"""What the Wyoming server says of itself is true of houses with several languages, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from voiced.servers.wyoming_info import info_of


def test_a_house_of_two_languages() -> None:
    both = SimpleNamespace(language="en", every=(SimpleNamespace(language="en"), SimpleNamespace(language="de")))
    loaded = SimpleNamespace(name="base", tokenizer=SimpleNamespace(is_multilingual=True, languages=["en", "de", "fr"]))
    pipelines = SimpleNamespace(grammar_of=lambda _: both, loaded=loaded, phrases={"alexa": "alexa"})
    info = info_of(cast("Any", SimpleNamespace(pipelines=lambda: pipelines)))
    [asr], [handle], [intent], [wake] = info.asr, info.handle, info.intent, info.wake
    assert {model.name: model.languages for model in asr.models} == {
        "base": ["de", "en", "fr"],
        "commands": ["en", "de"],
        "anything": ["de", "en", "fr"],
    }
    assert [each.models[0].languages for each in (handle, intent, wake)] == [["en", "de"]] * 3
