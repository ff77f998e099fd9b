import {
  CloudControlClient,
  DeleteResourceCommand,
  GetResourceCommand,
  GetResourceRequestStatusCommand,
  type ProgressEvent,
  paginateListResources,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudcontrol";
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { FaultError } from "../../../course/faults";
import { refusal } from "../faults";
import { parsed } from "../http";
import { AmazonBudgets } from "./budgets";
import type { AmazonApi } from "./port";

/** How often a removal is asked after, in milliseconds. */
const PAUSE = 500;

/** A removal's end: a machine takes minutes to go. In milliseconds. */
const PATIENCE = 10 * 60_000;

/** Attempts of a call, as the engine's provider has them. */
const ATTEMPTS = 10;

/** Amazon's words as a fault. */
async function told<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FaultError || !(error instanceof Error)) throw error;
    throw new FaultError([refusal(where, error.name, error.message)]);
  }
}

const isOver = ({ OperationStatus }: ProgressEvent): boolean =>
  OperationStatus === "SUCCESS" || OperationStatus === "FAILED" || OperationStatus === "CANCEL_COMPLETE";

async function untilOver(
  client: CloudControlClient,
  begun: ProgressEvent | undefined,
): Promise<ProgressEvent> {
  const deadline = Date.now() + PATIENCE;
  let event = begun ?? {};
  while (!isOver(event) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const command = new GetResourceRequestStatusCommand({ RequestToken: event.RequestToken });
    event = (await client.send(command)).ProgressEvent ?? event;
  }
  return event;
}

/** Amazon by its own SDK, with the credentials and the endpoint that its tools use. The SDK is loaded with this file. */
export function amazonBySdk(): AmazonApi {
  const clients = new Map<string, CloudControlClient>();
  const control = (region: string): CloudControlClient => {
    const client = clients.get(region) ?? new CloudControlClient({ region, maxAttempts: ATTEMPTS });
    clients.set(region, client);
    return client;
  };
  const budgets = new AmazonBudgets();
  return {
    budgets: () => budgets.all(),
    removeBudget: (id) => budgets.remove(id),
    tagged: (region, key, value) =>
      told(`Amazon in ${region}`, async () => {
        const client = new ResourceGroupsTaggingAPIClient({ region, maxAttempts: ATTEMPTS });
        const filter = { Key: key, ...(value === undefined ? {} : { Values: [value] }) };
        const found: { arn: string; tags: Record<string, string> }[] = [];
        for await (const page of paginateGetResources({ client }, { TagFilters: [filter] }))
          for (const { ResourceARN: arn, Tags = [] } of page.ResourceTagMappingList ?? [])
            if (arn !== undefined)
              found.push({
                arn,
                tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
              });
        return found;
      }),
    list: (region, type) =>
      told(`Amazon in ${region}`, async () => {
        const found: string[] = [];
        for await (const page of paginateListResources({ client: control(region) }, { TypeName: type }))
          found.push(...(page.ResourceDescriptions ?? []).flatMap(({ Identifier }) => Identifier ?? []));
        return found;
      }),
    get: (region, type, identifier) =>
      told(`Amazon in ${region}`, async () => {
        try {
          const command = new GetResourceCommand({ TypeName: type, Identifier: identifier });
          const { ResourceDescription: found } = await control(region).send(command);
          return (
            found && {
              identifier: found.Identifier ?? identifier,
              properties: parsed(found.Properties ?? "{}"),
            }
          );
        } catch (error) {
          if (error instanceof ResourceNotFoundException) return undefined;
          throw error;
        }
      }),
    remove: (region, type, identifier) =>
      told(identifier, async () => {
        const client = control(region);
        const command = new DeleteResourceCommand({ TypeName: type, Identifier: identifier });
        const { ErrorCode, StatusMessage, OperationStatus } = await untilOver(
          client,
          (await client.send(command)).ProgressEvent,
        );
        if (OperationStatus === "SUCCESS" || ErrorCode === "NotFound") return;
        throw new FaultError([
          refusal(
            identifier,
            ErrorCode ?? "NotStabilized",
            StatusMessage ?? "it was not gone after ten minutes",
          ),
        ]);
      }),
  };
}
