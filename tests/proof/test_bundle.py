"""Bundles: taken away, verified where there is no store, and refused when anybody touched them."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.app.proof.keys import new_key
from interlock.app.store.chain import START, canonical, link
from tests.app.test_cli import _clean_surroundings, interlock
from tests.proof.world import World

__all__ = ["_clean_surroundings", "interlock"]

MANIFEST, RECORDS, CHECKPOINTS, KEYS = "manifest.json", "records.jsonl", "checkpoints.jsonl", "public-keys.txt"
Files = dict[str, str]


@pytest.fixture
def bundle(interlock, world: World, tmp_path: Path) -> Path:
    """
    Everything there is, signed.
    """
    out = tmp_path / "bundle.zip"
    code, said, complaints = interlock("audit", "export", "--all", "--out", out, **settings(world))
    assert (code, complaints) == (0, [])
    assert said == f"{out}: 10 records of 2 calls, 2 checkpoints, signed\n"
    return out


@pytest.fixture
def verify(interlock, bundle: Path, monkeypatch: pytest.MonkeyPatch):
    """
    Verify it where nothing is set, after something was done to its files.
    """

    def verified(*args: object, touch: Callable[[Files], object] = lambda files: None) -> tuple[int, str, list[str]]:
        for name in ("STORE", "CHECKPOINTS", "CHECKPOINT_KEY"):
            monkeypatch.delenv(f"INTERLOCK_{name}")
        with zipfile.ZipFile(bundle) as before:
            files = {name: before.read(name).decode() for name in (MANIFEST, RECORDS, CHECKPOINTS, KEYS)}
        touch(files)
        with zipfile.ZipFile(bundle, "w") as after:
            for name, text in files.items():
                after.writestr(name, text)
        return interlock("audit", "verify", "--bundle", bundle, *args)

    return verified


def settings(world: World) -> dict[str, str]:
    """What a worker has set."""
    own = {"STORE": world.store, "CHECKPOINTS": str(world.folder), "CHECKPOINT_KEY": world.key.text}
    return {f"INTERLOCK_{name}": value for name, value in own.items()}


def fitting(files: Files) -> None:
    """Make the manifest fit the files, without a signature: whoever changes a bundle has no key to sign with."""
    manifest = json.loads(files[MANIFEST])["manifest"]
    manifest["files"] = {name: hashlib.sha256(files[name].encode()).hexdigest() for name in manifest["files"]}
    files[MANIFEST] = json.dumps({"manifest": manifest})


def change(files: Files) -> None:
    """What a record says."""
    files[RECORDS] = files[RECORDS].replace('"event":"e3"', '"event":"no"', 1)


def rewrite(files: Files) -> None:
    """What a record says, then every hash of the call, and its end."""
    change(files)
    head, lines = START, []
    for line in map(json.loads, files[RECORDS].splitlines()):
        if "call" in line:
            line["call"]["end"]["head"], head = head.hex(), START
            lines.append(json.dumps(line))
        else:
            record = canonical(line["record"])
            head = link(head, record.encode())
            lines.append(f'{{"hash":"{head.hex()}","record":{record}}}')
    files[RECORDS] = "".join(f"{line}\n" for line in lines)


def test_a_bundle_is_verified_without_the_store(world: World, verify) -> None:
    """
    With the public key alone.
    """
    code, said, _ = verify("--public-key", world.key.public.text)
    assert (code, said) == (
        0,
        "10 records of 2 calls verified, beside 2 checkpoints. Nothing was changed that can be told.\n",
    )


def test_without_a_key_it_is_verified_with_its_own_and_that_is_said(world: World, verify) -> None:
    """
    Whoever made a bundle up made its key up, too.
    """
    code, said, _ = verify()
    assert code == 0
    assert "Verified with a key out of the bundle itself: compare it with one you know" in said
    assert world.key.public.text in said


def test_nothing_personal_and_no_secret_is_in_it(world: World, bundle: Path) -> None:
    """
    The key that signs stays where it is.
    """
    everything = b"".join(zipfile.ZipFile(bundle).read(name) for name in zipfile.ZipFile(bundle).namelist())
    assert world.key.text.encode() not in everything
    assert set(zipfile.ZipFile(bundle).namelist()) == {MANIFEST, RECORDS, CHECKPOINTS, KEYS}


TOUCHED = {
    "a record": (change, [f"the bundle's {RECORDS} is not what its {MANIFEST} says", "call one: record 3 was changed"]),
    "a record, fitting": (lambda files: (change(files), fitting(files)), ["call one: record 3 was changed"]),
    "the hashes too": (lambda files: (rewrite(files), fitting(files)), ["call one: records 1 to 6 were rewritten"]),
    "a checkpoint dropped": (
        lambda files: files.update({CHECKPOINTS: files[CHECKPOINTS].partition("\n")[2]}),
        [f"the bundle's {CHECKPOINTS} is not what its {MANIFEST} says"],
    ),
    "no checkpoints, nobody's signature": (
        lambda files: (rewrite(files), files.update({CHECKPOINTS: ""}), fitting(files)),
        ["nothing in the bundle is signed, expected the signatures of the key that was given"],
    ),
    "the manifest": (
        lambda files: files.update({MANIFEST: files[MANIFEST].replace('"calls":2', '"calls":1')}),
        [f"the bundle's {MANIFEST} is not signed with a key that was given"],
    ),
    "a call left out": (
        lambda files: (files.update({RECORDS: "".join(files[RECORDS].splitlines(True)[:7])}), fitting(files)),
        ["call two: the call is gone: it had 4 records when its checkpoint of "],
    ),
}


@pytest.mark.parametrize("what", TOUCHED)
def test_a_bundle_that_somebody_touched_is_found_out(world: World, verify, what: str) -> None:
    """
    By its hashes, its checkpoints or its manifest's signature.
    """
    touch, expected = TOUCHED[what]
    code, said, _ = verify("--public-key", world.key.public.text, touch=touch)
    assert code == 1
    for sentence in expected:
        assert sentence in said


def test_a_bundle_of_another_key_is_found_out(verify) -> None:
    """
    Made anew from end to end, by somebody with a key of their own.
    """
    code, said, _ = verify("--public-key", new_key().public.text)
    assert code == 1
    assert f"the bundle's {MANIFEST} is not signed with a key that was given" in said
    assert "call one: the checkpoint checkpoints.jsonl:" in said


@pytest.mark.parametrize(
    ("what", "says"), [("text", "not a ZIP file"), ("empty", "no manifest.json"), ("none", "No such file or directory")]
)
def test_what_is_no_bundle_is_refused(interlock, tmp_path: Path, what: str, says: str) -> None:
    """
    With what was found, and what was expected.
    """
    path = tmp_path / "some.zip"
    if what == "text":
        path.write_text("text")
    if what == "empty":
        zipfile.ZipFile(path, "w").close()
    code, _, complaints = interlock("audit", "verify", "--bundle", path)
    assert code == 2
    assert says in " ".join(complaints)
    assert "expected a bundle as interlock audit export writes them" in " ".join(complaints)


def test_a_tampered_store_is_exported_as_it_is(world: World, bundle: Path, interlock, verify) -> None:
    """
    Nobody washes a record clean by taking it away.
    """
    world.sql("DELETE FROM records WHERE call_id = 'one' AND seq = 3", "UPDATE records SET at = 'x' WHERE seq = 2")
    assert interlock("audit", "export", "--all", "--out", bundle, **settings(world))[0] == 0
    code, said, _ = verify("--public-key", world.key.public.text)
    assert code == 1
    assert "call one: " in said
    assert "call two: record 2 was changed" in said
