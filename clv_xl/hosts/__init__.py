"""Where formulas run: one module a host, each mapping its cells and errors to and from `worksheet.call`."""
