"""What was written into a project, kept in its folder `.interlock`, so that an upgrade knows what was edited.

`template.toml` says by which version, with which answers, and the hash of each file; `template.zip` has the texts that
can be merged, as they were.
"""

import io
import json
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from interlock.app.new.answers import Answers
from interlock.app.new.errors import NewError
from interlock.app.new.providers import chosen

TOML, ZIP = ".interlock/template.toml", ".interlock/template.zip"
MERGED_BYTES = 64 * 1024
HEAD = "# What `interlock new` and `interlock upgrade-project` wrote; keep both files of this folder in git.\n"


@dataclass(frozen=True, slots=True)
class Written:
    """What the template last gave this project: hashes of all files, and the text of those that can be merged."""

    version: str
    answers: Answers
    hashes: Mapping[str, str]
    texts: Mapping[str, bytes]


def record_of(answers: Answers, version: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The two files that say so."""
    told = {"version": version, "name": answers.name, "from": answers.start, "flow": answers.flow}
    told["providers"] = str(answers.providers)
    lines = [f"{key} = {json.dumps(value)}" for key, value in told.items()]
    hashes = [f"{json.dumps(path)} = {json.dumps(hash_of(data))}" for path, data in sorted(files.items())]
    return {TOML: (HEAD + "\n".join([*lines, "", "[files]", *hashes, ""])).encode(), ZIP: _zipped(files)}


def read_record(root: Path) -> Written:
    """What the template last gave the project in this folder. Raises `NewError`."""
    try:
        told = tomllib.loads((root / TOML).read_text(encoding="utf-8"))
        with zipfile.ZipFile(root / ZIP) as kept:
            texts = {name: kept.read(name) for name in kept.namelist()}
        answers = Answers(root.parent / told["name"], told["from"], told["flow"], chosen(told["providers"]))
        return Written(told["version"], answers, told["files"], texts)
    except FileNotFoundError as error:
        raise NewError(
            f"{error.filename} is missing, so nothing is known of the template: expected it in git"
        ) from None
    except (tomllib.TOMLDecodeError, zipfile.BadZipFile, KeyError, TypeError, UnicodeDecodeError) as error:
        raise NewError(f"{root / '.interlock'} cannot be read ({error}): expected it as it is in git") from None


def hash_of(data: bytes) -> str:
    """What a file is told by."""
    return sha256(data).hexdigest()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for path, data in sorted(files.items()):
            if len(data) <= MERGED_BYTES:
                kept.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
