"""The bench of performance works, in a few seconds; its figures are in `bench/README.md`."""

import re
import subprocess
import sys

from driftbook import paths


def test_coverage_is_printed_for_each_metric():
    command = [sys.executable, str(paths.ROOT / "bench" / "performance.py"), "--only", "coverage"]
    done = subprocess.run([*command, "--models", "flights", "--days", "6"], capture_output=True, text=True, check=False)
    lines = re.findall(r"^\| flights +\| (\w+) +\| 6 +\| (\d+) +\| (\d+\.\d)%", done.stdout, re.MULTILINE)
    names = sorted(name for name, *_ in lines)  # a metric stands where a tenth first had an interval of it
    assert names == ["accuracy", "base_rate", "brier_score", "log_loss", "roc_auc"], done.stderr
    assert all(60 >= int(tenths) >= 50 and 60 < float(share) <= 100 for _, tenths, share in lines)
    assert done.returncode in (0, 1) and "asked: 1" in done.stdout
