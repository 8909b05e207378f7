"""Every kind of tampering, each in several ways, drawn by chance.

Each takes a copy of everything that is stored and does it to one call, or to all; it gives back the call it was done
to (None: all), and whether everything was made to fit, so that no hash in the store can tell.
"""

import json
import random
from collections.abc import Callable
from typing import Any

from interlock.app.proof.finding import Row
from interlock.app.store.chain import START, canonical, link, record_bytes
from interlock.app.store.covering import commitment, fingerprint, tag
from interlock.app.store.standing import PLACES
from tests.proof.world import Image, Recorded, copy_of
from tests.store.entries import position

Done = tuple[str | None, bool]
Tampering = Callable[[Image, list[Image], random.Random], Done]


def _drawn(image: Image, drawn: random.Random) -> tuple[str, Recorded, int]:
    """A call, and one of its records by index, not its last."""
    call_id = drawn.choice(sorted(image))
    its = image[call_id]
    return call_id, its, drawn.randrange(len(its.rows) - 1)


def _renumber(its: Recorded) -> None:
    its.rows = [row._replace(seq=seq) for seq, row in enumerate(its.rows, 1)]


def _noted(its: Recorded, *, head: bool) -> None:
    """Make the call's row fit: its length, and its hash and where the call stands, too."""
    its.about["last_seq"] = len(its.rows)
    if head:
        its.about["head"] = its.rows[-1].hash if its.rows else START
        _stands(its)
        _ends(its)
        _tagged(its)


def _tagged(its: Recorded) -> None:
    """Give it the tag that fits: the key lies there unsealed."""
    its.about["tag"] = tag(its.key, *(its.about[name] for name in ("call_id", "last_seq", "head", "uncovered")))


def _ends(its: Recorded) -> None:
    """Where it ends, and what is kept apart, by the records that are left."""
    ended = next((row for row in reversed(its.rows) if row.kind == "call.ended"), None)
    opened = next((row for row in its.rows if row.kind == "call.opened"), None)
    its.about["ended_at"] = ended and ended.at
    its.about["end_reason"] = ended and json.loads(ended.audit).get("reason")
    its.about["started_at"] = opened.at if opened else its.about["started_at"]
    its.about["uncovered"] = None
    its.private = {seq: its.private[seq] for seq in its.private if seq <= len(its.rows)}
    its.turns = {n: row for n, row in its.turns.items() if n < len(its.rows)}


def _stands(its: Recorded) -> None:
    """Where the records that are left say."""
    last = next((row for row in reversed(its.rows) if row.kind in PLACES), None)
    if last is not None:
        audit = json.loads(last.audit)
        state = audit["after"][-1] if last.kind == "transition.accepted" else audit["state"]
        its.about["epoch"] = last.epoch
        its.about["snapshot"] = json.dumps(position(last.epoch, state).to_json(), separators=(",", ":"))


def _chained(its: Recorded) -> None:
    """Give every record what it would cover and the hash that fits, and the row too: the key lies there unsealed."""
    _renumber(its)
    _noted(its, head=True)
    its.rows = [row._replace(covers=canonical(_covered(its, row))) for row in its.rows]
    head, rows = START, []
    for row in its.rows:
        head = link(head, record_bytes(row.call_id, row.seq, row.kind, row.at, row.epoch, row.audit, row.covers))
        rows.append(row._replace(hash=head))
    its.rows = rows
    its.about["head"] = head
    _tagged(its)


def _covered(its: Recorded, row: Row) -> dict[str, Any]:
    assert row.covers is not None
    covered = {name: value for name, value in json.loads(row.covers).items() if name in ("flow", "driver", "owner")}
    if row.seq in its.private:
        covered["private"] = _commitment(its, its.private[row.seq], row.call_id, row.seq)
    if row.seq == len(its.rows):
        covered["snapshot"] = fingerprint(its.about["snapshot"])
        covered["turns"] = {str(n): _commitment(its, turn, row.call_id, "turn", n) for n, turn in its.turns.items()}
    return covered


def _commitment(its: Recorded, kept: dict[str, Any], *place: object) -> str:
    return commitment(its.key, kept["salt"], kept["data"], *place)


def _other(row: Row, field: str, drawn: random.Random) -> Row:
    values = {
        "kind": "transition.refused",
        "at": row.at.replace("+00:00", "")[:-1] + str((int(row.at[25]) + 1) % 10) + "+00:00",
        "epoch": row.epoch + drawn.choice((-1, 1, 7)),
        "audit": row.audit[:-1] + f',"z":{drawn.randrange(10**6)}}}',
        "hash": drawn.randbytes(32),
    }
    return row._replace(**{field: values[field]})


def changed(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """One to three fields of records."""
    call_id, its, _n = _drawn(image, drawn)
    for _m in range(drawn.randint(1, 3)):
        index = drawn.randrange(len(its.rows))
        its.rows[index] = _other(its.rows[index], drawn.choice(("kind", "at", "epoch", "audit", "hash")), drawn)
    return call_id, False


def order(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """Two swapped, with their hashes or without; or one moved."""
    call_id, its, _n = _drawn(image, drawn)
    here, there = sorted(drawn.sample(range(len(its.rows)), 2))
    one, other = its.rows[here], its.rows[there]
    way = drawn.choice(("whole", "said", "moved", "back"))
    if way == "whole":
        its.rows[here], its.rows[there] = other, one
    elif way == "said":
        its.rows[here], its.rows[there] = other._replace(hash=one.hash), one._replace(hash=other.hash)
    elif way == "moved":
        its.rows.insert(there, its.rows.pop(here))
    else:
        its.rows.insert(here, its.rows.pop(there))
    _renumber(its)
    return call_id, False


def dropped(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """One to three records before the last, and a gap left, or those after them given their numbers."""
    call_id, its, index = _drawn(image, drawn)
    del its.rows[index : min(index + drawn.randint(1, 3), len(its.rows) - 1)]
    way = drawn.choice(("gap", "renumbered", "noted"))
    if way != "gap":
        _renumber(its)
    if way == "noted":
        _noted(its, head=False)
    return call_id, False


def duplicated(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """One once more: at the end, in between, or in the place of another."""
    call_id, its, index = _drawn(image, drawn)
    copy, where = its.rows[index], drawn.choice(("end", "between", "instead"))
    if where == "instead":
        its.rows[drawn.choice([n for n in range(len(its.rows)) if n != index])] = copy
    else:
        its.rows.insert(len(its.rows) if where == "end" else drawn.randrange(len(its.rows)), copy)
    _renumber(its)
    if drawn.random() < 0.5:
        _noted(its, head=drawn.random() < 0.5)
    return call_id, False


def inserted(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """A record that never was, before the last one, its hash made up or what follows from the one before."""
    call_id, its, index = _drawn(image, drawn)
    made = _other(its.rows[index], "audit", drawn)._replace(hash=drawn.randbytes(32))
    if drawn.random() < 0.5:
        head = its.rows[index].hash
        said = record_bytes(call_id, index + 2, made.kind, made.at, made.epoch, made.audit)
        made = made._replace(hash=link(head, said))
    its.rows.insert(index + 1, made)
    _renumber(its)
    if drawn.random() < 0.5:
        _noted(its, head=False)
    return call_id, False


def replaced(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """Anything above, and then every hash computed anew, and the row made to fit."""
    way = drawn.choice((changed, changed, order, dropped, inserted))
    before = copy_of(image)
    while True:
        call_id, _fits = way(image, [], drawn)
        assert call_id is not None
        _chained(image[call_id])
        if image[call_id].rows != before[call_id].rows:  # a hash that was changed is the right one again
            return call_id, True


def truncated(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """The end cut off, and the row left, or made to fit in part or in whole."""
    call_id, its, index = _drawn(image, drawn)
    del its.rows[index + 1 :]
    way = drawn.choice(("left", "noted", "fits"))
    if way != "left":
        _noted(its, head=way == "fits")
    return call_id, way == "fits"


def emptied(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """All records of a call or of all calls, and the rows left, made to fit or gone too."""
    every, way = drawn.random() < 0.2, drawn.choice(("left", "fits", "gone"))
    those = sorted(image) if every else [drawn.choice(sorted(image))]
    for call_id in those:
        image[call_id].rows.clear()
        if way == "fits":
            _noted(image[call_id], head=True)
        if way == "gone":
            del image[call_id]
    return (None if every else those[0]), way == "gone"


def moved(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """Where the call stands by its own row, which no hash covers."""
    call_id, its, _n = _drawn(image, drawn)
    said = json.loads(its.about["snapshot"])
    elsewhere = {
        "epoch": said["epoch"] + drawn.choice((-1, 1, 7)),
        "version": said["version"] + 1,
        "machine": "Sales",
        "configuration": ["live", "person"],
    }
    way = drawn.choice((*elsewhere, "column", "gone", "spoilt"))
    if way == "column":
        its.about["epoch"] += 1
    elif way == "gone":
        its.about["snapshot"] = None
    elif way == "spoilt":
        its.about["snapshot"] = drawn.choice(("", "[]", "{", its.about["snapshot"][:-2]))
    else:
        its.about["snapshot"] = json.dumps({**said, way: elsewhere[way]})
    return call_id, False


def apart(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """What is kept apart: its value, its salt, two exchanged, one gone, one where there was none."""
    call_id, its = _with_private(image, drawn)
    seq = drawn.choice(sorted(its.private))
    way = drawn.choice(("value", "salt", "exchanged", "gone", "new"))
    if way == "value":
        its.private[seq]["data"] = its.private[seq]["data"].replace(b"Anna", b"Mallory")
    elif way == "salt":
        its.private[seq]["salt"] = drawn.randbytes(16)
    elif way == "exchanged" and len(its.private) > 1:
        other = drawn.choice([each for each in its.private if each != seq])
        one, two = its.private[seq], its.private[other]
        its.private[seq], its.private[other] = {**two, "seq": seq}, {**one, "seq": other}
    elif way == "new":
        its.private[1] = {**its.private[seq], "seq": 1}
    else:
        del its.private[seq]
    return call_id, False


def apart_refitted(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """What is kept apart changed, and every commitment and hash computed anew, with the key that lies there."""
    call_id, its = _with_private(image, drawn)
    kept = its.private[drawn.choice(sorted(its.private))]
    kept["data"] = kept["data"].replace(b"Anna", b"Mallory")
    _chained(its)
    return call_id, True


def _with_private(image: Image, drawn: random.Random) -> tuple[str, Recorded]:
    call_id = drawn.choice([each for each in sorted(image) if image[each].private])
    return call_id, image[call_id]


def words(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """The conversation: a turn changed, gone, one more, or one from another call."""
    call_id, its, _n = _drawn(image, drawn)
    n = drawn.choice(sorted(its.turns))
    way = drawn.choice(("changed", "gone", "more", "others"))
    if way == "changed":
        its.turns[n]["data"] = its.turns[n]["data"].replace(b"I said", b"I agreed to")
    elif way == "gone":
        del its.turns[n]
    elif way == "more":
        last = max(its.turns) + 1
        its.turns[last] = {**its.turns[n], "n": last}
    else:
        other = drawn.choice([each for each in sorted(image) if each != call_id])
        its.turns[n] = {**image[other].turns[min(image[other].turns)], "call_id": call_id, "n": n}
    return call_id, False


def row(image: Image, _: list[Image], drawn: random.Random) -> Done:
    """What the call's own row says beside where it stands."""
    call_id, its, _n = _drawn(image, drawn)
    elsewhere = {
        "flow": "intake",
        "started_at": "2020-01-01T00:00:00.000000+00:00",
        "ended_at": drawn.choice((None, "2030-01-01T00:00:00.000000+00:00")),
        "end_reason": drawn.choice((None, "caller_was_rude")),
        "fence": drawn.choice((0, 2, 6)),
        "owner": drawn.choice((None, "mallory")),
        "machine": "Sales",
        "machine_version": 9,
    }
    column = drawn.choice(sorted(elsewhere))
    its.about[column] = elsewhere[column]
    return call_id, False


def rolled_back(image: Image, earlier: list[Image], drawn: random.Random) -> Done:
    """Everything as it was once."""
    image.clear()
    image.update(copy_of(drawn.choice(earlier)))
    return None, True


KINDS: dict[str, Tampering] = {
    "changed field": changed,
    "changed order": order,
    "dropped": dropped,
    "duplicated": duplicated,
    "inserted": inserted,
    "replaced with recomputed hashes": replaced,
    "truncated tail": truncated,
    "emptied": emptied,
    "moved by its row": moved,
    "kept apart": apart,
    "kept apart, with recomputed commitments": apart_refitted,
    "the conversation": words,
    "the call's row": row,
    "whole-store rollback": rolled_back,
}
