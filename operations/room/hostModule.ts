import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../paths";

/** Text of the module that makes a Windows PC a host, and gives it back. */
export function hostModule(): string {
  const file = join(PACKAGE_ROOT, "components/hosts/enrolment/Classlab.Host.psm1");
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
}
