"""Run by the flow's own environment: flows that cannot succeed, then the real one, whose first day fails at first."""

import json
import sys
from pathlib import Path


class Driver:
    """The flow with notebooks that fail on the first of some days; `found` is what became of each flow."""

    def __init__(self, module, days: list[str]):
        self.module, self.days = module, days
        self.papermill, self.asked, self.failures, self.is_real = module.papermill, [], 0, False
        module.papermill = self.run
        for name in ("train", "monitor", "debug", "period"):
            setattr(module, name, getattr(module, name).with_options(retry_delay_seconds=0))

    def run(self, notebook: str, **parameters: str) -> None:
        self.asked.append([notebook, *parameters.values()])
        if parameters.get("day") == self.days[0] and self.asked.count(self.asked[-1]) <= self.failures:
            raise RuntimeError(f"{notebook} {self.days[0]}: the database restarts")
        if self.is_real:
            self.papermill(notebook, **parameters)

    def outcome(self, *given: str, failures: int, is_real: bool) -> dict:
        self.asked, self.failures, self.is_real = [], failures, is_real
        state = self.module.run(*given, return_state=True)
        return {"state": state.type.value, "said": str(state.message), "asked": sorted(self.asked)}


def main(folder: str, *days: str) -> None:
    sys.path.insert(0, folder)
    import prefect_flow

    driver = Driver(prefect_flow, days)
    bad = [("nowhere", *days), ("demo", *reversed(days)), ("demo", "2019-01-01", "2019-01-01")]
    found = {
        "refused": [driver.outcome(*given, failures=0, is_real=False) for given in bad],
        "never": driver.outcome("demo", *days, failures=9, is_real=False),
        "once": driver.outcome("demo", *days, failures=1, is_real=True),
    }
    Path("found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
