import { parseContents, renderContents } from "../../operations/guestContents";
import { FakeShell, SHELLS } from "./shell";

const line = (entry: object) => `${JSON.stringify(entry)}\n`;
const object = (kind: string, name: string, more: object = {}) =>
  line({ kind, id: `id-${name}`, name, labels: null, ...more });

describe("reading what a guest printed", () => {
  test("nothing", () => {
    expect(parseContents("")).toEqual({ objects: [], images: [] });
  });

  test("objects with their state and labels; Docker's slash before a container's name is not its name", () => {
    const text = [
      object("container", "/nginx", { state: "running", labels: { classlab: "dev" } }),
      object("network", "shop", { labels: {} }),
      object("volume", "shop-data"),
    ].join("");
    expect(parseContents(text).objects).toEqual([
      { kind: "container", id: "id-/nginx", name: "nginx", labels: { classlab: "dev" }, state: "running" },
      { kind: "network", id: "id-shop", name: "shop", labels: {} },
      { kind: "volume", id: "id-shop-data", name: "shop-data", labels: {} },
    ]);
  });

  test("Docker's own networks are nobody's; a container or volume of that name is somebody's", () => {
    const text = ["bridge", "host", "none", "bridge2"].map((name) => object("network", name)).join("");
    expect(parseContents(text).objects.map((entry) => entry.name)).toEqual(["bridge2"]);
    expect(parseContents(object("container", "/none") + object("volume", "host")).objects).toHaveLength(2);
  });

  test("images by name and tag", () => {
    const text =
      line({ kind: "image", name: "nginx:latest" }) + line({ kind: "image", name: "<none>:<none>" });
    expect(parseContents(text)).toEqual({ objects: [], images: ["nginx:latest", "<none>:<none>"] });
  });

  test.each([
    ["ended again and again, and runs for a moment", 9, "10:00:28", "10:00:02", "restarting"],
    ["has stayed for ten seconds", 9, "10:00:20", "09:59:50", "running"],
    ["ended once, as while its database starts", 1, "10:00:28.1", "10:00:28", "running"],
    ["was never started again", 0, "10:00:28", "0001", "running"],
  ])("a container that %s", (_words, restarts, started, finished, state) => {
    const time = (text: string) => (text.includes(":") ? `2026-11-26T${text}Z` : "0001-01-01T00:00:00Z");
    const text =
      object("container", "/web", {
        state: "running",
        restarts,
        started: time(started),
        finished: time(finished),
      }) + line({ kind: "clock", now: "2026-11-26T10:00:30Z" });
    expect(parseContents(text).objects[0]?.state).toBe(state);
  });

  test("names and labels with quotes, line breaks and other scripts come through", () => {
    const labels = { "my.label": 'say "山田"\nand more' };
    expect(parseContents(object("container", "/x", { labels })).objects[0]?.labels).toEqual(labels);
  });

  test.each([
    ["no JSON", "Cannot connect to the Docker daemon\n"],
    ["cut off", object("container", "/nginx").slice(0, 20)],
    ["another kind", object("plugin", "x")],
    ["no id", line({ kind: "volume", name: "x", labels: null })],
  ])("%s is a failure, not an empty guest", (_words, text) => {
    expect(() => parseContents(object("volume", "first") + text)).toThrow();
  });
});

describe.each(SHELLS)("asking a guest, in %s", (shell) => {
  let fake: FakeShell;
  afterAll(() => FakeShell.disposeAll());

  test("what it prints is what is read", () => {
    fake = new FakeShell(`
# Only by kind: a network may have a container's name.
if [ "$1" = container ]; then shift; elif [ "$1" = inspect ]; then exit 9; fi
case "$1 $2" in
  "info "*) ;;
  "ps -aq") echo c1 ;;
  "inspect -f") printf '%s\\n' '{"kind":"container","id":"c1","name":"/nginx","labels":{"a":"b"},"state":"exited"}' ;;
  "network ls") echo n1 ;;
  "network inspect") printf '%s\\n' '{"kind":"network","id":"n1","name":"bridge","labels":null}'; echo gone >&2; exit 1 ;;
  "volume ls") ;;
  "images --format") printf '%s\\n' '{"kind":"image","name":"nginx:latest"}' ;;
esac
`);
    const result = fake.run(shell, renderContents(5));
    expect(result.stderr).toBe("");
    // A network that went between the two questions is no failure; without volumes nothing is asked about them.
    expect(result.code).toBe(0);
    expect(parseContents(result.stdout)).toEqual({
      objects: [{ kind: "container", id: "c1", name: "nginx", labels: { a: "b" }, state: "exited" }],
      images: ["nginx:latest"],
    });
    expect(result.calls.filter((call) => call.includes("volume|inspect"))).toEqual([]);
  });

  test("an engine that never answers: by its deadline, in words", () => {
    fake = new FakeShell("exit 1\n");
    const result = fake.run(shell, renderContents(0));
    expect(result).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "its Docker Engine did not answer within 0 s\n",
    });
  });
});
