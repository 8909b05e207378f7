"""What is carried of others, in the engine and in its tests, is unmodified, licensed and listed."""

import hashlib

import pytest

from tests.third_party import FOLDERS, listed

PACKAGES = [(folder, name, its) for folder in FOLDERS for name, its in listed(folder).items()]
FILES = [
    (folder / name / path.rpartition("/")[2], its["files"][path])
    for folder, name, its in PACKAGES
    for path in its["files"]
]
OURS = {"__init__.py", "manifest.json"}


@pytest.mark.parametrize(("file", "expected"), FILES, ids=[path.name for path, _ in FILES])
def test_a_file_of_others_is_the_one_that_was_released(file, expected):
    """Byte by byte."""
    assert hashlib.sha256(file.read_bytes()).hexdigest() == expected


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_nothing_of_others_is_there_unlisted(folder):
    """What is not in the manifest is not carried."""
    found = {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {path for path in found if path.name not in OURS} == {path for path, _ in FILES if folder in path.parents}


@pytest.mark.parametrize(("name", "package"), [(name, its) for _, name, its in PACKAGES])
def test_each_package_comes_with_its_version_licence_and_source(name, package):
    """Its licence's text beside it, for that is what they ask of whoever passes them on."""
    assert all(package[key] for key in ("version", "licence", "source", "integrity"))
    assert any(path.startswith("LICENSE") for path in package["files"])
