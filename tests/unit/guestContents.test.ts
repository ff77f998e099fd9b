import { join } from "node:path";
import { parseContents, renderContents } from "../../operations/guestContents";
import { contentsLines, type ToldContents, toldContainer, toldLists } from "../support/dockerAnswers";
import { FakeShell, SHELLS } from "./shell";

const read = (told: ToldContents) => parseContents(contentsLines(told).join("\n"));

describe("reading what a guest printed", () => {
  test("an empty guest", () => {
    expect(read({})).toEqual({ objects: [], images: [] });
  });

  test("objects with their state and labels; Docker's slash before a container's name is not its name", () => {
    const told = read({
      containers: { nginx: { labels: { classlab: "dev" } } },
      networks: { shop: {} },
      volumes: { "shop-data": null },
    });
    expect(told.objects).toEqual([
      { kind: "container", id: "id-nginx", name: "nginx", labels: { classlab: "dev" }, state: "running" },
      { kind: "network", id: "id-shop", name: "shop", labels: {} },
      { kind: "volume", id: "shop-data", name: "shop-data", labels: {} },
    ]);
  });

  test("Docker's own networks are nobody's; a container or volume of that name is somebody's", () => {
    const { objects } = read({ networks: { bridge: null, host: null, none: null, bridge2: null } });
    expect(objects.map(({ name }) => name)).toEqual(["bridge2"]);
    expect(read({ containers: { none: {} }, volumes: { host: null } }).objects).toHaveLength(2);
  });

  test("images by name and tag; one without a name has none to tell", () => {
    expect(read({ images: [["nginx:latest", "nginx:1"], null, []] }).images).toEqual([
      "nginx:latest",
      "nginx:1",
    ]);
  });

  test.each([
    ["ended again and again, and runs for a moment", 9, "10:00:28", "10:00:02", "restarting"],
    ["has stayed for ten seconds", 9, "10:00:20", "09:59:50", "running"],
    ["ended once, as while its database starts", 1, "10:00:28.1", "10:00:28", "running"],
    ["was never started again", 0, "10:00:28", "0001", "running"],
  ])("a container that %s", (_words, restarts, started, finished, state) => {
    const time = (text: string) => (text.includes(":") ? `2026-11-26T${text}Z` : "0001-01-01T00:00:00Z");
    const web = { restarts, started: time(started), finished: time(finished) };
    expect(read({ containers: { web } }).objects[0]?.state).toBe(state);
  });

  test("names and labels with quotes, line breaks and other scripts come through", () => {
    const labels = { "my.label": 'say "山田"\nand more' };
    expect(read({ containers: { x: { labels } } }).objects[0]?.labels).toEqual(labels);
  });

  test.each([
    ["nothing", []],
    ["no JSON", ["networks Cannot connect to the Docker daemon", "end"]],
    ["cut off", contentsLines({}).slice(0, 4)],
    ["without its volumes", contentsLines({}).filter((line) => !line.startsWith("volumes"))],
    ["another kind", ['plugin {"Id":"x"}', ...contentsLines({})]],
    ["a container without an id", [...contentsLines({}).slice(0, -1), 'container {"Name":"/x"}', "end"]],
  ])("%s is a failure, not an empty guest", (_words, lines) => {
    expect(() => parseContents(lines.join("\n"))).toThrow();
  });
});

describe.each(SHELLS)("asking a guest, in %s", (shell) => {
  let fake: FakeShell;
  afterAll(() => FakeShell.disposeAll());

  const id = (digit: string) => digit.repeat(64);
  const ask = (deadline: number) =>
    fake.run(shell, renderContents(deadline, join(fake.folder, "host_key.pub")));
  const curl = (body: string) => {
    fake = new FakeShell("");
    fake.program("curl", `#!/bin/sh\nprintf '%s\\n' "$*" >> "$FAKE/calls"\n${body}`);
  };
  const answers = (containers: readonly object[], told: ToldContents) =>
    `case "$*" in
*json?all=1*) cat <<'ANSWERS'
${[containers, ...toldLists(told)].map((answer) => JSON.stringify(answer)).join("\n")}
ANSWERS
;;
*${id("a")}*) printf '%s\\n' '${JSON.stringify(toldContainer("nginx", { id: id("a"), state: "exited" }))}'; exit 22 ;;
esac
`;

  test("what it prints is what is read", () => {
    const network = { Networks: { bridge: { NetworkID: id("c"), EndpointID: id("d") } } };
    curl(
      answers(
        [
          { Id: id("a"), ImageID: `sha256:${id("e")}`, NetworkSettings: network },
          { Id: id("b"), Labels: { note: "\n" } },
        ],
        { networks: { bridge: null }, images: [["nginx:latest"]] },
      ),
    );
    const result = ask(5);
    expect(result.stderr).toBe("");
    // A container that went between the two questions is no failure.
    expect(result.code).toBe(0);
    expect(parseContents(result.stdout)).toEqual({
      objects: [{ kind: "container", id: id("a"), name: "nginx", labels: {}, state: "exited" }],
      images: ["nginx:latest"],
    });
    const asked = (call: string | undefined) => call?.match(/containers\/(\w+)/g);
    expect(result.calls.map(asked)).toEqual([
      ["containers/json"],
      [`containers/${id("a")}`, `containers/${id("b")}`],
    ]);
  });

  test("without containers none is asked about", () => {
    curl(answers([], {}));
    const result = ask(5);
    expect(parseContents(result.stdout)).toEqual({ objects: [], images: [] });
    expect(result.calls).toHaveLength(1);
  });

  test("its SSH server's key is told without what stands behind it", () => {
    curl(answers([], {}));
    fake.write("host_key.pub", "ssh-ed25519 AAAA+/c= root@web\n");
    const result = ask(5);
    expect(result.stderr).toBe("");
    expect(parseContents(result.stdout).hostKey).toBe("ssh-ed25519 AAAA+/c=");
  });

  test("an engine that never answers: by its deadline, in words", () => {
    curl("exit 7\n");
    const result = ask(0);
    expect(result).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "its Docker Engine did not answer within 0 s\n",
    });
  });
});
