// Mocha in place of Jest: it keeps the modules loaded from one mutant to the next, which is what makes a run short. The tests
// find the words of Jest that they use.
const { expect } = require("expect");
const { bind } = require("jest-each");
const fc = require("fast-check");

const TIMEOUT = 20_000;
const { it, describe, before, after } = globalThis;

// What random tests find they find on some days: a test ends where it comes to random values.
const RANDOM = new Error("a random test");
function untilRandom(run) {
  try {
    return run();
  } catch (error) {
    if (error !== RANDOM) throw error;
  }
}

const test = (name, run, timeout = TIMEOUT) => it(name, () => untilRandom(run)).timeout(timeout);
test.each = bind(test, false);
describe.each = bind(describe, false);
Object.assign(globalThis, { expect, test, beforeAll: before, afterAll: after });

// The library's own object cannot be written to.
const assert = () => {
  throw RANDOM;
};
require.cache[require.resolve("fast-check")].exports = {
  __esModule: true,
  ...fc,
  default: { ...fc.default, assert },
};
