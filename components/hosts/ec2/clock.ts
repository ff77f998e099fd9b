import * as iam from "@pulumi/aws/iam";
import type { Provider } from "@pulumi/aws/provider";
import * as scheduler from "@pulumi/aws/scheduler";
import * as pulumi from "@pulumi/pulumi";
import type { Clock } from "../../../course/clouds/clock";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";
import { MARK_KEYS } from "../../../course/mark";
import { startAndStop, trusted } from "./policies";

/** How often what still runs after the end is stopped. */
const AFTER_THE_END = "rate(15 minutes)";

/** Any action of Amazon's API as a schedule's target (EventBridge Scheduler User Guide, "Using universal targets"). */
const TARGETS = {
  start: "arn:aws:scheduler:::aws-sdk:ec2:startInstances",
  stop: "arn:aws:scheduler:::aws-sdk:ec2:stopInstances",
} as const;

/** When a schedule is due. */
type When = Pick<scheduler.ScheduleArgs, "scheduleExpression" | "startDate">;

/** Arguments of an {@link Ec2Clock}. */
export interface Ec2ClockArgs {
  readonly clock: Clock;
  readonly region: string;
  readonly api: Provider;
  readonly tags: CloudTags;
  /** Amazon's ids of the machines. */
  readonly instanceIds: readonly pulumi.Input<string>[];
}

/**
 * Amazon's own clock for a lab's hosts: it stops them when lessons end and starts them before, whether this machine is on or not, and
 * after the end stops whatever runs.
 */
export class Ec2Clock extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: Ec2ClockArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clock, region, api, tags, instanceIds } = args;
    super("classlab:index:Ec2Clock", name, { region, end: clock.end }, opts);
    const made = { parent: this, provider: api };
    const title = `classlab-${tags.mark.id}-${region}`;
    const tagged = cloudTags(tags, `${tags.mark.lab}-clock`);
    // Schedules carry no tags: their group does, and they go with it.
    const group = new scheduler.ScheduleGroup(`${name}-group`, { name: title, tags: tagged }, made);
    const role = new iam.Role(
      `${name}-role`,
      {
        name: `${title}-clock`,
        assumeRolePolicy: group.arn.apply((arn) =>
          trusted("scheduler.amazonaws.com", { ArnEquals: { "aws:SourceArn": arn } }),
        ),
        tags: tagged,
      },
      made,
    );
    const policy = new iam.RolePolicy(
      `${name}-policy`,
      { role: role.id, policy: startAndStop(region, [MARK_KEYS.id, tags.mark.id]) },
      made,
    );
    const input = pulumi.all([...instanceIds]).apply((ids) => JSON.stringify({ InstanceIds: ids }));
    const schedule = (entry: string, action: keyof typeof TARGETS, when: When) =>
      new scheduler.Schedule(
        `${name}-${entry}`,
        {
          name: entry,
          groupName: group.name,
          scheduleExpressionTimezone: "UTC",
          ...when,
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: TARGETS[action],
            roleArn: role.arn,
            input,
            retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 },
          },
        },
        { ...made, dependsOn: [policy] },
      );
    for (const { name: entry, action, at } of clock.entries)
      schedule(entry, action, { scheduleExpression: `at(${at.replace(/\.\d+Z$/, "")})` });
    schedule("end", "stop", {
      scheduleExpression: AFTER_THE_END,
      startDate: clock.end.replace(/\.\d+Z$/, "Z"),
    });
    this.registerOutputs({});
  }
}
