"""driftbook: model monitoring as notebooks."""
