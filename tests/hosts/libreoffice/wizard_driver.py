"""Run by LibreOffice's Python: starts LibreOffice on a profile and prints what it knows of functions, as JSON.

`wizard_driver.py SOFFICE PROFILE_URL NAME…`: the function wizard's entries, and what a formula gives.
"""

import contextlib
import json
import subprocess
import sys
import time
import uuid

import uno
from com.sun.star.beans import PropertyValue

soffice, profile, *wanted = sys.argv[1:]
pipe = f"clvxl{uuid.uuid4().hex}"
office = subprocess.Popen(
    [
        soffice,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--norestore",
        "--nologo",
        f"--accept=pipe,name={pipe};urp;",
    ],
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(900):
    try:
        context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.1)
manager = context.ServiceManager
described = manager.createInstanceWithContext("com.sun.star.sheet.FunctionDescriptions", context)
found = {}
for number in range(described.Count):
    entry = {part.Name: part.Value for part in described.getByIndex(number)}
    if entry["Name"] in wanted:
        arguments = [(argument.Name, argument.Description) for argument in entry["Arguments"]]
        found[entry["Name"]] = {
            "summary": entry["Description"],
            "category": entry["Category"],
            "arguments": arguments,
        }
settings = manager.createInstanceWithContext("com.sun.star.configuration.ConfigurationProvider", context)
german = {}
for name, value in (("nodepath", "/org.openoffice.Office.CalcAddIns/AddInInfo"), ("Locale", "de")):
    german[name] = PropertyValue(name, 0, value, 0)
addins = settings.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", tuple(german.values()))
names = {}
if addins.hasByName("org.clvxl.CustomerValueImpl"):
    functions = addins.getByName("org.clvxl.CustomerValueImpl").AddInFunctions
    names = {function: functions.getByName(function).DisplayName for function in functions.getElementNames()}
desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, (PropertyValue("Hidden", 0, True, 0),))
cell = document.Sheets.getByIndex(0).getCellByPosition(0, 0)
cell.setFormula("=CLV(50;4;5;40%)")
answer = {"wizard": found, "german": names, "shows": cell.String}
document.close(True)
with contextlib.suppress(Exception):  # it may be gone before it has answered
    desktop.terminate()
office.wait(30)
print(json.dumps(answer))
