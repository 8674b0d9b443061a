/**
 * A stand-in for hashicorp/null, for machines that can not download it: Terraform starts this program as a provider.
 *
 *     stdout:  1|6|unix|SOCKET|grpc|CERTIFICATE     then gRPC on the socket, both sides proving who they are
 *
 * It knows `null_resource` only: an id, and triggers of which every change replaces the resource.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPackageDefinition, Server, ServerCredentials, type ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { decode, encode, ExtData } from "@msgpack/msgpack";
import { selfSigned, toPem } from "./certificate";

interface Value {
  readonly msgpack: Uint8Array;
}
interface NullResource {
  readonly id: unknown;
  readonly triggers: Readonly<Record<string, string>> | null;
}
interface Call<Request> {
  readonly request: Request;
}
type Answer = (error: null, response: unknown) => void;

const UNKNOWN = new ExtData(0, new Uint8Array([0]));
const read = ({ msgpack }: Value) => decode(msgpack) as NullResource | null;
const write = (value: NullResource | null) => ({ msgpack: Buffer.from(encode(value)) });
const type = (value: unknown) => Buffer.from(JSON.stringify(value));

const nullResource = {
  version: 0,
  block: {
    attributes: [
      { name: "id", type: type("string"), computed: true },
      { name: "triggers", type: type(["map", "string"]), optional: true },
    ],
  },
};

function planned(prior: NullResource | null, proposed: NullResource | null) {
  if (proposed === null) return { planned_state: write(null) };
  if (prior === null) return { planned_state: write({ ...proposed, id: UNKNOWN }) };
  const sorted = (one: NullResource) => JSON.stringify(Object.entries(one.triggers ?? {}).sort());
  const isSame = sorted(prior) === sorted(proposed);
  return {
    planned_state: write(proposed),
    requires_replace: isSame ? [] : [{ steps: [{ attribute_name: "triggers" }] }],
  };
}

const handlers = {
  GetProviderSchema: () => ({ provider: { block: {} }, resource_schemas: { null_resource: nullResource } }),
  ValidateProviderConfig: () => ({}),
  ValidateResourceConfig: () => ({}),
  ConfigureProvider: () => ({}),
  StopProvider: () => ({}),
  UpgradeResourceState: ({ raw_state }: { raw_state: { json: Uint8Array } }) => ({
    upgraded_state: write(JSON.parse(Buffer.from(raw_state.json).toString()) as NullResource),
  }),
  ReadResource: ({ current_state }: { current_state: Value }) => ({ new_state: current_state }),
  PlanResourceChange: (request: { prior_state: Value; proposed_new_state: Value }) =>
    planned(read(request.prior_state), read(request.proposed_new_state)),
  ApplyResourceChange: ({ planned_state }: { planned_state: Value }) => {
    const wanted = read(planned_state);
    const id = typeof wanted?.id === "string" ? wanted.id : String(randomInt(2 ** 47));
    return { new_state: write(wanted === null ? null : { ...wanted, id }) };
  },
};

function service(file: string, ...path: readonly string[]): ServiceClientConstructor["service"] {
  const options = { keepCase: true, defaults: false };
  let found: unknown = loadPackageDefinition(loadSync(join(__dirname, file), options));
  for (const name of path) found = (found as Record<string, unknown>)[name];
  return (found as ServiceClientConstructor).service;
}

const server = new Server();
server.addService(
  service("tfplugin6.proto", "tfplugin6", "Provider"),
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      ({ request }: Call<unknown>, answer: Answer) => answer(null, handle(request as never)),
    ]),
  ),
);
const folder = mkdtempSync(join(tmpdir(), "plugin-"));
server.addService(service("go-plugin.proto", "plugin", "GRPCController"), {
  Shutdown: (_call: unknown, answer: Answer) => {
    answer(null, {});
    server.tryShutdown(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  },
});

const { key, certificate } = selfSigned();
const terraform = Buffer.from(process.env["PLUGIN_CLIENT_CERT"] ?? "");
const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(toPem(certificate)) };
const socket = join(folder, "socket");
server.bindAsync(`unix:${socket}`, ServerCredentials.createSsl(terraform, [pair], true), (error) => {
  if (error !== null) throw error;
  process.stdout.write(`1|6|unix|${socket}|grpc|${certificate.toString("base64").replace(/=+$/, "")}\n`);
});
