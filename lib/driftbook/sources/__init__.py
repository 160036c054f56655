"""Where rows come from: each source fetches, makes or opens files. Only tlc and simulated know taxis."""

"""Where rows come from: each source fetches, makes or opens files. Only tlc and simulated know taxis."""
