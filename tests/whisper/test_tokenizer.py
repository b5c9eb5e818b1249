"""Text and tokens, on the vocabularies of the packaged models."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.whisper.loading.vocabulary import ranks_of, read_ranks
from voiced.whisper.tokenizer import Ranks, Tokenizer, make_tokenizer

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel


@pytest.fixture(scope="module")
def folder(tiny_en: LoadedModel) -> Path:
    """What lies beside the English weights."""
    source = Path(tiny_en.source)
    return source if source.is_dir() else source.parent


@pytest.fixture(scope="module")
def ranks(folder: Path) -> Ranks:
    return read_ranks(folder / "vocabulary.txt")


@pytest.fixture(scope="module")
def tokenizer(ranks: Ranks) -> Tokenizer:
    return make_tokenizer(ranks, 51_864)


TEXTS = ["", " ", "Turn on the kitchen lights.", " 22.5 °C, isn't it?", "Küche — 浴室 🚿\n\tx", "<|endoftext|>"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(tokens) == text
    assert b"".join(map(tokenizer.token_bytes, tokens)) == text.encode()
    assert all(token < tokenizer.eot for token in tokens)


@given(st.text())
def test_any_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_merging_by_rank_worked_by_hand(tokenizer: Tokenizer, ranks: Ranks) -> None:
    """Of " light", the pairs with the lowest ranks are merged first: "ig" 328, " l" 300, "ht", "ight", " light"."""
    assert [ranks[token] for token in (b" l", b"ig", b"ht", b"ight", b" light")] == [300, 328, 4352, 432, 1657]
    assert tokenizer.encode(" light lightx") == [1657, 1657, 87]


@pytest.mark.parametrize(
    ("n_vocab", "special"),
    [
        (
            51_864,
            {"eot": 50256, "sot": 50257, "translate": 50357, "transcribe": 50358, "sot_lm": 50359, "sot_prev": 50360},
        ),
        (51_864, {"no_speech": 50361, "no_timestamps": 50362, "timestamp_begin": 50363, "n_languages": 99}),
        (
            51_865,
            {"eot": 50257, "sot": 50258, "translate": 50358, "transcribe": 50359, "sot_lm": 50360, "sot_prev": 50361},
        ),
        (51_865, {"no_speech": 50362, "no_timestamps": 50363, "timestamp_begin": 50364, "n_languages": 99}),
        (51_866, {"eot": 50257, "sot": 50258, "translate": 50359, "transcribe": 50360, "timestamp_begin": 50365}),
        (51_866, {"n_languages": 100}),
    ],
)
def test_special_tokens(ranks: Ranks, n_vocab: int, special: dict[str, int]) -> None:
    if n_vocab > 51_864:
        ranks = ranks | {b"": 50_256}  # of the right size; what the tokens say does not matter here
    tokenizer = make_tokenizer(ranks, n_vocab)
    assert {name: getattr(tokenizer, name) for name in special} == special
    assert tokenizer.n_vocab == n_vocab
    assert tokenizer.is_multilingual == (n_vocab > 51_864)
    codes = list(tokenizer.languages)
    assert codes[:3] == ["en", "zh", "de"]
    assert list(tokenizer.languages.values()) == list(range(tokenizer.sot + 1, tokenizer.translate))
    assert ("yue" in codes) == (n_vocab == 51_866)


def test_start_sequences(base: LoadedModel, tokenizer: Tokenizer) -> None:
    many = base.tokenizer
    assert many.start_sequence("de", "translate", timestamps=True) == [50258, 50261, 50358]
    assert many.start_sequence("en", "transcribe", timestamps=False) == [50258, 50259, 50359, 50363]
    assert tokenizer.start_sequence("en", "transcribe", timestamps=True) == [50257]
    assert tokenizer.start_sequence("en", "transcribe", timestamps=False) == [50257, 50362]


def test_what_cannot_be_started(base: LoadedModel, tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="'yue'"):
        base.tokenizer.start_sequence("yue", "transcribe", timestamps=True)
    with pytest.raises(ValueError, match="English only"):
        tokenizer.start_sequence("de", "transcribe", timestamps=True)
    with pytest.raises(ValueError, match="English only"):
        tokenizer.start_sequence("en", "translate", timestamps=True)


def test_timestamps_are_text_only_if_asked_for(tokenizer: Tokenizer) -> None:
    begin = tokenizer.timestamp_begin
    tokens = [begin, *tokenizer.encode(" Hello."), begin + 25]
    assert tokenizer.decode(tokens) == " Hello."
    assert tokenizer.decode_with_timestamps(tokens) == "<|0.00|> Hello.<|0.50|>"
    assert tokenizer.decode_with_timestamps([begin + 1500]) == "<|30.00|>"


def test_non_speech_tokens_are_those_beside_the_weights(base: LoadedModel, tokenizer: Tokenizer, folder: Path) -> None:
    """The converted checkpoints carry the reference's list, with its special tokens."""
    for ours, beside in ((tokenizer, folder), (base.tokenizer, Path(base.source).parent)):
        config = json.loads((beside / "config.json").read_text())
        assert list(ours.non_speech_tokens) == sorted(token for token in config["suppress_ids"] if token < ours.eot)


@pytest.mark.parametrize("name", ["vocabulary.txt", "tokenizer.json"])
def test_ranks_of_a_ctranslate2_folder(ranks: Ranks, folder: Path, base: LoadedModel, name: str) -> None:
    assert read_ranks(folder / name) == ranks
    multilingual = read_ranks(Path(base.source).parent / name)
    assert list(multilingual.values()) == list(range(50_257))
    assert [bytes([byte]) in multilingual for byte in range(256)] == [True] * 256


def test_ranks_of_other_files(ranks: Ranks, folder: Path, tmp_path: Path) -> None:
    """A list, as newer converters write it; a mapping in any order, as Hugging Face does."""
    tokens = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[:-1]
    (tmp_path / "vocabulary.json").write_text(json.dumps(tokens))
    assert read_ranks(tmp_path / "vocabulary.json") == ranks
    (tmp_path / "vocab.json").write_text(json.dumps({token: i for i, token in reversed([*enumerate(tokens[:50_257])])}))
    assert read_ranks(tmp_path / "vocab.json") == ranks


@pytest.mark.parametrize("content", ["", "{}", "[]", "nonsense", "[1, 2]", '{"model": 5}', '{"model": {}}', "3"])
@pytest.mark.parametrize("name", ["vocab.json", "tokenizer.json", "vocabulary.txt"])
def test_what_is_no_vocabulary(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ValueError, match="is not a Whisper vocabulary") as caught:
        read_ranks(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_vocabulary_of_another_model() -> None:
    with pytest.raises(ValueError, match="not 3"):
        ranks_of(["a", "b", "c"])
    with pytest.raises(ValueError, match="printable form has no ' '"):
        ranks_of(["a b"])
    with pytest.raises(ValueError, match="not a Whisper vocabulary"):
        make_tokenizer({bytes([byte]): byte for byte in range(256)}, 51_864)


def test_ranks_are_in_order_of_merging(ranks: Ranks) -> None:
    assert all(one < other for one, other in pairwise(ranks.values()))
