"""Serves clv_xl.functions through xlwings' real code for xlwings Server and Lite: questions in, answers out."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import xlwings
import xlwings.server as server

import clv_xl.functions as module


def answer(question: dict[str, Any]) -> Any:
    if question["do"] == "meta":
        return server.custom_functions_meta(module)
    data = {
        "client": "Office.js",
        "func_name": question["name"],
        "args": question["args"],
        "caller_address": "[Book1.xlsx]Sheet1!B2",
        "version": xlwings.__version__,
        "runtime": question.get("runtime", "1.4"),
        "culture_info_name": "en-US",
        "date_format": "m/d/yyyy",
    }
    try:
        return {"result": asyncio.run(server.custom_functions_call(data, module))}
    except xlwings.XlwingsError as error:
        return {"xlwings_error": str(error)}
    except Exception as error:  # what xlwings Server would answer with status 500
        return {"fault": repr(error)}


for line in sys.stdin:
    # Like the server's own encoder: no nan, no inf, nothing but plain values, and text that UTF-8 can carry.
    text = json.dumps(answer(json.loads(line)), allow_nan=False, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
    sys.stdout.buffer.flush()
