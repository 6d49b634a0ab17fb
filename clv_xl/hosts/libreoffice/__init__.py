"""LibreOffice Calc: an extension made from the registry, the process that answers it, and files that come and go."""
