import { createHash } from "node:crypto";
import * as authorization from "@pulumi/azure-native/authorization";
import * as logic from "@pulumi/azure-native/logic";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Clock, ClockEntry } from "../../../course/clouds/clock";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";
import type { AzureLocation } from "./location";

/**
 * Azure's own role for whoever starts and deallocates machines: "Desktop Virtualization Power On Off Contributor" (learn.microsoft.com, "Azure built-in roles for Compute").
 * One of our own would stay behind in the tenant, where no tag tells whose it is.
 */
const POWER_ROLE = "40c5ff49-9181-41f8-ae61-143b0e78555e";

/** Azure Resource Manager, which workflows ask and are let in to. */
const MANAGEMENT = "https://management.azure.com";

/** Version of its API that starts and deallocates machines (learn.microsoft.com, "Virtual Machines - Start"). */
const COMPUTE_VERSION = "2024-07-01";

const ACTIONS = { start: "start", stop: "deallocate" } as const;

/**
 * A workflow that is due once has no trigger of its own: the longest period that there is comes to its second time when the lab is long gone
 * (learn.microsoft.com, "Schedule and run recurring workflows with the Recurrence trigger": 1 to 16 months). A start that is past makes nothing due.
 */
const ONCE = { frequency: "Month", interval: 16 } as const;

/** How often what still runs after the end is stopped. */
const AFTER_THE_END = { frequency: "Minute", interval: 15 } as const;

/** A host that the clock starts and stops. */
export interface ClockedHost {
  readonly name: string;
  /** Azure's resource id of its machine. */
  readonly machine: pulumi.Output<string>;
}

/** Arguments of an {@link AzureClock}. */
export interface AzureClockArgs {
  readonly clock: Clock;
  readonly location: AzureLocation;
  /** The location, as Azure calls it. */
  readonly region: string;
  readonly tags: CloudTags;
  readonly hosts: readonly ClockedHost[];
}

/** A name of the form that Azure wants for what is assigned, the same at each run (RFC 9562, version 8). */
function guid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** What a workflow does when it is due: one request for each machine, side by side, which is made again where Azure is busy. */
function actions(
  action: ClockEntry["action"],
  machines: readonly (readonly [name: string, id: string])[],
  identity: string,
): Record<string, object> {
  return Object.fromEntries(
    machines.map(([name, id]) => [
      name,
      {
        type: "Http",
        runAfter: {},
        // How it goes on is asked elsewhere than at the machine, where the role ends.
        operationOptions: "DisableAsyncPattern",
        inputs: {
          method: "POST",
          uri: `${MANAGEMENT}${id}/${ACTIONS[action]}?api-version=${COMPUTE_VERSION}`,
          authentication: { type: "ManagedServiceIdentity", identity, audience: `${MANAGEMENT}/` },
          retryPolicy: { type: "exponential", count: 10, interval: "PT20S" },
        },
      },
    ]),
  );
}

/**
 * A clock of Azure's for a lab's hosts in one location: workflows that start and stop them with the lessons, whether this machine is on or not, and after the end stop
 * whatever runs. They may do that with these machines, and nothing else.
 */
export class AzureClock extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: AzureClockArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clock, location, region, tags, hosts } = args;
    super("classlab:index:AzureClock", name, { location: region, end: clock.end }, opts);
    const { lab, id } = tags.mark;
    const made = { parent: this, provider: location.api };
    const common = {
      resourceGroupName: location.group.name,
      location: region,
      tags: cloudTags(tags, `${lab}-clock`),
    };
    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { ...common, resourceName: "clock" },
      made,
    );
    const rights = hosts.map(
      ({ name: host, machine }) =>
        new authorization.RoleAssignment(
          `${name}-${host}`,
          {
            roleAssignmentName: guid(`${id} clock ${host}`),
            scope: machine,
            principalId: identity.principalId,
            // An identity that was made a moment ago is not looked for.
            principalType: "ServicePrincipal",
            roleDefinitionId: machine.apply((text) => {
              const [, , subscription = ""] = text.split("/");
              return `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${POWER_ROLE}`;
            }),
          },
          made,
        ),
    );
    const machines = pulumi.all(
      hosts.map(({ name: host, machine }) => machine.apply((text) => [host, text] as const)),
    );
    const workflow = (entry: string, action: ClockEntry["action"], at: string, recurrence: object) =>
      new logic.Workflow(
        `${name}-${entry}`,
        {
          ...common,
          workflowName: entry,
          identity: {
            type: "UserAssigned",
            userAssignedIdentities: [identity.id],
          },
          definition: pulumi.all([machines, identity.id]).apply(([all, whose]) => ({
            $schema:
              "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
            contentVersion: "1.0.0.0",
            triggers: {
              at: {
                type: "Recurrence",
                recurrence: { ...recurrence, startTime: at.replace(/\.\d+Z$/, "Z") },
              },
            },
            actions: actions(action, all, whose),
          })),
        },
        { ...made, dependsOn: rights },
      );
    for (const { name: entry, action, at } of clock.entries) workflow(entry, action, at, ONCE);
    workflow("end", "stop", clock.end, AFTER_THE_END);
    this.registerOutputs({});
  }
}
