/** Subnets that learners and staff come from in these labs: documentation addresses (RFC 5737), which nobody connects to. */
export const ALLOWED = ["198.51.100.0/24", "203.0.113.64/26"];

/** A calendar of two lessons in winter time of Tokyo, with a hard end. */
export const CALENDAR = {
  lessons: [
    { start: "2027-01-18T09:00", end: "2027-01-18T12:00" },
    { start: "2027-01-19T09:00", end: "2027-01-19T12:00" },
  ],
  extension: 30,
  hardEnd: "2027-01-19T18:00",
  teardown: "2027-01-20",
};

/** Who is told of costs. */
export const BUDGET = { usd: 300, emails: ["staff@example.com", "books@example.com"] };

/** A pattern of hosts on EC2 as configured. */
export const EC2 = {
  kind: "ec2",
  name: "aws",
  region: "ap-northeast-1",
  instanceType: "m8i.xlarge",
  disk: 60,
  allowedCidrs: ALLOWED,
};

/** A pattern of hosts on Azure as configured. */
export const AZURE = {
  kind: "azure",
  name: "az",
  location: "japaneast",
  vmSize: "Standard_D4s_v5",
  disk: 64,
  allowedCidrs: ALLOWED,
};

/** A lab on Linux hosts in clouds, one guest a team. */
export function cloudLab(hosts: readonly object[], teams: unknown = 2): object {
  return {
    target: "libvirt",
    hosts,
    teams,
    switches: [{ name: "out", mode: "nat-network", subnet: "192.168.20.0/24" }],
    guests: [{ name: "web", adapters: [{ switch: "out" }], docker: [{ kind: "nginx" }] }],
    calendar: CALENDAR,
  };
}

/** Id of the labs whose components are looked at. */
export const LAB_ID = "0123456789abcdef";

/** What an object of the lab `lab` is marked with in a cloud. @param name that its page shows behind the lab's */
export const marked = (name: string, team?: string) => ({
  Name: `lab-${name}`,
  classlab: "lab",
  "classlab.id": LAB_ID,
  "classlab.stack": "lab-hosts",
  ...(team === undefined ? {} : { "classlab.team": team }),
  "classlab.expires": "2027-01-20T15:00:00.000Z",
});

/** A private key as OpenSSH writes it. */
export const PRIVATE_KEY =
  /^-----BEGIN OPENSSH PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+\n-----END OPENSSH PRIVATE KEY-----\n$/;

/** How a host that boots is waited for: a script by standard input, of whose words nothing is kept where others read it. */
export const READY = {
  create: "sh -s --",
  update: "sh -s --",
  interpreter: ["/bin/sh", "-c"],
  logging: "none",
  addPreviousOutputInEnv: false,
};

/** Texts that a script writes to files, by the files' names. */
function written(script: string): Record<string, string> {
  const found = script.matchAll(/^cat > "\$work\/(\w+)" <<'(\w+)'\n(.*?)^\2$/gms);
  return Object.fromEntries([...found].map(([, name = "", , text = ""]) => [name, text]));
}

/** What a script that waits for a host says: the key that it is known by, how it is come to, and what is run there. */
export function waitedFor(stdin: string): {
  known: string;
  config: string[];
  command: string;
  script: string;
} {
  const { known = "", config = "", script = "" } = written(stdin);
  const command = /^there\(\) \{ SHELL=\/bin\/sh ssh .* '([^']*)'; \}$/m.exec(stdin)?.[1] ?? "";
  return { known, config: config.split("\n").map((line) => line.trim()), command, script };
}

/** What Amazon answers about types and images. */
export function amazonAnswers(
  token: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  switch (token) {
    case "aws:ssm/getParameter:getParameter":
      return { insecureValue: `ami of ${inputs.name}` };
    case "aws:ec2/getInstanceType:getInstanceType":
      return { supportedCpuFeatures: ["nested-virtualization"], bareMetal: false };
    case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
      return { locations: ["ap-northeast-1d", "ap-northeast-1a"] };
    default:
      throw new Error(`nobody asks Amazon ${token}`);
  }
}
