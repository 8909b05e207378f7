"""What the engine carries of others is unmodified, licensed and listed."""

import hashlib
import json

import pytest

from tests.third_party import FOLDER, MANIFEST

LISTED = json.loads(MANIFEST.read_text(encoding="utf-8"))
FILES = [(name, path) for name, package in LISTED.items() for path in package["files"]]
OURS = {"__init__.py", "manifest.json"}


@pytest.mark.parametrize(("name", "path"), FILES)
def test_a_file_of_others_is_the_one_that_was_released(name, path):
    """Byte by byte."""
    data = (FOLDER / name / path.rpartition("/")[2]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == LISTED[name]["files"][path]


def test_nothing_of_others_is_there_unlisted():
    """What is not in the manifest is not carried."""
    found = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert found - OURS == {f"{name}/{path.rpartition('/')[2]}" for name, path in FILES}


@pytest.mark.parametrize("name", LISTED)
def test_each_package_comes_with_its_version_licence_and_source(name):
    """Its licence's text beside it, for that is what they ask of whoever passes them on."""
    package = LISTED[name]
    assert all(package[key] for key in ("version", "licence", "source", "integrity"))
    assert any(path.startswith("LICENSE") for path in package["files"])
