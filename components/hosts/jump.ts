import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { osOf } from "../../course/hosts";
import { addressesBehind, isJumpHost, LEARNER } from "../../course/learnerAccess";
import type { OwnerMark } from "../../course/mark";
import type { TeamPlan } from "../../course/plan";
import { accountPasswordPath } from "../guestSecretPaths";
import { ACCOUNT_PASSWORD, keepSecret } from "../guestSecrets";
import type { PreparedHost, StackProviders } from "../hypervisors/driver";
import { commandLine, renderPayload } from "../hypervisors/hyperv/transport";
import { script } from "../script";
import { renderJumpScript } from "./jumpScript";
import { learnerCalls, learnerFiles } from "./windows/learner";

/** What an account that learners go through is made of. */
export interface JumpArgs {
  readonly plan: TeamPlan;
  /** The team's host. */
  readonly host: PreparedHost;
  /** The team's line for `authorized_keys`. */
  readonly publicKey: pulumi.Output<string>;
  readonly mark: OwnerMark;
  readonly providers: StackProviders;
}

/**
 * Lets a team's learners come to guests in a cloud by way of their host, which lets them through and does nothing else for them; with Windows, they get to its
 * desktop, too. Nothing for a host that is in the room.
 * @param name logical name
 */
export function jumpAccount(
  name: string,
  { plan, host, publicKey, mark, providers }: JumpArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  if (!isJumpHost(host.plan)) return;
  const settings = publicKey.apply((line) => ({
    mark,
    publicKey: line,
    addresses: addressesBehind(plan, host.plan),
  }));
  const common = { on: host.connection, deadline: "3m" };
  const made = {
    ...opts,
    provider: providers.command,
    dependsOn: [...host.objects],
    deleteBeforeReplace: true,
  };
  if (osOf(host.plan.config) === "linux") {
    const text = settings.apply(renderJumpScript);
    script(name, { ...common, shell: "sh -s --", apply: "apply", remove: "remove", script: text }, made);
    return;
  }
  const files = learnerFiles();
  const { result } = new random.RandomPassword(`${name}-password`, ACCOUNT_PASSWORD, {
    ...opts,
    provider: providers.random,
  });
  const payload = result.apply((password) => {
    keepSecret(accountPasswordPath(mark.lab, host.plan.name, LEARNER), password);
    return settings.apply((each) => renderPayload(files, learnerCalls(each, password)));
  });
  const [apply, remove] = [commandLine(files, "apply"), commandLine(files, "remove")];
  script(name, { ...common, shell: "", apply, remove, script: payload }, made);
}
