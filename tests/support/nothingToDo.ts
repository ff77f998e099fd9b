import type { TestLab } from "./testLab";

/** A second preview of a lab of one stack is empty, with and without refresh, and `up` has nothing to do. */
export async function expectNothingToDo(lab: TestLab): Promise<void> {
  for (const words of [[], ["--refresh"]]) {
    const preview = await lab.pulumi("preview", "--stack", lab.name, "--expect-no-changes", ...words);
    expect({ code: preview.code, out: preview.code === 0 ? "" : preview.stdout + preview.stderr }).toEqual({
      code: 0,
      out: "",
    });
  }
  const [unit] = (await lab.up()).units;
  expect(Object.keys(unit?.changes ?? {})).toEqual(["same"]);
}
