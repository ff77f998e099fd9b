// Loaded before anything else, by every Node that knows modules (12 and later): no newer syntax here.

/** The oldest Node.js that classlab runs on, as [major, minor]. */
export const OLDEST_NODE = [20, 19];

/**
 * Tells whether this Node.js is too old.
 * @param {string} version as in `process.versions.node`, e.g. "18.20.4"
 * @returns {import('./missing.mjs').Missing | null} the entry to report, or null when Node is new enough
 */
export function nodeTooOld(version) {
  const parts = version.split(".").map(Number);
  const enough = parts[0] > OLDEST_NODE[0] || (parts[0] === OLDEST_NODE[0] && parts[1] >= OLDEST_NODE[1]);
  if (enough) return null;
  return {
    code: "node-version",
    what: `Node.js ${version} is too old`,
    why: `classlab needs ${OLDEST_NODE.join(".")} or newer`,
    todo: "install Node.js 22 from https://nodejs.org or with your version manager, then run the same command again",
  };
}
