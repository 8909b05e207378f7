"""Puts the files of others into their folders: unmodified out of the npm releases that each folder's manifest names.

`interlock/third_party` is what the engine carries, `tests/browser/third_party` what only its tests need.

Run as `make third-party`. For another version, write it into manifest.json and take its "integrity" out: both hashes
are written anew, to be looked at. npm and its settings say where the releases come from.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "interlock/third_party", ROOT / "tests/browser/third_party")


def main() -> None:
    """Fill every folder."""
    for folder in FOLDERS:
        fill(folder)


def listed(folder: Path) -> dict[str, Any]:
    """What a folder's manifest says, by package."""
    its: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return its


def fill(into: Path) -> None:
    """Fetch every package, refuse one that is not what the manifest says, write its files and their hashes."""
    manifest = listed(into)
    for name, package in manifest.items():
        with tempfile.TemporaryDirectory() as folder:
            release = packed(name, package["version"], Path(folder))
            found = integrity(release)
            if package.setdefault("integrity", found) != found:
                sys.exit(
                    f"{name} {package['version']} is {found}, expected {package['integrity']}: not the same release"
                )
            unpack(release, into / name, package["files"])
    (into / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def packed(name: str, version: str, folder: Path) -> Path:
    """The release as npm has it."""
    asked = ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=folder).stdout
    return folder / said.split()[-1]


def integrity(release: Path) -> str:
    """As npm writes it."""
    return f"sha512-{base64.b64encode(hashlib.sha512(release.read_bytes()).digest()).decode()}"


def unpack(release: Path, into: Path, files: dict[str, str]) -> None:
    """Write the named files, and their SHA-256 into `files`."""
    into.mkdir(exist_ok=True)
    with tarfile.open(release) as archive:
        for path in files:
            member = archive.extractfile(f"package/{path}")
            if member is None:
                sys.exit(f"{into.name} has no file {path}, expected what manifest.json names")
            data = member.read()
            (into / Path(path).name).write_bytes(data)
            files[path] = hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
