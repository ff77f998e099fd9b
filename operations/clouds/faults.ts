import { type Fault, type FaultCode, FaultError } from "../../course/faults";

/** What a cloud's API refused, in its own words. */
interface Refusal {
  /** The API's own code of the error. */
  readonly error: string;
  readonly words: string;
  /** Logical name of the resource. */
  readonly resource: string | undefined;
}

/** A cause by the error codes of both clouds that mean it, and what to do. */
interface Cause {
  readonly code: FaultCode;
  readonly errors: RegExp;
  readonly fix: string;
}

/**
 * Error codes of both clouds (Amazon EC2 API Reference, "Error codes for the Amazon EC2 API"; IAM and EventBridge Scheduler API References,
 * "Common Errors"; learn.microsoft.com, "Troubleshoot common Azure deployment errors"; 2026-11).
 */
const CAUSES: readonly Cause[] = [
  {
    code: "cloud-busy",
    errors:
      /^(?:RequestLimitExceeded|Thrott\w+|TooManyRequests\w*|InternalError|InternalFailure|InternalServer\w*|ServiceUnavailable\w*|Unavailable|ServerTimeout)$/,
    fix: "Run the command again in some minutes: it goes on where it stopped",
  },
  {
    code: "cloud-quota",
    errors: /^(?:\w*LimitExceeded\w*|QuotaExceeded|ServiceQuotaExceeded\w*|OperationNotAllowed)$/,
    fix: "Ask the cloud for more (Amazon: Service Quotas; Azure: Quotas), or give the lab fewer teams or smaller hosts, and run the command again",
  },
  {
    code: "cloud-type-unfit",
    errors:
      /^(?:InsufficientInstanceCapacity|Unsupported\w*|SkuNotAvailable|ZonalAllocationFailed|AllocationFailed)$/,
    fix: "Give the hosts another type or another place, or try again later, and run the command again",
  },
  {
    code: "cloud-denied",
    errors:
      /^(?:ExpiredToken\w*|RequestExpired|AuthFailure|UnauthorizedOperation|AccessDenied\w*|InvalidClientTokenId|UnrecognizedClient\w*|SignatureDoesNotMatch|CredentialsProviderError|TokenProviderError|InvalidCredentials\w*|AuthorizationFailed|InvalidAuthenticationToken|ExpiredAuthenticationToken)$/,
    fix: "Log in to the cloud anew, or have the rights given, and run the command again: it goes on where it stopped",
  },
  {
    code: "cloud-denied",
    errors: /^MissingSubscriptionRegistration$/,
    fix: "Have the provider that is named registered in the subscription: az provider register --wait --namespace NAME; then run the command again: it goes on where it stopped",
  },
  {
    code: "cloud-in-use",
    errors: /^(?:DependencyViolation|DeleteConflict\w*|ResourceConflict\w*|InUse\w*|\w*CannotBeDeleted\w*)$/,
    fix: "Remove what is named if it is yours, and run the command again: it goes on where it stopped",
  },
];

/** Head of a resource's part of the engine's diagnostics: `aws:ec2:Instance (aws-team-01-machine):`. */
const HEAD = /^\s*(?:aws|azure-native):[\w:./-]+ \(([^)]+)\):$/;

/** Two ways to tell an error: of Amazon's SDK, and of Azure's. */
const REFUSAL = /api error ([\w.]+): ([^\n]+)|\bCode="([\w.]+)" Message="([^"\n]+)/;

function refusalIn(text: string): Refusal | undefined {
  const lines = text.split("\n");
  // The engine's own list of causes names the resource; a transcript alone does not.
  const start = Math.max(0, lines.lastIndexOf("Diagnostics:"));
  let resource: string | undefined;
  for (const line of lines.slice(start)) {
    resource = HEAD.exec(line)?.[1] ?? resource;
    const [, amazon, said, azure, told] = REFUSAL.exec(line) ?? [];
    const error = amazon ?? azure;
    if (error !== undefined) return { error, words: (said ?? told ?? "").trim(), resource };
  }
  return undefined;
}

/** No credentials at all: nothing was asked of the cloud (hashicorp/aws-sdk-go-base; Azure's identity libraries). */
const NOBODY = /No valid credential sources found|DefaultAzureCredential: failed|please run 'az login'/i;

/** What a cloud's API refused, as a fault; undefined where the text tells of no such thing. */
export function refusedByCloud(stack: string, text: string): Fault | undefined {
  if (NOBODY.test(text))
    return {
      code: "cloud-denied",
      where: `stack ${stack}`,
      what: "there are no credentials for the cloud on this machine",
      fix: "Log in to the cloud (aws configure, aws sso login, az login), and run the command again",
    };
  const refused = refusalIn(text);
  if (!refused) return undefined;
  const { error, words, resource } = refused;
  return refusal(`stack ${stack}`, error, words, resource);
}

/** Cause of an error code of a cloud's API. */
function causeOf(error: string): Cause | undefined {
  const short = error.split(".").at(-1) ?? error;
  return CAUSES.find(({ errors }) => errors.test(short));
}

/**
 * What a cloud's API refused, as a fault.
 * @param error the API's own code
 * @param resource logical name of the resource, if it is one of the engine's
 */
export function refusal(where: string, error: string, words: string, resource?: string): Fault {
  const cause = causeOf(error);
  return {
    code: cause?.code ?? "engine-failed",
    where,
    what: `${resource === undefined ? "" : `${resource}: `}${words.replace(/\.$/, "")} (${error})`,
    fix: cause?.fix ?? "Run the command again when the cause is mended: it goes on where it stopped",
  };
}

/** A lab, or teams of one, without hosts in clouds: there is nothing to be done there. @param teams ids that were asked for; empty for all */
export function refusedWithoutHosts(lab: string, teams: readonly string[] = []): FaultError {
  const whose =
    teams.length === 0 ? "it has no team" : `${teams.join(", ")} ${teams.length === 1 ? "is" : "are"} not`;
  return new FaultError([
    {
      code: "target-not-built",
      where: `lab ${lab}`,
      what: `${whose} on a host in a cloud`,
      expected: "hosts of kind ec2 or azure",
    },
  ]);
}
