"""What programs are told of an exported folder: a bill of materials, its provenance, and a signature."""

import importlib.util
import json
import os
import uuid
from pathlib import Path
from typing import Any

from retort_trainer import exported_folder
from retort_trainer.failures import platform_error
from retort_trainer.job import TrainerJob

BOM_NAME = "bom.cdx.json"
STATEMENT_NAME = "provenance.intoto.json"
SIGNATURE_NAME = "model.sig"

# A PEM file with an elliptic-curve private key, and its password if it has one.
KEY_VARIABLE = "RETORT_SIGNING_KEY"
PASSWORD_VARIABLE = "RETORT_SIGNING_KEY_PASSWORD"  # noqa: S105

_EXPECTED_KEY = "the path of a PEM file with an elliptic-curve private key"
_BUILD_TYPE = "urn:retort:export:v1"
_MODEL = "machine-learning-model"


def write(
    job: TrainerJob, folder: Path, files: dict[str, str], architecture: str, libraries: dict[str, str]
) -> None:
    """Writes the bill of materials and the statement over `files`, which are SHA-256 by name; then signs."""
    bom = json.dumps(bill_of_materials(job, files, architecture, libraries), indent=2) + "\n"
    (folder / BOM_NAME).write_text(bom, encoding="utf-8", newline="\n")
    text = json.dumps(statement(job, files, libraries), indent=2) + "\n"
    (folder / STATEMENT_NAME).write_text(text, encoding="utf-8", newline="\n")
    sign(folder)


def sign(folder: Path) -> None:
    """Signs every file by OpenSSF's model signing, where a key is configured.

    Raises a PLATFORM failure where the key cannot be used, or the package is not installed: a matter of the
    trainer's environment, not of the spec.
    """
    key, password = os.environ.get(KEY_VARIABLE, ""), os.environ.get(PASSWORD_VARIABLE)
    if not key:
        return
    if not os.path.isfile(key):  # noqa: PTH113 which takes any text, also that of a key
        # What is there instead may be the key itself.
        raise platform_error(
            "SIGNING_KEY",
            f"{KEY_VARIABLE}: names no file (expected: {_EXPECTED_KEY}, on every trainer's node)",
        )
    if importlib.util.find_spec("model_signing") is None:
        raise platform_error(
            "SIGNING_MISSING",
            f"{KEY_VARIABLE} is set (expected: model-signing installed in the trainer's Python environment). "
            f"Install it on the trainer's nodes, or leave {KEY_VARIABLE} out.",
        )
    from model_signing import signing

    try:
        signer = signing.Config().use_elliptic_key_signer(private_key=key, password=password)
        signer.sign(folder, folder / SIGNATURE_NAME)
    except (OSError, TypeError, ValueError) as error:
        # Neither the library's message nor its stack trace, which may quote the password.
        raise platform_error(
            "SIGNING_KEY",
            f"{KEY_VARIABLE}: {type(error).__name__} (expected: {_EXPECTED_KEY}, and its password, if it has "
            f"one, in {PASSWORD_VARIABLE})",
        ) from None


def statement(job: TrainerJob, files: dict[str, str], libraries: dict[str, str]) -> dict[str, Any]:
    """An in-toto statement with SLSA provenance; a signature of the folder covers it."""
    assert job.export is not None
    inputs = [{"uri": job.export.model_uri, "name": "checkpoint"}]
    if job.export.base_model:
        inputs.append({"uri": f"pkg:huggingface/{job.export.base_model}", "name": "student"})
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in sorted(files.items())],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": _BUILD_TYPE,
                "externalParameters": {
                    "run_id": job.run_id,
                    "output_uri": job.export.output_uri,
                    "dtype": job.export.dtype.value,
                },
                "resolvedDependencies": inputs,
            },
            "runDetails": {
                "builder": {"id": "urn:retort:trainer", "version": libraries},
                "metadata": {"invocationId": job.run_id},
            },
        },
    }


def bill_of_materials(
    job: TrainerJob, files: dict[str, str], architecture: str, libraries: dict[str, str]
) -> dict[str, Any]:
    """CycloneDX 1.6 of the model: its files, scores with intervals, the model and data it is made from."""
    assert job.export is not None
    export = job.export
    scores = exported_folder.released_scores(exported_folder.results(export))
    name, _, version = ("", "", *export.output_uri.rstrip("/").split("/"))[-3:]
    components: list[dict[str, Any]] = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{library}@{release}",
            "name": library,
            "version": release,
            "purl": f"pkg:pypi/{library}@{release}",
        }
        for library, release in sorted(libraries.items())
        if library not in ("python", "retort-trainer")
    ]
    if export.base_model:
        components.append(
            {
                "type": _MODEL,
                "bom-ref": "student",
                "name": export.base_model,
                "purl": f"pkg:huggingface/{export.base_model}",
            }
        )
    model: dict[str, Any] = {
        "type": _MODEL,
        "bom-ref": "model",
        "name": name,
        "version": version,
        "components": [
            {
                "type": "file",
                "bom-ref": f"file:{file}",
                "name": file,
                "hashes": [{"alg": "SHA-256", "content": sha256}],
            }
            for file, sha256 in sorted(files.items())
        ],
        "modelCard": {
            "modelParameters": {
                "task": "text-generation",
                "architectureFamily": "transformer",
                "modelArchitecture": architecture,
            }
        },
    }
    if scores:
        model["modelCard"]["quantitativeAnalysis"] = {"performanceMetrics": [_metric(one) for one in scores]}
    identity = json.dumps([export.output_uri, sorted(files.items())])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, identity)}",
        "version": 1,
        "metadata": {"component": model},
        "components": components,
        "dependencies": [
            {"ref": "model", "dependsOn": ["student"] if export.base_model else []},
        ],
    }


def _metric(score: dict[str, Any]) -> dict[str, Any]:
    figure = exported_folder.first_k(score)
    low, high = (round(100 * figure.get(end, 0.0), 2) for end in ("low", "high"))
    return {
        "type": f"pass@{figure.get('k', 1)} in percent",
        "value": str(exported_folder.percent(score)),
        "slice": score["benchmark"],
        "confidenceInterval": {"lowerBound": str(low), "upperBound": str(high)},
    }
