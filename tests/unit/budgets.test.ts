import { budgetMark, budgetName } from "../../course/clouds/budget";
import { parseLab } from "../../course/config";
import { formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { amazonAccount } from "../../operations/clouds/amazon/account";
import { AmazonBudgets } from "../../operations/clouds/amazon/budgets";
import { amazonBySdk } from "../../operations/clouds/amazon/sdk";
import { azureAccount } from "../../operations/clouds/azure/account";
import { BUDGET, cloudLab, EC2 } from "../support/cloudLabs";
import type { StandInCloud } from "../support/clouds";
import { azureEnvironment } from "../support/clouds/azureApi";
import { useCloud } from "../support/clouds/inEnvironment";
import { ID, REGION } from "../support/clouds/standing";

// What is asked of both clouds' budgets, as it is signed and sent to their stand-ins. What this does not prove: that they answer so.
const theCloud = useCloud();
let cloud: StandInCloud;
beforeEach(() => {
  cloud = theCloud();
});

const NAMES = [budgetName({ lab: "lab", id: ID }), budgetName({ lab: "other", id: ID }), "the company's"];

function build(): void {
  for (const name of NAMES) {
    const notifications = [{ notificationType: "ACTUAL", subscriberEmailAddresses: BUDGET.emails }];
    cloud.account.create(
      "aws:budgets/budget:Budget",
      {
        name,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: "300",
        limitUnit: "USD",
        costFilters: [{ name: "TagKeyValue", values: [`user:classlab.id$${ID}`] }],
        notifications,
      },
      REGION,
    );
  }
}

test("a budget's name says whose it is", () => {
  expect(budgetMark(budgetName({ lab: "my-lab", id: ID }))).toEqual({
    lab: "my-lab",
    id: ID,
    stack: "my-lab-hosts",
  });
  for (const name of ["classlab", "classlab-1-lab", `my-classlab-${ID}-lab`, `classlab-${ID}-`])
    expect(budgetMark(name)).toBeUndefined();
});

test("of Amazon's budgets a lab's own is found and removed, and no other", async () => {
  build();
  const account = amazonAccount(amazonBySdk(), [REGION]);
  const found = await account.observe("lab");
  expect(found).toEqual([
    {
      cloud: "aws",
      region: "us-east-1",
      kind: "budget",
      id: `123456789012:${NAMES[0]}`,
      name: "lab-budget",
      mark: { lab: "lab", id: ID, stack: "lab-hosts" },
    },
  ]);
  const [budget] = found;
  if (!budget) throw new Error("no budget was found");
  await account.remove(budget);
  // One that is gone already is no error.
  await account.remove(budget);
  expect((await new AmazonBudgets().all()).map(({ name }) => name)).toEqual(NAMES.slice(1));
});

test("of Azure's budgets a lab's own is found and removed, and no other", async () => {
  const scope = `/subscriptions/${azureEnvironment(cloud).ARM_SUBSCRIPTION_ID}`;
  for (const budgetNameOf of [NAMES[0], NAMES[1], "company"])
    cloud.account.create(
      "azure-native:consumption:Budget",
      {
        budgetName: budgetNameOf,
        scope,
        category: "Cost",
        timeGrain: "Monthly",
        amount: 300,
        timePeriod: { startDate: `${new Date().toISOString().slice(0, 7)}-01T00:00:00Z` },
        filter: {},
        notifications: { spent: { contactEmails: BUDGET.emails } },
      },
      "",
    );
  const account = azureAccount();
  const found = await account.observe("lab");
  expect(found.map(({ kind, name, mark }) => [kind, name, mark.id])).toEqual([["budget", "lab-budget", ID]]);
  for (const budget of found) await account.remove(budget);
  expect(cloud.of("Budget").map(({ props }) => props.budgetName)).toEqual([NAMES[1], "company"]);
});

test("whoever may not see budgets has made none", async () => {
  build();
  cloud.apis.refusedTo = "DescribeBudgets";
  expect(await amazonAccount(amazonBySdk(), [REGION]).observe("lab")).toEqual([]);
});

test.each([
  [
    "a lab without hosts in clouds",
    { teams: 1, budget: BUDGET },
    "lab.budget: no host of the lab is in a cloud, so that nothing of it costs what a budget counts. Expected a host of kind ec2 or azure, or no budget. [config-value]",
  ],
  [
    "nobody to tell",
    { ...cloudLab([EC2]), budget: { ...BUDGET, emails: [] } },
    /^lab\.budget\.emails: .*\[config-value\]$/,
  ],
  [
    "what is no address",
    { ...cloudLab([EC2]), budget: { ...BUDGET, emails: ["staff"] } },
    /^lab\.budget\.emails\[0\]: .*\[config-value\]$/,
  ],
])("a budget for %s is refused in words", (_what, config, words) => {
  const parsed = parseLab(config);
  const plan = parsed.ok ? makePlan("lab", parsed.value) : parsed;
  const said = plan.ok ? "" : formatFaults(plan.faults);
  if (typeof words === "string") expect(said).toBe(words);
  else expect(said).toMatch(words);
});
