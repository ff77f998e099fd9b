const Sequencer = require("@jest/test-sequencer").default;

const ORDER = ["unit", "component", "integration"];

/** Quick tests first: a typing error should not cost a lab. */
class LayerSequencer extends Sequencer {
  sort(tests) {
    const layer = (test) => ORDER.findIndex((name) => test.path.includes(`/tests/${name}/`));
    return [...tests].sort((a, b) => layer(a) - layer(b) || a.path.localeCompare(b.path));
  }
}

module.exports = LayerSequencer;
