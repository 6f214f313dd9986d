"""References to objects of the store: retort/v1/artifact.proto."""

from dataclasses import dataclass, field

from retort_trainer.documents import Int64, UInt32


@dataclass(frozen=True)
class ArtifactRef:
    """An object of the store; for folders with a manifest, `uri` is the manifest's or its folder's."""

    uri: str = ""
    sha256: str = ""
    bytes: Int64 = 0
    rows: Int64 = 0


@dataclass(frozen=True)
class Manifest:
    """The last object written to a folder of parts: its presence commits them."""

    schema_version: UInt32 = 0
    parts: list[ArtifactRef] = field(default_factory=list)
    rows: Int64 = 0
    median_chain_characters: Int64 = 0
