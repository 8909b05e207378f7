"""Puts the files of others into `interlock/third_party`: unmodified out of the npm releases that its manifest names.

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

FOLDER = Path(__file__).parents[1] / "interlock/third_party"
MANIFEST = FOLDER / "manifest.json"


def main() -> None:
    """Fetch every package, refuse one that is not what the manifest says, write its files and their hashes."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    for name, package in manifest.items():
        with tempfile.TemporaryDirectory() as folder:
            release = packed(name, package["version"], Path(folder))
            found = integrity(release)
            if package.setdefault("integrity", found) != found:
                sys.exit(
                    f"{name} {package['version']} is {found}, expected {package['integrity']}: not the same release"
                )
            unpack(release, name, package["files"])
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def packed(name: str, version: str, folder: Path) -> Path:
    """The release as npm has it."""
    asked = ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=folder).stdout
    return folder / said.split()[-1]


def integrity(release: Path) -> str:
    """As npm writes it."""
    return f"sha512-{base64.b64encode(hashlib.sha512(release.read_bytes()).digest()).decode()}"


def unpack(release: Path, name: str, files: dict[str, str]) -> None:
    """Write the named files, and their SHA-256 into `files`."""
    (FOLDER / name).mkdir(exist_ok=True)
    with tarfile.open(release) as archive:
        for path in files:
            member = archive.extractfile(f"package/{path}")
            if member is None:
                sys.exit(f"{name} has no file {path}, expected what {MANIFEST.name} names")
            data = member.read()
            (FOLDER / name / Path(path).name).write_bytes(data)
            files[path] = hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
