import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";

// Everything that a room's network has, at one address; what is outside answers on the loopback alone, so that only the proxy
// leads there. Each line printed is something that was asked.
const [address, certificate, key, imageFile] = process.argv.slice(2);
const image = JSON.parse(readFileSync(imageFile, "utf8"));
const OUTSIDE = 8443;

/** A registry with one image, as far as `docker pull` asks (github.com/distribution/distribution, docs/spec/api.md). */
function registry(url, response) {
  response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
  if (url === "/v2/") return response.end("{}");
  const [, kind, reference] = /^\/v2\/class\/hello\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
  const digest = kind === "manifests" && reference === "latest" ? image.manifest : reference;
  const content = image.contents[digest];
  if (!content) {
    response.statusCode = 404;
    return response.end("{}");
  }
  response.setHeader("Docker-Content-Digest", digest);
  response.setHeader("Content-Type", content.type);
  const bytes = Buffer.from(content.base64, "base64");
  // Said of HEAD too, where nothing follows.
  response.setHeader("Content-Length", bytes.length);
  return response.end(bytes);
}

createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
  console.log(`TLS ${request.headers.host}${request.url}`);
  if (request.url.startsWith("/v2/")) registry(request.url, response);
  else response.end("from outside\n");
}).listen(OUTSIDE, "127.0.0.1");

/** Two proxies, so that one can take the other's place. */
for (const port of [3128, 3129]) {
  const proxy = createServer((request, response) => {
    console.log(`${port} GET ${request.url}`);
    response.end(`by the proxy: ${request.url}\n`);
  });
  proxy.on("connect", (request, client) => {
    console.log(`${port} CONNECT ${request.url}`);
    client.on("error", () => client.destroy());
    if (!/\.outside\.test:443$/.test(request.url)) return client.end("HTTP/1.1 502 Unknown\r\n\r\n");
    const server = connect(OUTSIDE, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connected\r\n\r\n");
      client.pipe(server).pipe(client);
    });
    server.on("error", () => client.destroy());
  });
  proxy.listen(port, address);
}

createServer((_request, response) => response.end("in the room\n")).listen(80, address);

/** Every name in the room has the one address; no other name exists. */
const dns = createSocket("udp4");
dns.on("message", (query, { port, address: asker }) => {
  let end = 12;
  const labels = [];
  while (query[end] !== 0) {
    labels.push(query.toString("latin1", end + 1, end + 1 + query[end]));
    end += query[end] + 1;
  }
  const name = labels.join(".");
  const type = query.readUInt16BE(end + 1);
  console.log(`DNS ${name}`);
  const known = name.endsWith(".room.test");
  const answer = known && type === 1;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  header.writeUInt16BE(answer ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split(".").map(Number)]);
  dns.send(Buffer.concat([header, query.subarray(12, end + 5), ...(answer ? [record] : [])]), port, asker);
});
dns.bind(53, address, () => console.log("listening"));
