import { EXIT } from "../../course/faults";
import { resourcesOf } from "../../course/resources";
import { json, labFile, type Options } from "../context";
import { renderPlan } from "../output";

/** Shows what a lab will be. */
export async function planVerb(options: Options): Promise<number> {
  const { planLab } = await import("../../operations/plan.js");
  const plan = planLab(labFile(options));
  if (options.json) {
    const resources = Object.fromEntries(plan.units.map((unit) => [unit.stack, resourcesOf(plan, unit)]));
    json({ ...plan, resources });
  } else process.stdout.write(renderPlan(plan));
  return EXIT.done;
}
