"""How the columns of a row go together: learnt from the reference's rows, and how much a day's rows deviate from it."""

from driftbook.relations.learning import learn
from driftbook.relations.surprise import Relations, sums, surprises
from driftbook.relations.telling import expected, strengths

__all__ = ["Relations", "expected", "learn", "strengths", "sums", "surprises"]
