import * as pulumi from "@pulumi/pulumi";
import { type LabRecord as Decisions, LAB_RECORD_TYPE } from "../course/record";

export { LAB_RECORD_TYPE };

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
