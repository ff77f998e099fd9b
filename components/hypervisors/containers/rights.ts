/**
 * What a guest needs beyond Docker's defaults to run a Docker Engine of its own, found by leaving one out at a time:
 * without SYS_PTRACE `docker exec` fails for containers whose first process is not root's, and the default seccomp
 * profile refuses session keys. Far from `--privileged`, and it works on hosts that lack CAP_SYS_RESOURCE. Names in
 * canonical form: the Docker provider compares them literally.
 */
export const CAPABILITIES = ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"];

/** What Docker's own confinement would refuse a guest. */
export const SECURITY_OPTIONS = ["apparmor=unconfined", "seccomp=unconfined"];
