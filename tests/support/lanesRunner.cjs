const TestRunner = require("jest-runner").default;

/** Test files that have a platform to themselves, by lane: those of one run one after the other, the lanes side by side. */
const LANES = [/\/(?:libvirt|clouds)[^/]*$/, /./];

/**
 * Those that need neither this machine's Docker nor its libvirt, the longest first: whichever lane has done with its own takes the next, so that
 * both end together.
 */
const EITHER = [
  "hyperv",
  "troubleDaemon",
  "virtualbox",
  "windowsRoom",
  "windowsCloud",
  "enrolment",
  "convert",
  "hypervChannel",
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
    const rank = ({ path }) => EITHER.findIndex((name) => path.endsWith(`/${name}.test.ts`));
    const either = tests.filter((test) => rank(test) >= 0).sort((a, b) => rank(a) - rank(b));
    const rest = tests.filter((test) => rank(test) < 0);
    const laneOf = (test) => LANES.findIndex((pattern) => pattern.test(test.path));
    // With files of one lane only, as when one is asked for, Jest's own process runs them.
    if (options.serial && new Set(rest.map(laneOf)).size + either.length <= 1)
      return this.#lanes[0].runTests(tests, watcher, options);
    const run = (index, files) => {
      // Workers take it at their start.
      process.env.CLASSLAB_TEST_LANE = String(index);
      return this.#lanes[index].runTests(files, watcher, { ...options, serial: false });
    };
    await Promise.all(
      LANES.map(async (_, index) => {
        const own = rest.filter((test) => laneOf(test) === index);
        if (own.length > 0) await run(index, own);
        while (either.length > 0 && !watcher.isInterrupted()) await run(index, [either.shift()]);
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
