import type { StackState } from "./engine";

/** Type token of the class's own registry. */
export const REGISTRY_TYPE = "classlab:index:ImageRegistry";

/** Authorities of the class's own registry, in PEM form, as the state of the stack that made it tells; undefined before it stands. */
export function trustedIn(states: readonly StackState[]): string | undefined {
  for (const { resources } of states) {
    const authorities = resources.find(({ type }) => type === REGISTRY_TYPE)?.outputs?.authorities;
    if (typeof authorities === "string") return authorities;
  }
  return undefined;
}
