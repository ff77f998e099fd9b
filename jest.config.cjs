const project = {
  rootDir: __dirname,
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
  // dist/ and derived folders hold copies of package.json.
  modulePathIgnorePatterns: [
    "<rootDir>/dist/",
    "<rootDir>/.classlab/",
    "<rootDir>/.engine/",
    "<rootDir>/.stryker-tmp/",
  ],
  globalSetup: "<rootDir>/tests/support/leftovers.ts",
  // Pulumi's SDK requires both and hardly a test uses them: half a second of every file that loads the SDK.
  moduleNameMapper: {
    "^typescript$": "<rootDir>/tests/support/unloaded/typescript.cjs",
    "^@npmcli/arborist$": "<rootDir>/tests/support/unloaded/arborist.cjs",
  },
};
const lanes = { ...project, runner: "<rootDir>/tests/support/lanesRunner.cjs" };

/** @type {import("jest").Config} */
module.exports = {
  // Random moments are no test that must pass the same way twice: npm run chaos.
  projects: process.env.CHAOS
    ? [{ ...lanes, testMatch: ["<rootDir>/tests/chaos/*.test.ts"] }]
    : [
        { ...project, testMatch: ["<rootDir>/tests/!(chaos|integration)/**/*.test.ts"] },
        { ...lanes, testMatch: ["<rootDir>/tests/integration/**/*.test.ts"] },
      ],
  // Half of what a small machine has to give would be idle.
  maxWorkers: 2,
  testSequencer: "<rootDir>/tests/support/sequencer.cjs",
  reporters: ["default", "<rootDir>/tests/support/countReporter.cjs"],
  testTimeout: 20_000,
};
