/** A policy of IAM, in its own words. */
interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly object[];
}

function policy(...statements: readonly object[]): string {
  const document: PolicyDocument = { Version: "2012-10-17", Statement: statements };
  return JSON.stringify(document);
}

/** Who may take a role: a service of Amazon's, and that only for what is meant. */
export function trusted(service: string, condition?: object): string {
  return policy({
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    ...(condition ? { Condition: condition } : {}),
  });
}

/**
 * What a host may do: let staff in by Session Manager, where SSH is kept out by the network they sit in, and nothing else. Amazon's own
 * policy for it also reads every parameter of the account (AWS Systems Manager User Guide, "Create a custom IAM role for Session Manager").
 */
export function sessionsOnly(): string {
  return policy({
    Effect: "Allow",
    Action: [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
    Resource: "*",
  });
}

/**
 * What the clock may do: start and stop machines of this lab in this region, and no others.
 * @param tag key and value that they carry
 */
export function startAndStop(region: string, tag: readonly [key: string, value: string]): string {
  const [key, value] = tag;
  return policy({
    Effect: "Allow",
    Action: ["ec2:StartInstances", "ec2:StopInstances"],
    Resource: `arn:aws:ec2:${region}:*:instance/*`,
    Condition: { StringEquals: { [`aws:ResourceTag/${key}`]: value } },
  });
}
