"""The base of all that a params file is read into."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Unknown keys are errors, and what was read is not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)
