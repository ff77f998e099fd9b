import { sshLine } from "../../cli/sshLine";

test.each([
  [`${process.cwd()}/.classlab/ssh/dev.conf`, "ssh -F .classlab/ssh/dev.conf web"],
  ["/srv/labs/ssh/dev.conf", "ssh -F /srv/labs/ssh/dev.conf web"],
  ["/srv/the labs/dev's.conf", "ssh -F '/srv/the labs/dev'\\''s.conf' web"],
])("%s as a shell takes it", (config, line) => {
  expect(sshLine(config, "web")).toBe(line);
});
