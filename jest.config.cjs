/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
  // dist/ and derived folders hold copies of package.json.
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.classlab/", "<rootDir>/.engine/"],
  testSequencer: "<rootDir>/tests/support/sequencer.cjs",
  reporters: ["default", "<rootDir>/tests/support/countReporter.cjs"],
  testTimeout: 20_000,
};
