"""What LibreOffice loads: the answers of every declared function.

LibreOffice's own Python imports `answer` where it can; elsewhere `python -m clv_xl.libreoffice` answers through pipes.
"""

from __future__ import annotations

from clv_xl import __version__ as version
from clv_xl.catalogue import REGISTRY
from clv_xl.hosts.libreoffice.values import answering

__all__ = ["answer", "version"]

answer = answering(REGISTRY)

if __name__ == "__main__":
    from clv_xl.hosts.libreoffice.worker import serve

    serve(answer)
