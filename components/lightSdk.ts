import { loadWhenUsed } from "./loadWhenUsed";

/** Has what Pulumi's SDK loads and nothing here uses stay unloaded. Before the SDK itself is loaded. */
export function lightenSdk(): void {
  loadWhenUsed("@pulumi/pulumi", ["typescript", "@npmcli/arborist"]);
}
