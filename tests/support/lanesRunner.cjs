const TestRunner = require("jest-runner").default;

/**
 * Test files that have a platform to themselves, by lane: those of one run one after the other, the lanes side by side. Those that need neither
 * this machine's Docker nor its libvirt are with the shorter lane, so that both end together.
 */
const LANES = [
  /\/(?:libvirt|hyperv|virtualbox|windowsRoom|clouds|enrolment|convert|troubleDaemon)[^/]*$/,
  /./,
];

/** Half of what tests with containers take is waiting: those with virtual machines fill it. After those of the other runners. */
class LanesRunner extends TestRunner {
  isSerial = true;
  #lanes;

  constructor(globalConfig, context) {
    super(globalConfig, context);
    this.#lanes = LANES.map(() => new TestRunner({ ...globalConfig, maxWorkers: 1 }, context));
  }

  async runTests(tests, watcher, options) {
    const laneOf = (test) => LANES.findIndex((pattern) => pattern.test(test.path));
    // With files of one lane only, as when one is asked for, Jest's own process runs them.
    const serial = options.serial && new Set(tests.map(laneOf)).size === 1;
    await Promise.all(
      this.#lanes.map((lane, index) => {
        const own = tests.filter((test) => laneOf(test) === index);
        if (own.length === 0) return undefined;
        // Workers take it at their start.
        process.env.CLASSLAB_TEST_LANE = String(index);
        return lane.runTests(own, watcher, { ...options, serial });
      }),
    );
  }

  on(eventName, listener) {
    const ends = this.#lanes.map((lane) => lane.on(eventName, listener));
    return () => {
      for (const end of ends) end();
    };
  }
}

module.exports = LanesRunner;
