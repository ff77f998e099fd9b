import { z } from "zod";
import { inspectDocker } from "../dockerApi";

/** What is read of a container of this machine's Docker (https://docs.docker.com/reference/api/engine/, "Inspect a container"). */
const schema = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Image: z.string(),
  State: z.looseObject({ Status: z.string(), StartedAt: z.string() }),
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullable() }),
  HostConfig: z.looseObject({
    PortBindings: z.record(z.string(), z.array(z.looseObject({ HostPort: z.string() })).nullable()).nullish(),
  }),
  NetworkSettings: z.looseObject({
    Networks: z
      .record(
        z.string(),
        z.looseObject({
          /** Empty when connecting failed: Docker lists the network all the same. */
          NetworkID: z.string(),
          IPAddress: z.string(),
          MacAddress: z.string(),
          IPAMConfig: z.looseObject({ IPv4Address: z.string().optional() }).nullish(),
        }),
      )
      .nullish(),
  }),
});

/** A container as Docker tells of it. */
export type InspectedContainer = z.output<typeof schema>;

/**
 * Containers by id or name; one that is absent is left out.
 * @throws FaultError when Docker does not answer
 */
export function inspectContainers(ids: readonly string[]): Promise<InspectedContainer[]> {
  return inspectDocker(schema, "containers", ids);
}
