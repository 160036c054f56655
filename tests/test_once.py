import gc

import pandas as pd
from driftbook.once import once


def counted():
    calls = []

    @once
    def summed(frame, name, times=1):
        calls.append(name)
        return float(frame[name].sum()) * times

    return summed, calls


def test_a_result_is_kept_by_the_very_object_and_the_others_values():
    summed, calls = counted()
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert [summed(frame, "a"), summed(frame, "b"), summed(frame, "a"), summed(frame, "a", 2)] == [3, 7, 3, 6]
    assert summed(frame.copy(), "a") == 3
    assert calls == ["a", "b", "a", "a"]


def test_a_result_ends_with_its_object():
    summed, calls = counted()
    for value in range(20):  # whose ids may be the same
        assert summed(pd.DataFrame({"a": [value]}), "a") == value
    gc.collect()
    kept = next(cell.cell_contents for cell in summed.__closure__ if isinstance(cell.cell_contents, dict))
    assert len(calls) == 20 and not kept
