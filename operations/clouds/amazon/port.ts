/** Tags of an object. */
export type Tags = Readonly<Record<string, string>>;

/** An object as Amazon's Cloud Control API knows it. */
export interface Described {
  /** By which that API is asked for it; more than an id for some types. */
  readonly identifier: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What is asked of Amazon without the engine: few calls, the same for every kind of object. Each throws FaultError with Amazon's words. */
export interface AmazonApi {
  /** Objects of a region that carry a tag. @param value any without it */
  tagged(
    region: string,
    key: string,
    value?: string,
  ): Promise<{ readonly arn: string; readonly tags: Tags }[]>;
  /** Identifiers of all objects of a type. */
  list(region: string, type: string): Promise<string[]>;
  /** An object; undefined when there is none. */
  get(region: string, type: string, identifier: string): Promise<Described | undefined>;
  /** The account's budgets, which neither of those APIs knows; none where whoever asks may not see them. */
  budgets(): Promise<{ readonly id: string; readonly name: string }[]>;
  /** Removes a budget; one that is gone already is no error. */
  removeBudget(id: string): Promise<void>;
  /** Removes an object and waits until it is gone; one that is gone already is no error. */
  remove(region: string, type: string, identifier: string): Promise<void>;
}
