"""What a terminal offers: one module a command, and the options of order logs, declared once."""

from clv_xl.cli.app import app, main

__all__ = ["app", "main"]
