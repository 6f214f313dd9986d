"""What a plan of the API is read as."""

import retort_client


def test_reads_what_is_reused_and_what_has_changed() -> None:
    plan = retort_client.Plan.of(
        {
            "stages": [
                {"stage": "STAGE_SFT", "reuse": "STAGE_REUSE_HIT", "made_by_run_id": "demo-1"},
                {
                    "stage": "STAGE_COGPO",
                    "reuse": "STAGE_REUSE_RUN",
                    "reason": "cogpo.learning_rate changed",
                    "differences": [{"name": "cogpo.learning_rate", "before": "1.0E-6", "after": "2.0E-6"}],
                },
            ],
            "problems": [{"message": "no GPU"}],
        }
    )

    assert [(stage.name, stage.reuse) for stage in plan.stages] == [("SFT", "HIT"), ("COGPO", "RUN")]
    assert plan.stages[0].made_by_run_id == "demo-1"
    assert plan.stages[1].changed == ("cogpo.learning_rate",)
    assert plan.problems == ("no GPU",)
