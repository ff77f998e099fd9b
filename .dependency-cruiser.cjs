/** Layers and what each may import (docs/architecture.md): `course ← components ← stacks ← index.ts`, `components ← operations ← cli`. */
const LAYERS = {
  course: ["course"],
  images: ["images", "course"],
  components: ["components", "course"],
  stacks: ["stacks", "components", "course"],
  operations: ["operations", "components", "course", "images"],
  cli: ["cli", "operations", "course"],
  policy: ["policy", "course"],
};

const outside = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `${layer}-imports-${allowed.slice(1).join("-") || "nothing-else"}-only`,
  comment: `${layer}/ may import ${allowed.join(", ")} and packages`,
  severity: "error",
  from: { path: `^${layer}/` },
  to: {
    path: "^[a-z]",
    pathNot: [`^(${allowed.join("|")})/`, "^node_modules/", "^[a-z_]+(/promises)?$"],
    // The program is loaded on demand, where a run needs it.
    ...(layer === "operations" ? { dynamic: false } : {}),
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...outside,
    {
      name: "no-cycles",
      comment: "a cycle hides which of two files is the deeper one",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "course-is-pure",
      comment: "the plan does no I/O and knows no Pulumi",
      severity: "error",
      from: { path: "^course/" },
      to: { path: ["node_modules/@pulumi/", "^(fs|os|net|http|https|child_process|path)(/|$)"] },
    },
    {
      name: "renderers-know-no-pulumi",
      comment: "renderers, channel and observe are text and tools only",
      severity: "error",
      from: {
        path: [
          "^components/hypervisors/[^/]+/(render|channel|siteFiles|siteScript)\\.ts$",
          "^components/hypervisors/(libvirt|hyperv|virtualbox)/(?!index\\.ts$)",
          "^components/(courseImages|sshKey|privateFile|wordPressFiles)\\.ts$",
          "^operations/observe\\.ts$",
        ],
      },
      to: { path: "node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "clouds-by-sub-module",
      comment: "the root modules of cloud SDKs cost seconds and memory",
      severity: "error",
      from: {},
      to: { path: "node_modules/@pulumi/(aws|azure-native)/index\\.js$" },
    },
    {
      name: "nothing-orphaned",
      comment: "dead code is deleted",
      severity: "error",
      from: { orphan: true, path: "^(course|components|stacks|operations|cli|images|policy)/.*\\.ts$" },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["require", "node", "types"] },
  },
};
