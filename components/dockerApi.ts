/**
 * How a script in a guest asks the Docker Engine there: `curl`, with the options that are needed, to be followed by more of them and by
 * addresses such as `http://docker/networks`. Docker's own client does the same, and its start takes an emulated guest half a second.
 * @see https://docs.docker.com/reference/api/engine/
 */
export const DOCKER_API = "curl -q -sSf --noproxy '*' --unix-socket /var/run/docker.sock";

/** Command of a script in a guest that succeeds when the Docker Engine there answers, within ten seconds. */
export const ENGINE_ANSWERS = `${DOCKER_API} -m 10 http://docker/_ping >/dev/null 2>&1`;
