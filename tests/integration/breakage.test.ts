import { output } from "../support/cli";
import { type Snapshot, takeSnapshot } from "../support/snapshot";
import { type HandOnHost, testHands } from "../support/suites/hands";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { WordPressClient } from "../support/wordPress";

// What is broken by hand where guests are containers.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("a lab broken by hand", () => {
  const net = "192.168.193";
  const lab = new TestLab(
    "ibreak",
    TestLab.smallConfig(net, [
      { kind: "nginx", port: 8080 },
      { kind: "nginx-farm", firstPort: 8001, count: 3 },
      { kind: "wordpress", port: 8060 },
    ]),
  );
  const guest = "ibreak-team-01-web";
  const disk = `${guest}-disk`;
  const lan = "ibreak-lan";
  const blog = new WordPressClient(`http://${net}.10:8060/`);
  let undisturbed: Snapshot;
  let post: number;

  beforeAll(async () => {
    await lab.up();
    undisturbed = await takeSnapshot(lab);
    await blog.install("staff", "a password of this test");
    await blog.login("staff", "a password of this test");
    post = await blog.publish("Kept", "what the class wrote");
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  const docker =
    (...commands: string[][]) =>
    async () => {
      for (const words of commands) await output("docker", words);
    };
  const onHost: HandOnHost[] = [
    { what: "the guest, removed", breaking: docker(["rm", "-f", guest]), kind: "missing", work: "kept" },
    {
      what: "an adapter, disconnected",
      breaking: docker(["network", "disconnect", lan, guest]),
      kind: "missing",
      work: "kept",
    },
    {
      what: "the switch, removed",
      breaking: docker(["network", "disconnect", lan, guest], ["network", "rm", lan]),
      kind: "missing",
      work: "kept",
    },
    {
      what: "the guest, renamed",
      breaking: docker(["rename", guest, "ibreak-other"]),
      kind: "changed",
      work: "kept",
    },
    {
      what: "the guest and its disk, removed",
      breaking: docker(["rm", "-f", guest], ["volume", "rm", disk]),
      kind: "missing",
      work: "gone",
    },
  ];

  testHands(
    {
      lab,
      services: 5,
      farm: ["nginx-farm-8001", "nginx-farm-8002", "nginx-farm-8003"],
      work: {
        // It was published before the first of them.
        write: async () => undefined,
        isThere: async () => (await blog.read(post)).includes("what the class wrote"),
      },
      whole: () => undisturbed,
    },
    onHost,
    [
      {
        what: "a container of the farm removed",
        script: "docker rm -f nginx-farm-8002",
        container: "nginx-farm-8002",
        kind: "missing",
        failing: 1,
      },
      {
        what: "the database stopped",
        script: "docker stop wordpress-database",
        container: "wordpress-database",
        kind: "stopped",
        failing: 1,
      },
    ],
  );
});
