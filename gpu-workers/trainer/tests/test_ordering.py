from retort_trainer.ordering import LengthGroupedOrder


def test_every_row_once_and_alike_lengths_together() -> None:
    lengths = [(n * 37) % 100 for n in range(42)]
    order = LengthGroupedOrder(lengths, 4, seed=1)
    rows = list(order)
    assert sorted(rows) == list(range(42))
    assert rows == list(LengthGroupedOrder(lengths, 4, seed=1))
    assert rows != list(LengthGroupedOrder(lengths, 4, seed=2))
    batches = [[lengths[row] for row in rows[at : at + 4]] for at in range(0, 40, 4)]
    assert max(max(batch) - min(batch) for batch in batches) <= 12


def test_epochs_differ_and_can_be_repeated() -> None:
    order = LengthGroupedOrder(list(range(40)), 4, seed=1)
    first = list(order)
    order.set_epoch(1)
    second = list(order)
    order.set_epoch(0)
    assert first != second
    assert list(order) == first
