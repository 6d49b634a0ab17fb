"""Customer value functions for Excel, on one Python core, with template workbooks."""

__version__ = "0.1.0"
