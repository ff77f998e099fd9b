/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // Random moments are no test that must pass the same way twice: npm run chaos.
  testMatch: [
    process.env.CHAOS ? "<rootDir>/tests/chaos/*.test.ts" : "<rootDir>/tests/!(chaos)/**/*.test.ts",
  ],
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
  // dist/ and derived folders hold copies of package.json.
  modulePathIgnorePatterns: [
    "<rootDir>/dist/",
    "<rootDir>/.classlab/",
    "<rootDir>/.engine/",
    "<rootDir>/.stryker-tmp/",
  ],
  globalSetup: "<rootDir>/tests/support/leftovers.ts",
  testSequencer: "<rootDir>/tests/support/sequencer.cjs",
  reporters: ["default", "<rootDir>/tests/support/countReporter.cjs"],
  testTimeout: 20_000,
};
