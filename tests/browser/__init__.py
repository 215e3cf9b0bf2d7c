"""The dashboard in a real browser; all of it is run by `nox -s browser`, one flow by every run."""
