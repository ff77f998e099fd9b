import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { execute, type Finished } from "../support/cli";
import { OwnDaemon } from "../support/ownDaemon";
import { SKIP_INTEGRATION, TestLab, type UpDocument } from "../support/testLab";
import { redRows, verified } from "../support/verifying";

// The class's own registry as learners use it, by the commands of the book inside their guests (manual L3290-3375): three teams with a stack each,
// the registry in the site's, in a room that is cut off. Command line, engine, Docker and guests are in a network namespace that no way leads out
// of; what was brought along is there: this checkout with its engine and its modules, and the images of a machine that ran `classlab images`. What
// it does not prove: that images can be built there; guests that are no containers, which a lab with a registry of its own refuses.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const NET = "192.168.171";
const REGISTRY = `${NET}.254`;
const CONTAINER = "ireg-registry";
/** What stands for Docker Hub: a registry of the test's own, at a documentation address in the room. */
const HUB = "198.51.100.1";

suite("the class's own registry", () => {
  const lab = new TestLab(
    "ireg",
    stringify({
      config: {
        "classlab:lab": {
          units: "per-team",
          teams: 3,
          verify: { internetProbe: "none" },
          switches: [{ name: "lan", mode: "bridged", subnet: `${NET}.0/24` }],
          guests: [
            {
              name: "web",
              adapters: [{ switch: "lan", address: `${NET}.10` }],
              docker: [{ kind: "nginx", port: 8080 }],
            },
          ],
          registry: { run: { quota: 256 } },
        },
      },
    }),
  );
  let daemon: OwnDaemon;
  let image = "";
  let first: UpDocument;

  /** Runs a shell's line in the room. */
  const inRoom = (line: string, stdin?: string): Promise<Finished> => {
    const [program = "", ...words] = daemon.through;
    return execute(program, [...words, "sh", "-c", line], {
      env: lab.env,
      ...(stdin === undefined ? {} : { stdin }),
    });
  };

  const passwordFile = (team: string) => join(lab.folder, "home", "keys", "ireg", `${team}.registry`);
  const password = (team: string) => readFileSync(passwordFile(team), "utf8").trim();
  /** A learner's commands, logged in to the guest of the team. */
  const learner = (team: 1 | 2 | 3, script: string): Promise<Finished> =>
    inRoom(`${first.guests[team - 1]?.sshCommand ?? "false"} sh -s`, `set -e\n${script}\n`);
  const login = (team: 1 | 2 | 3, secret = password(`team-0${team}`)) =>
    learner(team, `echo ${secret} | docker login -u team-0${team} --password-stdin ${REGISTRY}`);
  const build = (team: 1 | 2, text: string) =>
    learner(
      team,
      `printf 'FROM alpine\nRUN echo "now build!"\nCMD echo "Hello! ${text}!" && ps && echo "Good!"\n' > Dockerfile
docker build -q -t team-0${team}/hello:1 .
docker tag team-0${team}/hello:1 ${REGISTRY}/team-0${team}/hello:1
docker tag team-0${team}/hello:1 ${REGISTRY}/team-0${team}/hello:latest`,
    );
  /** Who signed what the registry shows. */
  const issuer = async () => {
    const line = `openssl s_client -connect ${REGISTRY}:443 </dev/null 2>/dev/null | openssl x509 -noout -issuer`;
    const { code, stdout } = await inRoom(line);
    expect(code).toBe(0);
    return stdout;
  };
  const trustedBy = async (team: 1 | 2) =>
    (await learner(team, `grep -c BEGIN /etc/docker/certs.d/${REGISTRY}/ca.crt`)).stdout.trim();
  /** What verify says of each guest and the registry. */
  const trust = async (): Promise<unknown[]> => {
    const { stdout } = await lab.run("verify", "--json", "--exercise", "5-image");
    const { rows }: { rows: { kind: string; team: string; outcome: string; cause?: string }[] } =
      JSON.parse(stdout);
    return rows.flatMap(({ kind, team, outcome, cause }) =>
      kind === "registry" ? [[team, outcome, cause]] : [],
    );
  };

  beforeAll(async () => {
    const provided = await lab.run("images", "--yes", "--json");
    const { images }: { images: Record<"guest" | "registry", { reference: string }> & { course: object } } =
      JSON.parse(provided.stdout);
    const course: { reference: string }[] = Object.values(images.course);
    image = images.registry.reference;
    daemon = await OwnDaemon.make("iroom", 4000);
    await daemon.load([images.guest, images.registry, ...course].map(({ reference }) => reference));
    lab.env.DOCKER_HOST = daemon.host;
    lab.through = daemon.through;
    first = await lab.up();
  }, 20 * 60_000);

  afterAll(async () => {
    await daemon?.dispose();
    lab.env.DOCKER_HOST = undefined;
    await lab.dispose();
  }, 120_000);

  test("with the outside cut off, three teams stand up from what was brought along, and all is as planned", async () => {
    expect((await inRoom("ip route show default")).stdout).toBe("");
    expect((await inRoom("curl -sS --max-time 5 http://198.51.100.1/")).code).toBe(7);
    expect(first.services.map(({ stack, ok }) => [stack, ok])).toEqual([1, 2, 3].map(() => ["nginx", true]));
    const { code, report } = await verified(lab, "--exercise", "5-image");
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
  }, 120_000);

  test("up makes what is planned, in the stack of what teams share, and has nothing to do afterwards", async () => {
    expect(first.units.map(({ stack, resources, planned }) => [stack, resources === planned])).toEqual([
      ["ireg-site", true],
      ["ireg-team-01", true],
      ["ireg-team-02", true],
      ["ireg-team-03", true],
    ]);
    const again = await lab.up();
    expect(again.units.map(({ changes }) => Object.keys(changes))).toEqual([
      ["same"],
      ["same"],
      ["same"],
      ["same"],
    ]);
    const preview = await lab.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", "ireg-site");
    expect({ code: preview.code, stdout: preview.stdout }).toMatchObject({ code: 0 });
  }, 120_000);

  test("passwords are in files that their owner alone reads; the registry publishes no port", async () => {
    expect(statSync(passwordFile("team-01")).mode & 0o777).toBe(0o600);
    expect(password("team-01")).toMatch(/^[a-z0-9]{12}$/);
    expect(password("team-02")).not.toBe(password("team-01"));
    expect(await daemon.docker("port", CONTAINER)).toBe("");
    expect(await daemon.docker("inspect", CONTAINER)).not.toContain(password("team-01"));
  });

  test("without an account, and with a wrong password, nobody gets in", async () => {
    const wrong = await login(1, "wrong");
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain("401 Unauthorized");
    const none = await learner(1, `docker pull ${REGISTRY}/team-01/hello`);
    expect(none.code).not.toBe(0);
    expect(none.stderr).toContain("no basic auth credentials");
  }, 60_000);

  test("5-image as printed: build, tag, log in, push; the other team pulls and runs", async () => {
    expect(await build(1, "world")).toMatchObject({ code: 0 });
    expect((await login(1)).stdout).toContain("Login Succeeded");
    const names = [1, "latest"].map((tag) => `${REGISTRY}/team-01/hello:${tag}`);
    expect(await learner(1, names.map((name) => `docker push ${name}`).join("\n"))).toMatchObject({
      code: 0,
    });
    expect((await login(2)).stdout).toContain("Login Succeeded");
    const run = await learner(
      2,
      `docker pull -q ${REGISTRY}/team-01/hello\ndocker run --rm ${REGISTRY}/team-01/hello`,
    );
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/Hello! world!\nPID [\s\S]*\nGood!\n$/);
    expect((await login(3)).code).toBe(0);
    expect((await learner(3, `docker run --rm ${REGISTRY}/team-01/hello`)).stdout).toContain("Hello! world!");
  }, 120_000);

  test("nobody pushes below another team's name, by whatever way it is written, and is told why", async () => {
    await build(2, "stranger");
    const foreign = await learner(
      2,
      `docker tag team-02/hello:1 ${REGISTRY}/team-01/hello:latest; docker push ${REGISTRY}/team-01/hello:latest`,
    );
    expect(foreign.code).not.toBe(0);
    expect(foreign.stderr).toContain("denied: account team-02 pushes to team-02/IMAGE alone");
    const asked = [
      "POST /v2/team-02/hello/blobs/uploads/",
      "POST /v2/team-01/hello/blobs/uploads/",
      "POST /v2/team-02/../team-01/hello/blobs/uploads/",
      "POST /v2/team-02%2F..%2Fteam-01/hello/blobs/uploads/",
      "POST /v2//team-01/hello/blobs/uploads/",
      "POST /v2/team-020/hello/blobs/uploads/",
      "POST /v2/hello/blobs/uploads/",
      "PUT /v2/team-01/hello/manifests/latest",
      "DELETE /v2/team-01/hello/manifests/latest",
      "GET /v2/team-01/hello/tags/list",
    ];
    const curl = `curl -sk --path-as-is -o /dev/null -w '%{http_code} ' -u team-02:${password("team-02")}`;
    const answers = await learner(
      2,
      asked.map((line) => `${curl} -X ${line.replace(" ", ` 'https://${REGISTRY}`)}'`).join("\n"),
    );
    const codes = answers.stdout.trim().split(" ");
    expect(asked.map((line, index) => `${codes[index]} ${line}`)).toEqual(
      asked.map((line, index) => `${index === 0 ? 202 : index === 9 ? 200 : 403} ${line}`),
    );
    expect((await learner(2, `docker push ${REGISTRY}/team-02/hello:1`)).code).toBe(0);
  }, 60_000);

  test("another authority: guests trust the registry at every moment, and in the end the new one alone", async () => {
    const before = await issuer();
    const pull = `docker pull -q ${REGISTRY}/team-01/hello:1 >/dev/null || echo no; n=$((n + 1))`;
    // Until the file is taken away.
    const watched = learner(
      2,
      `n=0; touch watch; while [ -e watch ]; do ${pull}; sleep 0.2; done; [ $n -gt 5 ]; echo end`,
    );
    const rotated = await lab.run("rotate", "--registry", "--yes", "--json");
    await learner(2, "rm watch");
    expect(rotated).toMatchObject({ code: 0 });
    expect(await watched).toMatchObject({ stdout: "end\n", stderr: "" });
    expect(await issuer()).not.toBe(before);
    expect([await trustedBy(1), await trustedBy(2)]).toEqual(["1", "1"]);
    const fresh = `docker rmi -f ${REGISTRY}/team-01/hello:1 >/dev/null; docker pull -q ${REGISTRY}/team-01/hello:1`;
    expect(await learner(2, fresh)).toMatchObject({ code: 0 });
  }, 240_000);

  test("a stopped registry is started by up, a guest's lost trust comes back by a repair, a full one takes no push: each told by verify", async () => {
    await daemon.docker("stop", "-t", "2", CONTAINER);
    expect(await trust()).toEqual([
      ["team-01", "not-as-expected", "registry-silent"],
      ["team-02", "not-as-expected", "registry-silent"],
      ["team-03", "not-as-expected", "registry-silent"],
    ]);
    await lab.up();
    const authority = `/etc/docker/certs.d/${REGISTRY}/ca.crt`;
    expect(await learner(2, `sudo rm ${authority}`)).toMatchObject({ code: 0 });
    expect(await trust()).toEqual([
      ["team-01", "as-expected", undefined],
      ["team-02", "not-as-expected", "registry-untrusted"],
      ["team-03", "as-expected", undefined],
    ]);
    await lab.up("--repair");
    expect(await learner(2, `test -s ${authority}`)).toMatchObject({ code: 0 });
    await daemon.docker("exec", CONTAINER, "fallocate", "-l", "256M", "/registry/data/much");
    await daemon.docker(
      "exec",
      CONTAINER,
      "sh",
      "-c",
      "until [ -e /run/classlab-registry/full ]; do sleep 0.2; done",
    );
    const full = await learner(
      1,
      `docker tag ubuntu ${REGISTRY}/team-01/more; docker push -q ${REGISTRY}/team-01/more`,
    );
    expect(full.code).not.toBe(0);
    expect(full.stderr).toContain("denied: the registry of the class is full (256 MiB): tell the instructor");
    expect(await trust()).toEqual([
      ["team-01", "not-as-expected", "registry-full"],
      ["team-02", "not-as-expected", "registry-full"],
      ["team-03", "not-as-expected", "registry-full"],
    ]);
    await daemon.docker("exec", CONTAINER, "rm", "/registry/data/much");
  }, 240_000);

  test("a team's password made anew: the old one is refused, the other team goes on", async () => {
    const old = password("team-01");
    const rotated = await lab.run("rotate", "--team", "team-01", "--yes", "--json");
    expect(rotated).toMatchObject({ code: 0 });
    expect(JSON.parse(rotated.stdout).rotated).toEqual([
      { team: "team-01", secrets: expect.arrayContaining(["registry-account-team-01"]) },
    ]);
    expect(password("team-01")).not.toBe(old);
    expect((await login(1, old)).stderr).toContain("401 Unauthorized");
    expect((await login(1)).code).toBe(0);
    expect((await learner(2, `docker pull -q ${REGISTRY}/team-01/hello:1`)).code).toBe(0);
  }, 120_000);

  test("a mirror with the course's images is added to the registry that stands; while it reaches nothing it gives those, and verify says so", async () => {
    lab.edit((yaml) => {
      yaml.registry = { run: { quota: 1024, mirror: `http://${HUB}:5000`, preload: true } };
    });
    expect((await lab.up()).ok).toBe(true);
    expect(await learner(1, `docker pull -q ${REGISTRY}/team-01/hello:1`)).toMatchObject({ code: 0 });
    const gone = "docker rmi -f alpine:latest >/dev/null; docker pull -q alpine";
    expect(await learner(3, gone)).toEqual({
      code: 0,
      stdout: "docker.io/library/alpine:latest\n",
      stderr: "",
    });
    expect(await trust()).toEqual(
      [1, 2, 3].flatMap((team) => [
        [`team-0${team}`, "not-as-expected", "mirror-silent"],
        [`team-0${team}`, "as-expected", undefined],
      ]),
    );
  }, 240_000);

  test("what one team pulled from outside, the others get from the mirror, also when outside is gone; nobody writes into it", async () => {
    const settings =
      "version: 0.1\nstorage: {filesystem: {rootdirectory: /tmp/hub}}\nhttp: {addr: ':5000'}\n";
    await inRoom(`ip address add ${HUB}/32 dev lo`);
    await daemon.docker(
      ...["run", "-d", "--name", "hub", "--network", "host", "--entrypoint", "sh", image, "-c"],
      `printf "${settings}" > /tmp/hub.yml; exec docker-registry serve /tmp/hub.yml`,
    );
    const published = "127.0.0.1:5000/library/of-the-hub:latest";
    const hello = await daemon.docker("images", "-q", "classlab/hello-world");
    await daemon.docker("tag", hello.trim(), published);
    expect(
      await inRoom(`curl -s --retry 20 --retry-connrefused --retry-delay 1 http://${HUB}:5000/v2/`),
    ).toEqual({
      code: 0,
      stdout: "{}",
      stderr: "",
    });
    await daemon.docker("push", "-q", published);
    const mirror = `https://${REGISTRY}:5443`;
    // The mirror looks for it every ten seconds.
    const found = `tries=0
until [ "$(curl -sk ${mirror}/classlab/mirror)" = ok ]; do
  tries=$((tries + 1)); [ $tries -lt 100 ]; sleep 0.3
done`;
    expect(await learner(1, found)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await trust()).map((row) => (Array.isArray(row) ? row[1] : row))).toEqual(
      Array.from({ length: 6 }, () => "as-expected"),
    );
    expect(await learner(1, "docker run --rm of-the-hub")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Hello from Docker!"),
    });
    await daemon.docker("rm", "-f", "hub");
    const pulls = await Promise.all([
      learner(2, "docker pull -q of-the-hub"),
      learner(3, "docker pull -q of-the-hub"),
    ]);
    expect(pulls).toEqual(
      [2, 3].map(() => ({ code: 0, stdout: "docker.io/library/of-the-hub:latest\n", stderr: "" })),
    );
    const pushed = await learner(
      2,
      `curl -sk -X POST ${mirror}/v2/library/of-the-hub/blobs/uploads/; curl -sk -X DELETE ${mirror}/v2/library/of-the-hub/manifests/latest`,
    );
    expect(pushed.stdout.match(/the mirror of the class takes no images/g)).toHaveLength(2);
    // What teams pushed is for those who have an account, by whatever way it is written.
    const asked = [
      "team-01/hello",
      "library/../team-01/hello",
      "library%2F..%2Fteam-01/hello",
      "library/%2e%2e/team-01/hello",
    ];
    const curl = "curl -skL --path-as-is -o /dev/null -w '%{http_code} '";
    const answers = await learner(
      2,
      asked.map((name) => `${curl} ${mirror}/v2/${name}/manifests/latest`).join("\n"),
    );
    expect(answers.stdout).toBe("404 ".repeat(asked.length));
  }, 240_000);
});
