import * as budgets from "@pulumi/aws/budgets";
import type { Provider } from "@pulumi/aws/provider";
import { budgetName, FORESEEN, SPENT } from "../../../course/clouds/budget";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";
import type { BudgetConfig } from "../../../course/config/budget";
import { MARK_KEYS } from "../../../course/mark";

/**
 * Has Amazon tell by mail what a lab's objects cost in a month, known by the tag with its id. Amazon counts by a tag once somebody has activated it for that
 * (AWS Billing User Guide, "Activating user-defined cost allocation tags").
 */
export function ec2Budget(name: string, budget: BudgetConfig, tags: CloudTags, provider: Provider): void {
  const { mark } = tags;
  const told = (notificationType: string, threshold: number) => ({
    notificationType,
    threshold,
    thresholdType: "PERCENTAGE",
    comparisonOperator: "GREATER_THAN",
    subscriberEmailAddresses: budget.emails,
  });
  new budgets.Budget(
    name,
    {
      name: budgetName(mark),
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(budget.usd),
      limitUnit: "USD",
      costFilters: [{ name: "TagKeyValue", values: [`user:${MARK_KEYS.id}$${mark.id}`] }],
      notifications: [...SPENT.map((part) => told("ACTUAL", part)), told("FORECASTED", FORESEEN)],
      tags: cloudTags(tags, `${mark.lab}-budget`),
    },
    // Its name is its own: another one beside it would be refused.
    { provider, deleteBeforeReplace: true },
  );
}
