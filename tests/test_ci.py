"""What CI relies on: its script, and that with DRIFTBOOK_NO_SKIPS a skipped test is a failure."""

import os
import subprocess
import sys

import pytest
from driftbook import paths


def test_the_script_is_a_program_that_bash_can_read():
    script = paths.ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


@pytest.mark.parametrize(("asked", "workers", "status"), [("1", "2", 1), ("1", "0", 1), ("", "0", 0)])
def test_a_skip_fails_where_none_is_allowed(tmp_path, monkeypatch, asked, workers, status):
    (tmp_path / "test_it.py").write_text("import pytest\n\ndef test_one():\n    pytest.skip('no browser')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setenv("DRIFTBOOK_NO_SKIPS", asked)
    monkeypatch.setenv("PYTHONPATH", str(paths.ROOT))
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-n", workers]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("1 tests were skipped, but DRIFTBOOK_NO_SKIPS asks for all" in done.stdout) is bool(status)
