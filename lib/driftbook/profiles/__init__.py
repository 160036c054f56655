"""A day as counts: what kind of day it is, and how often which values came. Everything later reads the profile."""
