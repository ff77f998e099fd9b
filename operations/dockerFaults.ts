import { FaultError } from "../course/faults";
import { diskFull, dockerSilent, saysDiskFull, saysDockerSilent } from "./trouble";

/**
 * What Docker failed at, as a fault with its own words.
 * @param where such as `docker network ls`
 */
export function dockerFault(where: string, words: string): FaultError {
  if (saysDockerSilent(words)) return new FaultError([dockerSilent(words)]);
  if (saysDiskFull(words)) return new FaultError([diskFull(where, words)]);
  return new FaultError([{ code: "engine-failed", where, what: words }]);
}
