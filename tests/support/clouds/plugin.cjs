// A resource plugin of the engine's own kind that asks the stand-in for a cloud, which lives in the test, whatever the engine asks it.
const grpc = require("@grpc/grpc-js");
const { main } = require("@pulumi/pulumi/provider");

const { CLASSLAB_STAND_IN_CLOUD: address, CLASSLAB_STAND_IN_VERSION: version } = process.env;

/** What the provider was configured with: the engine tells it before anything else. */
let configuration = {};

// The SDK's server takes a configuration and keeps nothing of it.
const { addService } = grpc.Server.prototype;
grpc.Server.prototype.addService = function add(service, server) {
  const { configure } = server;
  server.configure = (call, callback) => {
    configuration = call.request.getArgs()?.toJavaScript() ?? {};
    configure.call(server, call, callback);
  };
  return addService.call(this, service, server);
};

/** What Amazon's SDK asks again for (AWS SDKs and Tools Reference Guide, "Retry behavior"): throttling and failures of the server's own. */
const TRANSIENT = /Throttling|RequestLimitExceeded|InternalError|ServiceUnavailable/;

async function ask(operation, request) {
  const attempts = Number(configuration.maxRetries ?? 25);
  for (let attempt = 1; ; attempt += 1) {
    const body = JSON.stringify({ ...request, region: configuration.region });
    const response = await fetch(`${address}/${operation}`, { method: "POST", body });
    const answer = await response.json();
    if (response.ok) return answer;
    if (attempt >= attempts || !TRANSIENT.test(answer.message)) throw new Error(answer.message);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

main(
  {
    version,
    check: (urn, olds, news) => ask("check", { urn, olds, news }),
    diff: (id, urn, olds, news) => ask("diff", { id, urn, olds, news }),
    create: (urn, inputs) => ask("create", { urn, inputs }),
    read: (id, urn, props) => ask("read", { id, urn, props }),
    update: (id, urn, olds, news) => ask("update", { id, urn, olds, news }),
    delete: (id, urn, props) => ask("delete", { id, urn, props }),
    invoke: (token, inputs) => ask("invoke", { token, inputs }),
  },
  process.argv.slice(2),
);
