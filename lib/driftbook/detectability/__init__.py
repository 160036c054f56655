"""Which faults a model's alarms would miss: tried on days held back from the reference, told when it is trained."""

from driftbook.detectability.reporting import report
from driftbook.detectability.text import conclusion, sure, table

__all__ = ["conclusion", "report", "sure", "table"]
