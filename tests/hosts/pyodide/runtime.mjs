// The functions in Pyodide, the Python of browsers and so of xlwings Lite: a line of JSON in, a line of JSON out.
// usage: node runtime.mjs FOLDER PACKAGE DRIVER     FOLDER has node_modules/pyodide and wheels/
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, source, driver] = process.argv.slice(2);
const home = path.join(folder, "node_modules", "pyodide");
const { loadPyodide } = await import(pathToFileURL(path.join(home, "pyodide.mjs")));
const python = await loadPyodide({
  env: { HOME: "/home/pyodide", XLWINGS_ON_SERVER: "true", XLWINGS_LICENSE_KEY: "noncommercial" },
  stdout: (text) => console.error(text),
});
const site = python.runPython("import site; site.getsitepackages()[0]");
for (const name of fs.readdirSync(path.join(folder, "wheels"))) {
  const wheel = path.join(folder, "wheels", name);
  if (name.includes("wasm32")) await python.loadPackage("file://" + wheel, { checkIntegrity: false, messageCallback() {} });
  else python.unpackArchive(new Uint8Array(fs.readFileSync(wheel)), "wheel", { extractDir: site });
}
python.FS.mkdirTree("/package/clv_xl");
python.FS.mount(python.FS.filesystems.NODEFS, { root: source }, "/package/clv_xl");
python.globals.set("driver", fs.readFileSync(driver, "utf-8"));
python.runPython(`
import asyncio, io, json, sys

def run(coroutine):  # nothing here waits for anything, and the browser's loop is running already
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value

asyncio.run = run
sys.path.insert(0, "/package")
sys.stdin = io.StringIO("")
exec(driver, globals())

def respond(question):
    if question.to_py()["do"] == "places":
        import numpy as np
        return json.dumps(np.dtype(np.intp).itemsize)
    return json.dumps(answer(question.to_py()), allow_nan=False)
`);
const respond = python.globals.get("respond");
for await (const line of readline.createInterface({ input: process.stdin })) {
  console.log(respond(JSON.parse(line)));
}
