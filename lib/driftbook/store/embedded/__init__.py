"""The embedded PostgreSQL: a real server from a pip package, for machines without one."""
