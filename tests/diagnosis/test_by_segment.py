from dataclasses import replace

import pytest
from driftbook import diagnosis
from driftbook.config.performance import Performance
from driftbook.measures.performance import losses


def with_segments(trained, *given):
    settings = trained.settings.model_copy(update={"performance": Performance(segments=given)})
    return replace(trained, settings=settings)


def test_the_references_error_in_each_segment(demo):
    settings, trained, splits = demo
    found = diagnosis.usual_errors(trained)
    rows = splits.validation[splits.validation["payment_type"] == 2]
    assert found["payment_type = 2"] == pytest.approx(losses(settings, rows).mean())
    assert {name.partition(" = ")[0] for name in found} == {"payment_type", "hour band", "long trips"}


@pytest.mark.parametrize("given", [{"column": "VendorID"}, {"name": "tipped", "where": "tip_amount > 1"}])
def test_a_column_that_the_reference_lacks_has_none(demo, given):
    found = diagnosis.usual_errors(with_segments(demo[1], given, {"column": "hour", "bands": [0, 12, 24]}))
    assert {*found} == {"hour = 0 to 12", "hour = 12 to 24"}
