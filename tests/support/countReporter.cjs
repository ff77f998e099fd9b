const { relative } = require("node:path");

/** Milliseconds from which a test is worth a line. */
const LONG = 60_000;
/** How many lines at most. */
const LINES = 40;

/** Tests that took long, the longest first, with the second of the run in which their file began. */
function longTests({ startTime, testResults: files }) {
  return files
    .flatMap(({ testFilePath, testResults, perfStats }) =>
      testResults.map(({ duration, title }) => ({
        duration: duration ?? 0,
        line: `${Math.round((duration ?? 0) / 1000)} s  ${relative(process.cwd(), testFilePath)} (from ${Math.round((perfStats.start - startTime) / 1000)} s on): ${title}`,
      })),
    )
    .filter(({ duration }) => duration >= LONG)
    .sort((a, b) => b.duration - a.duration)
    .slice(0, LINES)
    .map(({ line }) => line);
}

/** Prints where the time went, and the closing line that CI reads: `N passed, N failed, N skipped`. */
class CountReporter {
  onRunComplete(_contexts, results) {
    const lines = longTests(results);
    if (lines.length > 0) process.stdout.write(`Tests that took long:\n  ${lines.join("\n  ")}\n`);
    const skipped = results.numPendingTests + results.numTodoTests;
    // A file that does not even load runs no test, and is a failure all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.once("exit", () => {
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }
}

module.exports = CountReporter;
