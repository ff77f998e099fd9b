import { PassThrough } from "node:stream";
import { Terminal } from "../../cli/context";

function terminal(present = true) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = "";
  output.on("data", (text) => {
    shown += String(text);
  });
  return { input, shown: () => shown, dialogue: new Terminal({ input, output, present }) };
}

describe("a dialogue on the terminal", () => {
  test("lines that come at once answer one question after the other, and none is lost", async () => {
    const { input, shown, dialogue } = terminal();
    const first = dialogue.ask("one? ");
    input.write("a\n\nc\nd\n");
    expect(await first).toBe("a");
    expect(await dialogue.ask("two? ")).toBe("");
    expect(await dialogue.ask("three? ")).toBe("c");
    expect(await dialogue.ask("four? ")).toBe("d");
    const last = dialogue.ask("five? ");
    input.write("e\n");
    expect(await last).toBe("e");
    expect(shown()).toBe("one? two? \nthree? c\nfour? d\nfive? ");
    dialogue.close();
  });

  test("what was typed before the end counts; then nobody answers any more", async () => {
    const { input, dialogue } = terminal();
    const first = dialogue.ask("one? ");
    input.end("a\nb\n");
    expect(await first).toBe("a");
    expect(await dialogue.ask("two? ")).toBe("b");
    expect(await dialogue.ask("three? ")).toBeUndefined();
    expect(await dialogue.ask("four? ")).toBeUndefined();
  });

  test("an end instead of an answer is no answer", async () => {
    const { input, dialogue } = terminal();
    const first = dialogue.ask("one? ");
    input.end();
    expect(await first).toBeUndefined();
  });

  test("where nobody is there nothing is asked", async () => {
    const { input, shown, dialogue } = terminal(false);
    input.write("a\n");
    expect(await dialogue.ask("one? ")).toBeUndefined();
    expect(shown()).toBe("");
    dialogue.close();
  });
});
