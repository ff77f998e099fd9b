#!/usr/bin/env node
// No syntax newer than Node 12 here: an old Node has to come as far as saying that it is too old.
import { EXIT_MISSING, report } from "./missing.mjs";
import { nodeTooOld } from "./node-version.mjs";

const missing = nodeTooOld(process.versions.node);
if (missing !== null) {
  report([missing], false);
  process.exit(EXIT_MISSING);
}
import("./run-tests.mjs")
  .then(({ runTests }) => runTests(process.argv.slice(2), process.env))
  .then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`The tests could not be set up: ${error.message}\n`);
      process.exit(1);
    },
  );
