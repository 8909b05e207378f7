"""What stands in the files of a bundle, a line each, as strict models: whatever else stands there is none of ours."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MOST = 2**53 - 1
"""The largest number RFC 8785 has in JSON."""
LONGEST_ID = 1000

Count = Annotated[int, Field(ge=0, le=MOST)]
Id = Annotated[str, Field(max_length=LONGEST_ID)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, Field(max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Files(_Strict):
    """What a manifest says of its bundle."""

    version: Annotated[int, Field(ge=1, le=1)]
    made_at: Short
    calls: Count
    records: Count
    checkpoints: Count
    files: Annotated[dict[Short, Hash], Field(max_length=100)]


class ManifestLine(_Strict):
    """The manifest, with whose signature it has, if any."""

    manifest: Files
    key: Short | None = None
    signature: Short | None = None


class End(_Strict):
    """Where a call ends by its row."""

    length: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    head: Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$", max_length=200)]


class CallLine(_Strict):
    """What follows a call's records."""

    class Said(_Strict):
        """Which call it is, and where it ends; None where it has no row."""

        call_id: Id
        end: End | None

    call: Said


class RecordLine(_Strict):
    """A record, with its hash; the bytes that were hashed stand in the line."""

    class Said(_Strict):
        """Its columns."""

        call_id: Id
        seq: Annotated[int, Field(ge=-(2**63), lt=2**63)]
        kind: Short
        at: Short
        epoch: Annotated[int, Field(ge=-(2**63), lt=2**63)]
        audit: dict[str, Any]
        covers: dict[str, Any] | None = None

    record: Said
    hash: Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$", max_length=200)]


class CheckpointLine(_Strict):
    """A checkpoint, whoever signed it."""

    class Said(_Strict):
        """See `proof.checkpoint`."""

        call_id: Id
        length: Count
        head: Hash
        written_at: Short
        signed_at: Short

    checkpoint: Said


class PrunedLine(_Strict):
    """A note that a call was removed, whoever signed it."""

    class Said(_Strict):
        """See `proof.pruned`."""

        call_id: Id
        length: Count
        head: Hash
        pruned_at: Short

    pruned: Said


manifest_line = TypeAdapter(ManifestLine).validate_json
call_line = TypeAdapter(CallLine).validate_json
record_line = TypeAdapter(RecordLine).validate_json
checkpoint_line = TypeAdapter(CheckpointLine).validate_json
pruned_line = TypeAdapter(PrunedLine).validate_json
