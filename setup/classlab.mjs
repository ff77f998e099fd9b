#!/usr/bin/env node
// No syntax newer than Node 12 here: an old Node has to come as far as saying that it is too old.
import { EXIT_MISSING, report } from "./missing.mjs";
import { nodeTooOld } from "./node-version.mjs";

const windows = {
  code: "windows",
  what: "classlab does not run on Windows itself",
  why: "its containers and its engine need a Linux system",
  todo: 'install WSL 2 with "wsl --install", then run the same command in its Ubuntu',
};

const missing = process.platform === "win32" ? windows : nodeTooOld(process.versions.node);
if (missing !== null) {
  report([missing], process.argv.includes("--json"));
  process.exit(EXIT_MISSING);
}
import("./launch.mjs")
  .then(({ launch }) => launch(process.argv.slice(2), process.env))
  .catch((error) => {
    process.stderr.write(`classlab could not be set up: ${error.message}\n`);
    process.exit(1);
  });
