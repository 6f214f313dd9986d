from retort_trainer.context import JobContext
from retort_trainer.curves import MAX_POINTS, Curves
from retort_trainer.data import Sample
from retort_trainer.job import CurvePoint, TrainerProgress, TrainingStage
from tests.jobs import MakeJob, WriteRows, run


def test_curves_hold_what_was_logged() -> None:
    curves = Curves()
    curves.add_speed(1, 10.0)
    curves.add_speed(2, 20.0)
    history = [
        {"step": 1, "loss": 2.0},
        {"step": 1, "eval_loss": 2.5},
        {"step": 2, "loss": 1.0, "epoch": 1.0},
    ]

    latest = curves.latest(history)

    assert latest.loss == [CurvePoint(1, 2.0), CurvePoint(2, 1.0)]
    assert latest.validation_loss == [CurvePoint(1, 2.5)]
    assert latest.margin == []
    assert latest.tokens_per_second == [CurvePoint(1, 10.0), CurvePoint(2, 20.0)]


def test_long_curves_keep_both_ends_and_stay_short() -> None:
    curves = Curves()
    history = [{"step": step, "loss": float(step)} for step in range(1, 100_001)]
    for step in range(1, 100_001):
        curves.add_speed(step, float(step))

    latest = curves.latest(history)

    for points in (latest.loss, latest.tokens_per_second):
        assert len(points) <= MAX_POINTS
        assert points[-1] == CurvePoint(100_000, 100_000.0)
        assert points[0].step <= 1_000
        assert [point.step for point in points] == sorted({point.step for point in points})
    assert latest.loss[0] == CurvePoint(1, 1.0)


def test_a_long_history_is_read_once_in_a_while() -> None:
    now = [0.0]
    curves = Curves(clock=lambda: now[0])
    first = curves.latest([{"step": 1, "loss": 2.0}])

    now[0] = 1.0
    assert curves.latest([{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}]) is first
    now[0] = 2.0
    assert len(curves.latest([{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}]).loss) == 2


def test_a_training_reports_its_curves_while_it_runs(
    make_job: MakeJob, write_rows: WriteRows, samples: list[Sample]
) -> None:
    reports: list[TrainerProgress] = []

    result = run(make_job(TrainingStage.SFT, write_rows(samples)), JobContext(None, reports.append))

    live = next(report.curves for report in reports if report.curves is not None)
    assert live.loss == [CurvePoint(1, result.first_loss)]
    assert [point.step for point in live.tokens_per_second] == [1]
    assert [point.step for point in result.speed_curve] == list(range(1, result.steps + 1))
    assert all(point.value > 0 for point in result.speed_curve)
