import * as pulumi from "@pulumi/pulumi";
import type { LabRecord as Decisions } from "../course/record";

/** Type token by which the record is found in a stack's state. */
export const LAB_RECORD_TYPE = "classlab:index:LabRecord";

/**
 * What was decided once for a lab, kept as this component's inputs in the stack's state: no provider, nothing on any
 * platform, there as soon as a run begins.
 */
export class LabRecord extends pulumi.ComponentResource {
  /** @param decisions plain data; the engine records it as it is */
  constructor(name: string, decisions: Decisions, opts?: pulumi.ComponentResourceOptions) {
    super(LAB_RECORD_TYPE, name, { ...decisions }, opts);
    this.registerOutputs({});
  }
}
