import { join } from "node:path";
import { PACKAGE_ROOT } from "../components/packageRoot";

export { PACKAGE_ROOT };

/** Where state, keys and derived folders are: `CLASSLAB_HOME`, else `.classlab` in the checkout. */
export function homeFolder(): string {
  return process.env.CLASSLAB_HOME ?? join(PACKAGE_ROOT, ".classlab");
}
