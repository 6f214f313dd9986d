"""The trainer's own defaults equal those of the contract."""

import re
from pathlib import Path

import pytest

from retort_trainer.job import TrainingStage
from retort_trainer.settings import resolve
from retort_trainer.spec import LoraSpec, PreferenceObjective, TrainingSpec

CONTRACT = Path(__file__).parents[3] / "proto/src/main/proto/retort/v1/run_spec.proto"
STAGES = {TrainingStage.SFT: "sft", TrainingStage.COGPO: "cogpo"}
# Not compared: `strategy` starts the ranks, and the effect of `batching` depends on the machine.
NOT_SETTINGS = {"strategy", "batching"}


def fields(message: str) -> dict[str, str]:
    """Declarations of a message's fields by name."""
    text = CONTRACT.read_text(encoding="utf-8")
    body = re.search(rf"^message {message} \{{\n(.*?)^\}}", text, re.MULTILINE | re.DOTALL)
    assert body is not None
    return {
        found[1]: found[0]
        for found in re.finditer(r"^  (?:optional |repeated )?\w+ (\w+) = \d+[^;]*;", body[1], re.MULTILINE)
    }


def defaults(message: str) -> dict[str, str]:
    values = {
        name: re.search(r'\(default_value\) = "([^"]*)"', text) for name, text in fields(message).items()
    }
    return {name: value[1] for name, value in values.items() if value is not None}


def member_defaults(stage: TrainingStage, lora: bool) -> dict[str, str]:
    """Declarations for fields whose defaults differ between the stages; the first one that applies."""
    values: dict[str, str] = {}
    pattern = r'\{field: "(\w+)", value: "([^"]*)"(?:, with: "(\w+)")?\}'
    for name, value, condition in re.findall(pattern, fields("RunSpec")[STAGES[stage]]):
        if not condition or lora:
            values.setdefault(name, value)
    return values


def same(value: object, expected: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == expected
    return float(str(value)) == float(expected)


@pytest.mark.parametrize("lora", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_defaults_are_those_of_the_contract(stage: TrainingStage, lora: bool) -> None:
    settings = resolve(TrainingSpec(lora=LoraSpec() if lora else None), stage)
    expected = defaults("TrainingSpec") | member_defaults(stage, lora)
    # Only the settings of plain DPO have one beta.
    checked = expected.keys() - NOT_SETTINGS - {"beta", "objective"}

    assert checked >= {"epochs", "learning_rate", "warmup_ratio", "checkpoints_kept"}
    wrong = {
        name: getattr(settings, name) for name in checked if not same(getattr(settings, name), expected[name])
    }
    assert wrong == {}


def test_defaults_of_lora_are_those_of_the_contract() -> None:
    lora = resolve(TrainingSpec(lora=LoraSpec()), TrainingStage.SFT).lora

    assert lora is not None
    assert all(same(getattr(lora, name), value) for name, value in defaults("LoraSpec").items())
    assert lora.alpha == 2 * lora.rank


def test_beta_of_plain_dpo_is_that_of_the_contract() -> None:
    settings = resolve(TrainingSpec(objective=PreferenceObjective.DPO), TrainingStage.COGPO)

    assert settings.beta == float(defaults("TrainingSpec")["beta"])
