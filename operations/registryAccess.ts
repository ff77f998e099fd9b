import { join } from "node:path";
import { registryPasswordPath } from "../components/registryFiles";
import type { LabPlan } from "../course/plan";
import { registryName } from "../course/registry";
import { homeFolder } from "./paths";

/** How teams reach the class's own registry. */
export interface RegistryAccess {
  /** What stands before an image's name, and behind `docker login`. */
  readonly name: string;
  /** Each team's account with the file that holds its password. */
  readonly accounts: readonly { readonly account: string; readonly passwordFile: string }[];
}

/** How teams reach the class's own registry; undefined where the lab runs none. */
export function registryAccess({
  lab,
  registry,
}: Pick<LabPlan, "lab" | "registry">): RegistryAccess | undefined {
  const { server } = registry ?? {};
  if (!server) return undefined;
  return {
    name: registryName(server),
    accounts: server.accounts.map((account) => ({
      account,
      passwordFile: join(homeFolder(), registryPasswordPath(lab, account)),
    })),
  };
}
