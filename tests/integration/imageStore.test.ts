import { renderPreload } from "../../components/courseImages";
import { containerChannel } from "../../components/hypervisors/containers/channel";
import { CAPABILITIES, SECURITY_OPTIONS } from "../../components/hypervisors/containers/rights";
import { COURSE_IMAGES, type ImageSet } from "../../course/images";
import { guestsOf } from "../../course/plan";
import { execute, output } from "../support/cli";
import { devPlan } from "../support/devPlan";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// What guests that share a store may do with the course's images, in a store and with guests of the test's own, so that
// it can be broken. That a lab's guests take the machine's store is in the dev lab's test. What it does not prove: engines
// other than the one in the guest's image.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("the image store", () => {
  const lab = new TestLab("istore");
  const store = "istore-images";
  const guests = ["istore-one", "istore-two"] as const;
  const [one, two] = guests;
  const [planned] = guestsOf(devPlan());
  if (!planned) throw new Error("the dev lab has a guest");
  let images: ImageSet;

  const rights = [
    ...["--init", "--network", "none", "--cgroupns", "private"],
    ...CAPABILITIES.flatMap((name) => ["--cap-add", name]),
    ...SECURITY_OPTIONS.flatMap((option) => ["--security-opt", option]),
  ];
  const inside = (guest: string, script: string) =>
    output("docker", ["exec", "-i", guest, "sh", "-eu", "-s"], { stdin: script });
  const answers = (guest: string) =>
    output("sh", ["-c", `timeout 60 sh -c 'until docker exec ${guest} docker info; do sleep 0.1; done'`]);
  const start = async (guest: string) => {
    const mounts = ["-v", `${guest}-disk:/disk`, "-v", `${store}:/images:ro`];
    await output("docker", ["run", "-d", "--name", guest, ...rights, ...mounts, images.guest.id]);
    await answers(guest);
  };
  const stop = async (guest: string) => {
    await execute("docker", ["rm", "-f", guest]);
  };
  const storeProgram = (before: string, ...words: string[]) =>
    output("sh", [
      "-c",
      `${before} docker run --rm -i "$@"`,
      "sh",
      ...[...rights, "-v", `${store}:/images`, images.guest.id, "classlab-images", ...words],
    ]);
  const references = () => COURSE_IMAGES.map(({ name }) => images.course[name].reference);
  const held = async (guest: string) =>
    (await inside(guest, "docker images --format '{{.Repository}}:{{.Tag}}'"))
      .split("\n")
      .filter(Boolean)
      .sort();
  /** Names, kinds, rights, sizes, moments and contents of all that is in the store. */
  const content = () =>
    output("docker", [
      ...["run", "--rm", "--network", "none", "-v", `${store}:/images:ro`, images.guest.id, "sh", "-euc"],
      `cd /images
      find . -printf '%p %y %m %s %T@ %l\\n' | sort | sha256sum
      find . -type f -exec sha256sum {} + | sort | sha256sum`,
    ]);
  const all = () => [...references(), ...COURSE_IMAGES.flatMap(({ tags }) => tags)].sort();

  beforeAll(async () => {
    const provided = await lab.run("images", "--yes", "--json");
    if (provided.code !== 0) throw new Error(provided.stderr);
    images = JSON.parse(provided.stdout).images;
    for (const guest of guests) await stop(guest);
    await execute("docker", ["volume", "rm", store, ...guests.map((guest) => `${guest}-disk`)]);
    const named = COURSE_IMAGES.flatMap(({ name, tags }) =>
      tags.map((tag) => `${images.course[name].reference}=${tag}`),
    );
    await expect(storeProgram("", "has", "set")).rejects.toThrow("ended with 1");
    await storeProgram(`docker save ${references().join(" ")} |`, "make", "set", ...named);
    await storeProgram("", "has", "set");
    await expect(storeProgram("", "has", "another")).rejects.toThrow("ended with 1");
    for (const guest of guests) await start(guest);
  }, 20 * 60_000);

  afterAll(async () => {
    for (const guest of guests) await stop(guest);
    await execute("docker", ["volume", "rm", store, ...guests.map((guest) => `${guest}-disk`)]);
    await lab.dispose();
  }, 120_000);

  test("a new guest has every image, named, without a copy of any layer", async () => {
    expect(await held(one)).toEqual(all());
    const kilobytes = Number((await inside(one, "du -sk /disk/docker")).split("\t")[0]);
    expect(kilobytes).toBeGreaterThan(0);
    expect(kilobytes).toBeLessThan(10_000);
    const layers = (await inside(one, "ls /images/sets/set/layers")).split("\n").filter(Boolean);
    expect(layers.length).toBeGreaterThan(COURSE_IMAGES.length);
    for (const layer of layers) {
      expect(await inside(one, `findmnt -no OPTIONS /var/lib/docker/overlay2/${layer}/diff`)).toMatch(/^ro,/);
    }
  });

  test("what the script that fills guests finds is what the host's Docker has", async () => {
    const script = renderPreload(containerChannel({ ...planned, objectName: one }, "dev"), images);
    const printed = await output("sh", ["-s", "--"], { stdin: `${script}`, env: process.env });
    // The store of images is the same in both engines: an image's id is its content.
    expect(JSON.parse(printed)).toEqual(
      Object.fromEntries(COURSE_IMAGES.map(({ name }) => [name, images.course[name].id])),
    );
  });

  test("containers, commits, both builders, archives: as with loaded images, and the store stays as it is", async () => {
    const before = await content();
    expect(
      await inside(
        one,
        `docker run -d --name site -p 8080:80 nginx:latest >/dev/null
        until curl -fs localhost:8080 >/dev/null; do sleep 0.1; done
        docker exec site sh -c 'rm /etc/hostname; rm -rf /usr/share/nginx; touch /etc/passwd; chmod 600 /etc/group'
        docker commit site own/site:1 >/dev/null
        docker run --rm own/site:1 sh -c 'ls /usr/share/nginx 2>&1 | wc -l; stat -c %a /etc/group'
        docker run --rm nginx:latest sh -c 'ls -d /usr/share/nginx; stat -c %a /etc/group'
        docker rm -f site >/dev/null`,
      ),
    ).toBe("1\n600\n/usr/share/nginx\n644\n");
    for (const [tag, buildkit] of [
      ["own/built:1", "0"],
      ["own/built:2", "1"],
    ]) {
      expect(
        await inside(
          one,
          `mkdir -p /tmp/own
          cd /tmp/own
          printf '%s\\n' 'FROM nginx:latest' 'RUN rm -r /usr/share/nginx && echo own >/own' 'CMD cat /own' >Dockerfile
          DOCKER_BUILDKIT=${buildkit} docker build --network none -q -t ${tag} . >/dev/null
          docker run --rm ${tag}
          docker run --rm ${tag} ls -d /usr/share/nginx 2>/dev/null || echo gone`,
        ),
      ).toBe("own\ngone\n");
    }
    // As a push does, an archive reads every file of every layer; another engine checks each layer's digest.
    const { reference } = images.course.nginx;
    const archive = `docker exec ${one} docker save ${reference} own/built:1`;
    await inside(two, "docker image prune -af");
    expect(await held(two)).toEqual([]);
    await output("sh", ["-c", `${archive} | docker exec -i ${two} docker load`]);
    expect(await held(two)).toEqual([reference, "own/built:1"].sort());
    expect(await inside(two, "docker run --rm own/built:1")).toBe("own\n");
    expect(await content()).toBe(before);
  }, 300_000);

  test("images go from one guest alone, with all that was mounted for them; after a restart each has what it had", async () => {
    const before = await content();
    await stop(two);
    await execute("docker", ["volume", "rm", `${two}-disk`]);
    await start(two);
    await inside(one, `docker rmi mariadb:latest ${images.course.database.reference}`);
    await inside(
      two,
      "docker system prune -af; docker run --rm hello-world:latest >/dev/null 2>&1 && exit 1 || :",
    );
    expect(await inside(two, "ls /var/lib/docker/overlay2; findmnt -rno TARGET | grep -c /diff || :")).toBe(
      "l\n0\n",
    );
    const left = await held(one);
    expect(left).not.toContain("mariadb:latest");
    expect(left).toEqual(expect.arrayContaining(all().filter((name) => !/mariadb|database/.test(name))));
    await output("docker", ["restart", one, two]);
    await answers(one);
    await answers(two);
    expect(await held(one)).toEqual(left);
    expect(await held(two)).toEqual([]);
    expect(await inside(one, "docker run --rm alpine:latest echo runs; docker run --rm own/built:1")).toBe(
      "runs\nown\n",
    );
    // What lacks is loaded, and shares what is left of the store's layers.
    const script = renderPreload(containerChannel({ ...planned, objectName: one }, "dev"), images);
    await output("sh", ["-s", "--"], { stdin: script });
    expect(await held(one)).toEqual(expect.arrayContaining(all()));
    const version = "docker run --rm --entrypoint mariadbd mariadb:latest --version";
    expect(await inside(one, version)).toContain("MariaDB");
    expect(await content()).toBe(before);
  }, 300_000);

  test("a store that is gone: no image passes for whole; what lacks is loaded", async () => {
    const disk = `${one}-disk`;
    await inside(
      one,
      "docker volume create kept; docker run --rm -v kept:/kept alpine:latest touch /kept/own",
    );
    await stop(one);
    await stop(two);
    await output("docker", ["volume", "rm", store]);
    await start(one);
    expect(await output("docker", ["logs", one])).toContain("the image store lacks layer");
    expect(await held(one)).toEqual([]);
    const { reference } = images.course.alpine;
    await output("sh", ["-c", `docker save ${reference} | docker exec -i ${one} docker load`]);
    expect(await held(one)).toEqual([reference]);
    expect(await inside(one, `docker run --rm -v kept:/kept ${reference} ls /kept`)).toBe("own\n");
    expect(await output("docker", ["volume", "ls", "-q", "--filter", `name=${disk}`])).toBe(`${disk}\n`);
  }, 300_000);
});
