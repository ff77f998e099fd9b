import * as consumption from "@pulumi/azure-native/consumption";
import * as pulumi from "@pulumi/pulumi";
import { budgetName, FORESEEN, SPENT } from "../../../course/clouds/budget";
import type { CloudTags } from "../../../course/clouds/tags";
import type { BudgetConfig } from "../../../course/config/budget";
import { MARK_KEYS } from "../../../course/mark";
import type { AzureLocation } from "./location";

/** The first day of the month of an instant, as Azure wants a budget's beginning (learn.microsoft.com, "Budgets - Create Or Update"). */
export function monthOf(now: Date): string {
  return `${now.toISOString().slice(0, 7)}-01T00:00:00Z`;
}

/** Has Azure tell by mail what a lab's objects cost in a month, known by the tag with its id: in the currency of the subscription's bills (MicrosoftDocs/azure-docs#51742). */
export function azureBudget(
  name: string,
  budget: BudgetConfig,
  { mark }: CloudTags,
  { api, group }: Pick<AzureLocation, "api" | "group">,
): void {
  // Azure takes no month that is over: the one in which the budget is made stays.
  const since = new pulumi.Stash(
    `${name}-since`,
    { input: monthOf(new Date()) },
    { ignoreChanges: ["input"] },
  );
  const told = (thresholdType: string, threshold: number) => ({
    enabled: true,
    operator: "GreaterThan",
    threshold,
    thresholdType,
    contactEmails: budget.emails,
  });
  new consumption.Budget(
    name,
    {
      budgetName: budgetName(mark),
      // Of the subscription: hosts have groups of their own.
      scope: group.id.apply((id) => id.split("/").slice(0, 3).join("/")),
      category: "Cost",
      timeGrain: "Monthly",
      amount: budget.azureAmount ?? budget.usd,
      timePeriod: { startDate: since.output.apply(String) },
      filter: { tags: { name: MARK_KEYS.id, operator: "In", values: [mark.id] } },
      notifications: Object.fromEntries([
        ...SPENT.map((part) => [`spent-${part}`, told("Actual", part)]),
        [`foreseen-${FORESEEN}`, told("Forecasted", FORESEEN)],
      ]),
    },
    // Its name is its own: another one beside it would be refused.
    { provider: api, deleteBeforeReplace: true },
  );
}
