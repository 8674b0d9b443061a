import { createServer } from "node:net";
import type { TerraformStack } from "cdktf";

/** How a runner comes to its state. */
export interface Access {
  /** What its program says for each stack. */
  readonly prepare: (stack: TerraformStack) => void;
  /** What is in its environment: the credentials, and where the server is. */
  readonly env: Readonly<Record<string, string>>;
}

/** A server that keeps the states of stacks for all who deploy. */
export interface StateStore {
  /** Of two runners, in different ways where there are such. */
  readonly accesses: readonly [Access, Access];
  /** What must not stand in any file. */
  readonly secrets: readonly string[];
  /** Stack → its state, as the server has it. */
  states(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done, fail) => {
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
