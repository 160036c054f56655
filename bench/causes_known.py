"""Rows of a reference and of a day whose change of error has a known split."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from driftbook import config
from driftbook.model import TrainedModel
from scipy import stats

ZONES = np.array(["east", "north", "south", "west"], dtype=object)
#: So many rows of each side give the true parts.
_MANY = 60_000


@dataclass(frozen=True)
class Known:
    """A model with its reference, a day, and the true parts of the change of its error."""

    trained: TrainedModel
    day: pd.DataFrame
    input: float
    relation: float


@dataclass(frozen=True)
class _Law:
    """How rows are drawn: where two numbers lie, the shares of the zones, and how far off the model is."""

    task: str
    level: float
    spread: float
    size: float
    shares: np.ndarray
    off: float
    off_above: float

    def draw(self, rows: int, rng: np.random.Generator) -> pd.DataFrame:
        level, size = rng.normal(self.level, self.spread, rows), rng.lognormal(self.size, 0.5, rows)
        return pd.DataFrame({"level": level, "size": size, "zone": rng.choice(ZONES, rows, p=self.shares)})

    def density(self, rows: pd.DataFrame) -> np.ndarray:
        zone = rows["zone"].map(dict(zip(ZONES, self.shares, strict=True))).to_numpy(dtype=float)
        numbers = stats.norm.pdf(rows["level"], self.level, self.spread)
        return numbers * stats.lognorm.pdf(rows["size"], 0.5, scale=np.exp(self.size)) * zone

    def beyond(self, rows: pd.DataFrame) -> np.ndarray:
        """Return how far the truth lies from the model."""
        usual = 0.4 * rows["level"] + 0.3 * (rows["zone"] == "west")
        return (usual + self.off + self.off_above * (rows["level"] > 0.5)).to_numpy()

    def with_outcome(self, rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        said, beyond = _said(rows), self.beyond(rows)
        if self.task == "regression":
            outcome = said + beyond + _noise(rows) * rng.normal(size=len(rows))
            return rows.assign(prediction=said, outcome=outcome, hour=12.0)
        late = rng.random(len(rows)) < _logistic(said + beyond)
        return rows.assign(prediction=_logistic(said), outcome=late.astype(float), hour=12.0)

    def loss(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the mean loss at each row's inputs: of a folded normal distribution, or a log loss."""
        said, beyond = _said(rows), self.beyond(rows)
        if self.task == "regression":
            away = beyond / _noise(rows)
            return _noise(rows) * np.sqrt(2 / np.pi) * np.exp(-(away**2) / 2) + beyond * (1 - 2 * stats.norm.cdf(-away))
        truth = _logistic(said + beyond)
        return -truth * np.log(_logistic(said)) - (1 - truth) * np.log(_logistic(-said))


def case(seed: int) -> Known:
    """Return a case: tasks in turn, a part of them without a move of the inputs, a part with the same relation."""
    rng = np.random.default_rng([20221130, seed])
    task, moves, changes = ("regression", "binary")[seed % 2], rng.random() < 0.75, rng.random() < 0.75
    before = _Law(task, 0.0, 1.0, 1.0, np.array([0.4, 0.3, 0.2, 0.1]), 0.0, 0.0)
    after = _Law(
        task,
        *((rng.uniform(-0.8, 0.8), rng.uniform(0.8, 1.3), 1 + rng.uniform(-0.3, 0.3)) if moves else (0.0, 1.0, 1.0)),
        rng.dirichlet([8, 6, 4, 2]) if moves else before.shares,
        *((rng.uniform(-0.8, 0.8), rng.uniform(-0.8, 0.8)) if changes else (0.0, 0.0)),
    )
    reference = before.with_outcome(before.draw(int(rng.integers(4000, 12000)), rng), rng)
    day = after.with_outcome(after.draw(int(rng.integers(500, 3000)), rng), rng)
    trained = TrainedModel(settings(task), "known", None, reference, reference, None)
    return Known(trained, day, *_truth(before, after, rng))


def settings(task: str) -> config.Settings:
    """Return the settings of a model that delivers its predictions."""
    return config.load(
        {
            **{"name": "known", "title": "known", "task": task, "time_column": "at", "target": {"name": "outcome"}},
            "source": {"kind": "table", "path": "nowhere.csv"},
            "model": {"kind": "delivered", "column": "prediction"},
            "watch": {"numeric": ["level", "size"], "categorical": ["zone"]},
            "references": {"start": "2022-01-01", "end": "2022-01-31"},
            "segments": ["zone"],
        }
    )


def _truth(before: _Law, after: _Law, rng: np.random.Generator) -> tuple[float, float]:
    """Return the input and the relation part, by many rows and the true densities."""
    p, q = before.draw(_MANY, rng), after.draw(_MANY, rng)
    change = after.loss(q).mean() - before.loss(p).mean()
    both = pd.concat([p, q])
    densities = before.density(both), after.density(both)
    shared = densities[0] * densities[1] / (densities[0] + densities[1]) ** 2
    relation = np.average(after.loss(both) - before.loss(both), weights=shared)
    return float(change - relation), float(relation)


def _said(rows: pd.DataFrame) -> np.ndarray:
    return (0.8 * rows["level"] + 0.2 * rows["size"] - 0.5).to_numpy()


def _noise(rows: pd.DataFrame) -> np.ndarray:
    return (0.5 + 0.1 * rows["size"]).to_numpy()


def _logistic(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))
