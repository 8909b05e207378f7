"""Bundles a stranger made: whatever is in them, it ends in a finding or in one line, in little memory and time."""

import hashlib
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from interlock.app.cli.verify import MOST_FINDINGS, MOST_UNREADABLE, verify_bundle
from interlock.app.proof import ProofError
from interlock.app.proof.bundle import export
from interlock.app.proof.folder import statements_of
from interlock.app.proof.report import InProse
from interlock.app.proof.stored import Stored
from interlock.app.settings import Settings
from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.opening import database_for_reading
from tests.proof.world import World

MANIFEST, RECORDS, CHECKPOINTS, KEYS = "manifest.json", "records.jsonl", "checkpoints.jsonl", "public-keys.txt"
HASH = "0" * 64
AT = "2026-03-02T09:33:19.123456+00:00"
NUMBERS = ("1e999", "NaN", "-Infinity", "9" * 5000, "-1", "1.5", "true", "null", '"1"', "[1]", "{}", str(10**30))


def outcome(path: Path) -> tuple[int, str]:
    """What the command does after it read the settings: the number of findings and what it shows."""
    shown = StringIO()
    return verify_bundle(Settings(), path, (), InProse(Console(file=shown, width=200))), shown.getvalue()


def refusal(path: Path) -> str:
    """The one line with which a bundle is refused."""
    with pytest.raises(ProofError) as refused:
        outcome(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def bundle(
    path: Path, records: bytes = b"", checkpoints: bytes = b"", keys: bytes = b"", manifest: str | None = None
) -> Path:
    """A bundle of these files, whose manifest says so unless another is given."""
    files = {RECORDS: records, CHECKPOINTS: checkpoints, KEYS: keys}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    counts = {"calls": 1, "records": 1, "checkpoints": 0}
    said = manifest or json.dumps({"manifest": {"version": 1, "made_at": "x", **counts, "files": digests}})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in {**files, MANIFEST: said.encode(errors="surrogatepass")}.items():
            zipped.writestr(name, data)
    return path


def record(seq: str = "1", call_id: str = '"c"', epoch: str = "0", audit: str = "{}", kind: str = '"k"') -> bytes:
    """A record's line, whose hash fits nothing."""
    said = f'"at":"{AT}","audit":{audit},"call_id":{call_id},"epoch":{epoch},"kind":{kind},"seq":{seq}'
    return f'{{"hash":"{HASH}","record":{{{said}}}}}\n'.encode(errors="surrogatepass")


def call(length: str = "1", call_id: str = '"c"', head: str = f'"{HASH}"') -> bytes:
    """The line after a call's records."""
    return f'{{"call":{{"call_id":{call_id},"end":{{"head":{head},"length":{length}}}}}}}\n'.encode()


MANIFEST_VALUES = {"version": "1", "made_at": '"x"', "calls": "1", "records": "1", "checkpoints": "0", "files": "{}"}
OTHER_TYPES = [(name, number) for name, value in MANIFEST_VALUES.items() for number in NUMBERS if value[0] != number[0]]


@pytest.mark.parametrize(("where", "number"), OTHER_TYPES)
def test_a_manifest_of_other_types_is_refused(tmp_path: Path, where: str, number: str) -> None:
    """
    Whatever JSON has, and what it has not.
    """
    said = ",".join(f'"{name}":{value}' for name, value in (MANIFEST_VALUES | {where: number}).items())
    assert "manifest.json is none of ours" in refusal(bundle(tmp_path / "b.zip", manifest=f'{{"manifest":{{{said}}}}}'))


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", "[" * 60_000, '{"a":' * 9000, "\udcff", '{"manifest":1}', "\0"]
)
def test_a_manifest_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    """
    Nested as deep as one likes, or no text at all.
    """
    assert "manifest.json is none of ours" in refusal(bundle(tmp_path / "b.zip", manifest=text or " "))


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("where", ["seq", "epoch", "call_id", "audit", "kind"])
def test_a_record_of_other_types_is_a_finding(tmp_path: Path, where: str, number: str) -> None:
    """
    It has no hash that fits, and the rest of its call is looked at.
    """
    found, _ = outcome(bundle(tmp_path / "b.zip", record(**{where: number}) + record("2") + call("2")))
    assert found


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("where", ["length", "call_id", "head"])
def test_an_end_of_other_types_is_refused_or_a_finding(tmp_path: Path, where: str, number: str) -> None:
    """
    Never believed.
    """
    path = bundle(tmp_path / "b.zip", record() + call(**{where: number}))
    assert said_of(path) not in ("", "0")


def said_of(path: Path) -> str:
    """The number of findings, or the one line with which it is refused."""
    try:
        return str(outcome(path)[0])
    except ProofError as error:
        return str(error)


@pytest.mark.parametrize("line", [b"{}", b"[" * 60_000, b'{"call"' + b"[" * 60_000, b"\xff\xfe", b"\0", b"", b"null"])
def test_lines_that_an_export_never_writes_are_refused(tmp_path: Path, line: bytes) -> None:
    """
    The first of them: whoever made them made no bundle.
    """
    assert "line 1 of records.jsonl is none of ours" in refusal(bundle(tmp_path / "b.zip", line + b"\n" + call()))


@pytest.mark.parametrize(
    "line",
    [
        b"\xff",
        b"{}",
        b"[" * 60_000,
        b'{"checkpoint": 1}',
        f'{{"checkpoint":{{"call_id":"c","head":"{HASH}","length":{10**30},"signed_at":"x","written_at":"x"}}}}'.encode(),
        f'{{"checkpoint":{{"call_id":"\\ud800","head":"{HASH}","length":1,"signed_at":"x","written_at":"x"}}}}'.encode(),
        f'{{"pruned":{{"call_id":"c","head":"{HASH}","length":1e99,"pruned_at":"x"}}}}'.encode(),
    ],
)
def test_rubbish_among_the_checkpoints_is_counted_and_too_much_of_it_is_refused(tmp_path: Path, line: bytes) -> None:
    """
    One line may be torn, thousands are no checkpoints.
    """
    _, said = outcome(bundle(tmp_path / "b.zip", checkpoints=line + b"\n"))
    assert "1 line among the checkpoints cannot be read" in said
    lines = (b"{}\n" if len(line) > 1000 else line + b"\n") * (MOST_UNREADABLE + 1)
    assert "lines among the checkpoints cannot be read" in refusal(bundle(tmp_path / "c.zip", checkpoints=lines))


@pytest.mark.parametrize("keys", [b"rubbish\n", b"\xff\xfe\0", b"AAAA", b"A" * 70_000])
def test_keys_that_are_none_are_refused(tmp_path: Path, keys: bytes) -> None:
    """
    Few as they are.
    """
    assert "public-keys.txt" in refusal(bundle(tmp_path / "b.zip", keys=keys))


def renamed(path: Path, flag: int | None = None, method: int | None = None) -> None:
    """Set the flags, or the method, of every file in it."""
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            if flag is not None:
                data[place + at] |= flag
            if method is not None:
                data[place + at + 2] = method
            place = data.find(mark, place + 4)
    path.write_bytes(data)


def put(path: Path, name: str, mode: int = 0) -> None:
    """One more file."""
    its = zipfile.ZipInfo(name)
    its.external_attr = mode << 16
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(its, b"x")


def as_link(path: Path) -> None:
    """Its keys as a symbolic link."""
    path.unlink()
    bundle(path)
    with zipfile.ZipFile(path) as before:
        files = {name: before.read(name) for name in before.namelist()}
    with zipfile.ZipFile(path, "w") as after:
        for name, data in files.items():
            its = zipfile.ZipInfo(name)
            its.external_attr = (0o120777 if name == KEYS else 0o100600) << 16
            after.writestr(its, data)


PACKED: dict[str, tuple[Callable[[Path], object], str]] = {
    "encrypted": (lambda path: renamed(path, flag=1), "is encrypted"),
    "by another method": (lambda path: renamed(path, method=99), "is packed in a way of its own"),
    "as bzip2": (lambda path: renamed(path, method=zipfile.ZIP_BZIP2), "is packed in a way of its own"),
    "a way out": (lambda path: put(path, "../../outside"), "5 files in it instead of 4"),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-30]), "not a ZIP file"),
    "a link": (as_link, "is no plain file"),
    "no file of ours": (lambda path: zipfile.ZipFile(path, "w").close(), "no manifest.json in it"),
    "twenty thousand files": (
        lambda path: [
            zipped := zipfile.ZipFile(path, "a"),
            [zipped.writestr("n" * 40 + str(n), b"") for n in range(20_000)],
            zipped.close(),
        ],
        "not a ZIP file",
    ),
}


@pytest.mark.parametrize("what", PACKED)
def test_a_zip_file_of_a_strange_kind_is_refused(tmp_path: Path, what: str) -> None:
    """
    Before any of it is read.
    """
    touch, says = PACKED[what]
    path = bundle(tmp_path / "b.zip")
    touch(path)
    assert says in refusal(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_in_it_twice_is_refused(tmp_path: Path) -> None:
    """
    Which of them was meant, nobody can know.
    """
    path = bundle(tmp_path / "b.zip")
    put(path, MANIFEST)
    assert "5 files in it instead of 4" in refusal(path)


def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """
    A pipe nobody writes into, a device without an end, a folder.
    """
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        assert "no plain file" in refusal(path)
    assert "Is a directory" in refusal(tmp_path)
    assert "no file" in refusal(Path("a\0b"))


BOMBS = {
    MANIFEST: (b" " * (1 << 20), 64, "manifest.json has more than 64 KiB"),
    KEYS: (b"A" * (1 << 20), 64, "public-keys.txt has more than 64 KiB"),
    RECORDS: (b'{"hash":"' + b"A" * (1 << 20), 64, "records.jsonl has more than 100 times the bytes"),
    CHECKPOINTS: (b"{}\n" * (1 << 18), 512, "lines among the checkpoints cannot be read"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_not_unpacked(tmp_path: Path, name: str) -> None:
    """
    What a small file unpacks to is bounded, of a line, of a file and of all.
    """
    block, times, says = BOMBS[name]
    path, whole = bundle(tmp_path / "b.zip"), tmp_path / "bomb.zip"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as after:
        for each in before.namelist():
            with after.open(each, "w") as file:
                if each != name:
                    file.write(before.read(each))
                for _ in range(times if each == name else 0):
                    file.write(block)
    assert says in refusal(whole)


def test_no_file_unpacks_to_more_than_a_hundred_times_the_whole(tmp_path: Path) -> None:
    """
    Lines of ours as they are, yet packed as no chained records can be.
    """
    line = b'{"hash":"",' + b" " * 500_000 + b"\n"  # under a megabyte
    assert "records.jsonl has more than 100 times the bytes" in refusal(bundle(tmp_path / "b.zip", line * 40))


def test_after_a_thousand_findings_it_is_over(tmp_path: Path) -> None:
    """
    And that is said.
    """
    noise = random.Random(1).randbytes
    lines = b"".join(call("1", f'"c{noise(8).hex()}"') for _ in range(3000))
    found, said = outcome(bundle(tmp_path / "b.zip", lines))
    assert found == MOST_FINDINGS
    assert "The verification stopped there: after 1,000 findings no more is looked for." in said


@pytest.mark.slow
def test_a_long_call_is_followed_in_parts_and_found_out(tmp_path: Path) -> None:
    """
    Longer than what is held of it at once.
    """
    lines = b"".join(record(str(seq)) for seq in range(1, 21_001))
    found, said = outcome(bundle(tmp_path / "b.zip", lines + call("21000")))
    assert found
    assert "21,000 records of 1 call verified" in said


@pytest.fixture
def good(world: World, tmp_path: Path) -> Path:
    """
    A bundle as it should be.
    """
    keys = {world.key.public.name: world.key.public}
    with closing(database_for_reading(world.store, BUSY_TIMEOUT_MS)) as database:
        lines = (line for _, line in statements_of(world.folder))
        export(Stored(database), lines, keys, world.key, tmp_path / "good.zip")
    assert outcome(tmp_path / "good.zip")[0] == 0
    return tmp_path / "good.zip"


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_bytes_changed_anywhere_end_in_a_finding_or_a_line(good: Path, data: st.DataObject) -> None:
    """
    Of the ZIP file itself, or of one file in it.
    """
    name = data.draw(st.sampled_from([None, MANIFEST, RECORDS, CHECKPOINTS, KEYS]))
    with zipfile.ZipFile(good) as zipped:
        files = {each: zipped.read(each) for each in zipped.namelist()}
    raw = bytearray(good.read_bytes() if name is None else files[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        raw[start : start + data.draw(st.integers(0, 8))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"[" * 500, b"9" * 50, b"null", b"\\ud800", b"1e999", b"\n"])
        )
    touched = good.with_name("touched.zip")
    if name is None:
        touched.write_bytes(raw)
    else:
        with zipfile.ZipFile(touched, "w") as zipped:
            for each, its in files.items():
                zipped.writestr(each, bytes(raw) if each == name else its)
    assert "\n" not in said_of(touched)


@pytest.mark.slow
def test_the_command_holds_no_more_than_it_needs(tmp_path: Path) -> None:
    """
    Four gigabytes of one line, for a process that may have one.
    """
    path = tmp_path / "bomb.zip"
    bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for each in (MANIFEST, CHECKPOINTS, KEYS):
            after.writestr(each, before.read(each))
        with after.open(RECORDS, "w", force_zip64=True) as file:
            for _ in range(256):
                file.write(b'{"hash":"' + b" " * (16 << 20))
    within = f"ulimit -v {2 << 20}; exec {sys.executable} -m interlock.app.command audit verify --bundle {path}"
    done = subprocess.run(["sh", "-c", within], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
