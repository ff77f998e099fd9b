import type { RegistryServerPlan } from "../course/registry";
import { quote } from "../course/shell";
import { teamKeyPath } from "./hypervisors/channelOptions";
import { sha512Crypt } from "./sha512Crypt";

/** Seconds that the registry may take until it answers: it goes through all its images first. */
const DEADLINE_SECONDS = 120;

/** Path, below the home folder, of the password of an account at the lab's registry. */
export function registryPasswordPath(lab: string, account: string): string {
  return teamKeyPath(lab, `${account}.registry`);
}

/** One account at the registry. */
export interface RegistryAccount {
  readonly name: string;
  readonly password: string;
}

/**
 * The list of accounts as nginx reads it (nginx.org, ngx_http_auth_basic_module: hashes of crypt(3)).
 * @param salt of the lab: with the account's name it makes each hash's own
 */
export function accountLines(accounts: readonly RegistryAccount[], salt: string): string {
  return accounts
    .map(
      ({ name, password }) =>
        `${name}:${sha512Crypt(password, `${salt}${name}`.slice(-16).replace(/-/g, "."))}\n`,
    )
    .join("");
}

/**
 * Script for this machine: gives the registry its key and its accounts, and waits until it answers. Each file is there whole or as before;
 * nginx reads them anew, and connections that stand go on.
 * @param certificate and private key, in PEM form
 */
export function renderRegistryFiles(
  { objectName, port }: Pick<RegistryServerPlan, "objectName" | "port">,
  certificate: string,
  accounts: string,
): string {
  return `set -eu
docker exec -i ${quote(objectName)} sh -s <<'FILES'
set -eu
umask 077
chmod 755 /registry
printf '%s' ${quote(certificate)} > /registry/tls.pem.new
printf '%s' ${quote(accounts)} > /registry/htpasswd.new
# nginx's workers read it themselves.
chgrp www-data /registry/htpasswd.new
chmod 640 /registry/htpasswd.new
mv /registry/tls.pem.new /registry/tls.pem
mv /registry/htpasswd.new /registry/htpasswd
pid=$(cat /run/classlab-registry/nginx.pid 2>/dev/null || :)
[ -z "$pid" ] || kill -HUP "$pid"
now() { cut -d. -f1 /proc/uptime; }
end=$(($(now) + ${DEADLINE_SECONDS}))
served() { openssl x509 -noout -fingerprint; }
answers() {
  [ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:5001/v2/)" = 200 ] &&
    [ "$(openssl s_client -connect 127.0.0.1:${port} </dev/null 2>/dev/null | served 2>/dev/null)" = "$(served < /registry/tls.pem)" ]
}
until answers; do
  [ "$(now)" -lt "$end" ] || { echo "the registry does not answer after ${DEADLINE_SECONDS} s" >&2; exit 1; }
  sleep 0.2
done
FILES
echo '{"registry":true}'
`;
}
