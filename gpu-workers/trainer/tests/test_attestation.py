"""Statements about an exported folder, and its signature."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from retort_trainer import attestation
from retort_trainer.failures import FailureCategory, RetortError, to_failure
from retort_trainer.job import ExportJob, TrainerJob

FILES = {"config.json": "a" * 64, "model.safetensors": "b" * 64}
LIBRARIES = {"python": "3.12.1", "torch": "2.15.0"}
RESULTS = {
    "released": "stage-2",
    "scores": [
        {
            "model": "stage-2",
            "benchmark": "math500",
            "pass_at_k": [{"k": 1, "value": 0.4512, "low": 0.3, "high": 0.6}],
        }
    ],
}
JOB = TrainerJob(
    run_id="run-1",
    export=ExportJob(
        model_uri="file:///store/runs/run-1/checkpoints/cogpo/final",
        output_uri="file:///store/models/smol/versions/3",
        results=json.dumps(RESULTS),
        base_model="acme/tiny",
    ),
)
needs_signing = pytest.mark.skipif(
    importlib.util.find_spec("model_signing") is None, reason="model-signing is not installed"
)


def test_the_bill_of_materials_has_files_scores_and_origin() -> None:
    bom = attestation.bill_of_materials(JOB, FILES, "LlamaForCausalLM", LIBRARIES)

    model = bom["metadata"]["component"]
    assert (bom["specVersion"], model["type"]) == ("1.6", "machine-learning-model")
    assert (model["name"], model["version"]) == ("smol", "3")
    assert [file["name"] for file in model["components"]] == ["config.json", "model.safetensors"]
    (metric,) = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert (metric["slice"], metric["value"]) == ("math500", "45.12")
    assert metric["confidenceInterval"] == {"lowerBound": "30.0", "upperBound": "60.0"}
    assert [part["name"] for part in bom["components"]] == ["torch", "acme/tiny"]
    assert bom == attestation.bill_of_materials(JOB, FILES, "LlamaForCausalLM", LIBRARIES)


def test_the_bill_of_materials_keeps_to_its_schema() -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is missing")
    schema = pytest.importorskip("cyclonedx.schema")
    bom = attestation.bill_of_materials(JOB, FILES, "LlamaForCausalLM", LIBRARIES)

    wrong = validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(json.dumps(bom))

    assert wrong is None, wrong


def test_the_statement_names_every_file() -> None:
    statement = attestation.statement(JOB, FILES, LIBRARIES)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [
        {"name": name, "digest": {"sha256": sha256}} for name, sha256 in FILES.items()
    ]
    assert statement["predicate"]["runDetails"]["metadata"]["invocationId"] == "run-1"


def test_nothing_is_signed_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(attestation.KEY_VARIABLE, raising=False)
    attestation.write(JOB, tmp_path, FILES, "LlamaForCausalLM", LIBRARIES)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bom.cdx.json", "provenance.intoto.json"]


def test_a_key_without_the_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key.pem").write_text("a key")
    monkeypatch.setenv(attestation.KEY_VARIABLE, str(tmp_path / "key.pem"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(RetortError, match=r"RETORT_SIGNING_KEY is set \(expected: model-signing") as raised:
        attestation.sign(tmp_path)
    assert raised.value.category is FailureCategory.PLATFORM


@pytest.mark.parametrize("content", ["-----BEGIN PRIVATE KEY-----\nMIGH" + "A" * 300, "MIGHAgEAMBM"])
def test_a_key_in_the_place_of_its_path_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv(attestation.KEY_VARIABLE, content)
    with pytest.raises(RetortError, match=r"RETORT_SIGNING_KEY: names no file") as raised:
        attestation.sign(tmp_path)
    told = to_failure(raised.value)
    assert told.category is FailureCategory.PLATFORM
    assert "MIGH" not in told.message + told.traceback


@needs_signing
def test_a_signature_covers_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, public = write_key(tmp_path)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    monkeypatch.setenv(attestation.KEY_VARIABLE, str(key))

    attestation.write(JOB, folder, FILES, "LlamaForCausalLM", LIBRARIES)

    assert verify(folder, public) == 0
    # What the registry adds afterwards is told to the verifier.
    (folder / "scores.json").write_text("{}")
    assert verify(folder, public) != 0
    assert verify(folder, public, "--ignore-paths", str(folder / "scores.json")) == 0
    (folder / "config.json").write_text('{"changed": true}')
    assert verify(folder, public, "--ignore-paths", str(folder / "scores.json")) != 0


@needs_signing
def test_a_key_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key.pem").write_text("no key")
    monkeypatch.setenv(attestation.KEY_VARIABLE, str(tmp_path / "key.pem"))
    with pytest.raises(
        RetortError, match=r"expected: the path of a PEM file with an elliptic-curve private key"
    ):
        attestation.sign(tmp_path)


@needs_signing
@pytest.mark.parametrize("password", [None, "wrong horse"])
def test_a_wrong_password_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str | None
) -> None:
    key, _ = write_key(tmp_path, b"right horse")
    monkeypatch.setenv(attestation.KEY_VARIABLE, str(key))
    monkeypatch.delenv(attestation.PASSWORD_VARIABLE, raising=False)
    if password is not None:
        monkeypatch.setenv(attestation.PASSWORD_VARIABLE, password)
    with pytest.raises(RetortError, match=r"its password, .* in RETORT_SIGNING_KEY_PASSWORD") as raised:
        attestation.sign(tmp_path)
    told = to_failure(raised.value)
    assert told.category is FailureCategory.PLATFORM
    assert "horse" not in told.message + told.traceback


def write_key(folder: Path, password: bytes | None = None) -> tuple[Path, Path]:
    serialization: Any = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    curves: Any = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec")
    private = curves.generate_private_key(curves.SECP256R1())
    key, public = folder / "key.pem", folder / "public.pem"
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return key, public


def verify(folder: Path, public: Path, *options: str) -> int:
    command = [sys.executable, "-m", "model_signing", "verify", "key", str(folder)]
    signature = str(folder / attestation.SIGNATURE_NAME)
    return subprocess.run(
        [*command, "--signature", signature, "--public_key", str(public), *options],
        capture_output=True,
        check=False,
    ).returncode
