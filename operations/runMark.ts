import { hostname } from "node:os";
import { homeFolder } from "./paths";

/**
 * Environment variable of everything that a run starts: which process of classlab started it, and for which home
 * folder. It outlives the run's own end, so that what a killed run left behind is found, and nobody else's.
 */
export const RUN_VARIABLE = "CLASSLAB_RUN";

/** This process's own mark. */
export function runMark(): string {
  return `${process.pid}@${hostname()}:${homeFolder()}`;
}
