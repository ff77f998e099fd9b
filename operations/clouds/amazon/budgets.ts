import { z } from "zod";
import { FaultError, isFault } from "../../../course/faults";
import { AmazonQueries, GLOBAL_REGION } from "./query";

const pageSchema = z.looseObject({
  Budgets: z.array(z.looseObject({ BudgetName: z.string() })).default([]),
  NextToken: z.string().optional(),
});

/** Budgets of an account, by their own API (AWS Cost Management API Reference, "AWS Budgets"). */
export class AmazonBudgets {
  private readonly amazon = new AmazonQueries();
  private account: Promise<string> | undefined;

  /** All of them, with the id that the engine records; none where whoever asks may not see them, and so has made none. @throws FaultError with Amazon's words for all else */
  async all(): Promise<{ readonly id: string; readonly name: string }[]> {
    try {
      const found: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = pageSchema.parse(
          await this.ask("DescribeBudgets", { MaxResults: 100, ...(NextToken ? { NextToken } : {}) }),
        );
        found.push(...page.Budgets.map(({ BudgetName }) => BudgetName));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      const account = await this.account;
      return found.map((name) => ({ id: `${account}:${name}`, name }));
    } catch (error) {
      if (isFault(error, "cloud-denied")) return [];
      throw error;
    }
  }

  /** Removes one; one that is gone already is no error. @throws FaultError with Amazon's words */
  async remove(id: string): Promise<void> {
    try {
      await this.ask("DeleteBudget", { BudgetName: id.slice(id.indexOf(":") + 1) });
    } catch (error) {
      if (!(error instanceof FaultError && error.message.includes("NotFoundException"))) throw error;
    }
  }

  private async ask(operation: string, input: object): Promise<unknown> {
    this.account ??= this.identify();
    const request = { AccountId: await this.account, ...input };
    return this.amazon.json("budgets", GLOBAL_REGION, `AWSBudgetServiceGateway.${operation}`, request);
  }

  private async identify(): Promise<string> {
    const { GetCallerIdentityResult: found } = await this.amazon.query(
      "sts",
      GLOBAL_REGION,
      "GetCallerIdentity",
    );
    return String(Object(found).Account);
  }
}
