"""The hand-made notebooks of `tests/runs`."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("runs_conftest", Path(__file__).parents[1] / "runs" / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
notebook, execute = _module.notebook, _module.execute
