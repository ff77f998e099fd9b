import { parseLab } from "../../course/config";
import { FaultError, formatFaults } from "../../course/faults";
import { azureMachines } from "../../operations/clouds/azure/machines";
import { AzureRest } from "../../operations/clouds/azure/rest";
import { changePower, type WantedPower } from "../../operations/clouds/power";
import { stoppedHosts } from "../../operations/clouds/stopped";
import { AZURE, cloudLab } from "../support/cloudLabs";
import { StandInCloud } from "../support/clouds";
import { azureEnvironment } from "../support/clouds/azureApi";
import { buildAzureHost } from "../support/clouds/standing";
import { planOf, solid } from "./labs";

// Requests to Azure Resource Manager on loopback, signed in as a service principal. What this does not prove: that Azure answers so, and
// what its own program says.
const LAB = {
  lab: "lab",
  path: "/Pulumi.lab.yaml",
  selection: "--stack lab",
  document: {},
  config: solid(parseLab(cloudLab([AZURE]))),
};

let cloud: StandInCloud;
const before = { ...process.env };
beforeEach(async () => {
  cloud = await StandInCloud.start();
  Object.assign(process.env, azureEnvironment(cloud));
});
afterEach(async () => {
  process.env = { ...before };
  await cloud.stop();
});

const said: string[] = [];
const change = (wanted: WantedPower, ...teams: string[]) => {
  said.length = 0;
  return changePower(LAB, wanted, {
    teams,
    say: (line) => said.push(line),
    reaches: async () => true,
    accounts: [azureMachines()],
  });
};
const states = () => cloud.of("VirtualMachine").map(({ props }) => `${props.vmName} ${props.powerState}`);
const posted = () =>
  cloud.azure.asked.filter((entry) => entry.startsWith("POST")).map((entry) => entry.split("/").at(-1));
const faultsOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof FaultError) return formatFaults(error.faults);
    throw error;
  }
  return "";
};

test("hosts are deallocated and started again, each waited for, and another lab's run on", async () => {
  buildAzureHost(cloud, "lab", "team-01");
  buildAzureHost(cloud, "lab", "team-02");
  buildAzureHost(cloud, "other", "team-01", "fedcba9876543210");
  expect((await change("stopped")).hosts).toEqual([
    { host: "az-team-01", team: "team-01", region: "japaneast", already: false, address: "198.18.2.1" },
    { host: "az-team-02", team: "team-02", region: "japaneast", already: false, address: "198.18.2.2" },
  ]);
  expect(states()).toEqual(["az-team-01 deallocated", "az-team-02 deallocated", "az-team-01 undefined"]);
  expect(posted()).toEqual(["deallocate", "deallocate"]);
  const plan = planOf("lab", cloudLab([AZURE]));
  const told = await stoppedHosts(plan, "--stack lab", [azureMachines()]);
  expect(told.map(({ where, what }) => `${where}: ${what}`)).toEqual([
    "host az-team-01: it is stopped in its cloud",
    "host az-team-02: it is stopped in its cloud",
  ]);
  expect((await change("running", "team-02")).hosts).toMatchObject([{ host: "az-team-02", already: false }]);
  expect(said).toEqual(["az-team-02: starting", "az-team-02: answers"]);
  expect(states().slice(0, 2)).toEqual(["az-team-01 deallocated", "az-team-02 running"]);
});

test("one that was shut down from inside is still paid for: it is told, and a stop deallocates it", async () => {
  const machine = buildAzureHost(cloud, "lab", "team-01");
  cloud.account.become(machine, { powerState: "stopped" });
  const plan = planOf("lab", cloudLab([AZURE]));
  expect(await stoppedHosts(plan, "--stack lab", [azureMachines()])).toMatchObject([
    { code: "host-stopped", what: "it is off, and is paid for as if it ran" },
  ]);
  expect((await change("stopped")).hosts).toMatchObject([{ already: false }]);
  expect(posted()).toEqual(["deallocate"]);
});

test("a start that Azure takes and then cannot do is told with Azure's cause", async () => {
  const machine = buildAzureHost(cloud, "lab", "team-01");
  cloud.account.become(machine, { powerState: "deallocated" });
  cloud.azure.refusal = ["AllocationFailed", "Allocation failed. We do not have sufficient capacity."];
  expect(await faultsOf(change("running"))).toMatch(
    /^host az-team-01: Allocation failed\. We do not have sufficient capacity \(AllocationFailed\)\. .* \[cloud-type-unfit\]$/,
  );
});

test("credentials that are wrong, half, or none are one cause, and none of them is told", async () => {
  process.env.ARM_CLIENT_SECRET = "another";
  expect(await faultsOf(change("stopped"))).toMatch(
    /^Azure: AADSTS7000215: Invalid client secret provided\. .* \(InvalidCredentials\)\. Log in .* \[cloud-denied\]$/,
  );
  delete process.env.ARM_SUBSCRIPTION_ID;
  expect(await faultsOf(change("stopped"))).toContain("ARM_SUBSCRIPTION_ID is not set beside ARM_CLIENT_ID");
  delete process.env.ARM_CLIENT_ID;
  process.env.PATH = "/nonexistent";
  const told = await faultsOf(change("stopped"));
  expect(told).toMatch(
    /^Azure: there are no credentials for Azure on this machine \(az: .*\[cloud-denied\]$/,
  );
  expect(told).not.toContain("another");
});

test("the token goes to Azure's own address alone", async () => {
  const azure = new AzureRest();
  const subscription = await azure.subscription();
  cloud.azure.answer = async () => ({
    status: 200,
    body: { value: [], nextLink: "http://127.0.0.1:1/next" },
  });
  const elsewhere = new AzureRest();
  Object.assign(elsewhere, { identity: Promise.resolve({ token: "t", subscription }) });
  expect(await faultsOf(elsewhere.list(`${subscription}/resources`, "2021-04-01"))).toContain(
    "an answer leads to another server",
  );
});

test("what the stand-in was not taught it refuses", async () => {
  const token = "Bearer a-token-of-nobody";
  const path = "/subscriptions/00000000-0000-0000-0000-000000000000";
  const ask = async (method: string, own: string) =>
    Object(Object((await cloud.azure.answer(method, `${path}${own}`, token, "")).body).error).code;
  expect(await ask("GET", "/resources?api-version=2021-04-01&$filter=x")).toBe("InvalidQuery");
  expect(await ask("GET", "/resources?api-version=1999-01-01")).toBe("InvalidApiVersionParameter");
  expect(await ask("PUT", "/resourcegroups?api-version=2021-04-01")).toBe("NotFound");
  expect(
    Object((await cloud.azure.answer("GET", `${path}/resources?api-version=2021-04-01`, undefined, "")).body)
      .error,
  ).toMatchObject({ code: "InvalidAuthenticationToken" });
});
