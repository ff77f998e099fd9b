const Sequencer = require("@jest/test-sequencer").default;

/** Test files that take half a minute and more: begun first, none of them is left alone on one core at the end. */
const LONG =
  /\/tests\/(?:browser|conformance)\/|\/(?:policies|renderers|planFuzz|repository|placementProperties|libvirtScripts|properties|virtualBoxRunner)\.test\.ts$/;

/** Labs come last: a typing error should not cost one. Before them, what takes long comes first. */
class LayerSequencer extends Sequencer {
  sort(tests) {
    const layer = ({ path }) => (path.includes("/tests/integration/") ? 2 : LONG.test(path) ? 0 : 1);
    return [...tests].sort((a, b) => layer(a) - layer(b) || a.path.localeCompare(b.path));
  }
}

module.exports = LayerSequencer;
