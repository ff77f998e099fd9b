/** A container as Docker's API tells of it; what is left out is that of one which runs and was never started again. */
export interface ToldContainer {
  readonly id?: string;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly state?: string;
  readonly restarts?: number;
  readonly started?: string;
  readonly finished?: string;
  readonly ports?: unknown;
}

/** What a guest's Docker holds, by name. */
export interface ToldContents {
  readonly containers?: Readonly<Record<string, ToldContainer>>;
  readonly networks?: Readonly<Record<string, Readonly<Record<string, string>> | null>>;
  readonly volumes?: Readonly<Record<string, Readonly<Record<string, string>> | null>>;
  readonly images?: readonly (readonly string[] | null)[];
  readonly clock?: string;
}

/** A container's answer to being inspected. */
export function toldContainer(name: string, told: ToldContainer = {}): object {
  return {
    Id: told.id ?? `id-${name}`,
    Name: `/${name}`,
    RestartCount: told.restarts ?? 0,
    State: {
      Status: told.state ?? "running",
      StartedAt: told.started ?? "2026-11-26T10:00:00.123456789Z",
      FinishedAt: told.finished ?? "0001-01-01T00:00:00Z",
    },
    Config: { Labels: told.labels ?? null },
    HostConfig: { PortBindings: told.ports ?? {} },
  };
}

/** The answers of Docker's API to its lists of networks, volumes and images. */
export function toldLists(told: ToldContents): readonly [networks: object, volumes: object, images: object] {
  const entries = (of: ToldContents["networks"]) =>
    Object.entries(of ?? {}).map(([Name, Labels]) => ({ Id: `id-${Name}`, Name, Labels }));
  const volumes = entries(told.volumes);
  return [
    entries(told.networks),
    // Docker says nothing where there are none.
    { Volumes: volumes.length > 0 ? volumes : null, Warnings: null },
    (told.images ?? []).map((RepoTags) => ({ RepoTags })),
  ];
}

/** The lines that a guest prints of what its Docker holds, as `renderContents` has them. */
export function contentsLines(told: ToldContents): string[] {
  const [networks, volumes, images] = toldLists(told).map((answer) => JSON.stringify(answer));
  return [
    `networks ${networks}`,
    `volumes ${volumes}`,
    `images ${images}`,
    ...Object.entries(told.containers ?? {}).map(
      ([name, container]) => `container ${JSON.stringify(toldContainer(name, container))}`,
    ),
    `clock "${told.clock ?? "2026-11-26T10:00:30Z"}"`,
    "end",
  ];
}
