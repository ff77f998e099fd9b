const TestRunner = require("jest-runner").default;

/** Runs its test files one after the other, after those of the other runners: each has this machine's Docker to itself. */
class SerialRunner extends TestRunner {
  isSerial = true;
}

module.exports = SerialRunner;
