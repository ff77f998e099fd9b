import { z } from "zod";

/** Who is told when hosts in clouds come to cost more than was meant. The clouds reckon some hours late: what stops hosts is the calendar. */
export const budgetSchema = z.strictObject({
  /** US dollars a month, on each cloud. */
  usd: z.number().positive().max(1_000_000),
  /** The same for Azure in the currency that its subscription is billed in, which is what Azure counts in; the number of dollars by default. */
  azureAmount: z.number().positive().max(1_000_000_000).optional(),
  /** Who gets the mails. */
  emails: z.array(z.email()).min(1).max(10),
});

/** A budget as configured. */
export type BudgetConfig = z.output<typeof budgetSchema>;
