import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

/** How long a closed connection may take to say good-bye before its socket is cut, in ms. */
const farewellMs = 1000;

/**
 * The links from here to a host: one TCP connection, and a login on every hop, each inside the one before.
 *
 *     here ══TCP══ jump host ──channel── jump host ──channel── host
 *          └ client 0 ┘└────── client 1 ─────┘└── client 2 ──┘
 *
 * When one breaks, all are lost; they are closed together, the inmost first.
 */
export class Way {
  private readonly clients: Client[] = [];
  private lost: { readonly cause: Error | undefined } | undefined;
  private closed = false;
  private listener: ((cause: Error | undefined) => void) | undefined;

  constructor(readonly socket: Socket) {}

  get client(): Client {
    const last = this.clients.at(-1);
    if (last === undefined) throw new Error("a way without a link");
    return last;
  }

  get isDirect(): boolean {
    return this.clients.length === 1;
  }

  /** A link more, by a login that has just been made over `stream`. */
  add(client: Client, stream: Duplex): void {
    this.clients.push(client);
    client.removeAllListeners("error");
    client.removeAllListeners("close");
    let cause: Error | undefined;
    client.on("error", (error: Error) => {
      cause ??= error;
      // A dead link may never come to `close`, so the first error ends it.
      this.lose(cause);
    });
    client.on("close", () => this.lose(cause));
    if (!stream.writable) this.lose(undefined);
  }

  /** Called once if a link breaks before `close`, or has broken already. */
  onLost(listener: (cause: Error | undefined) => void): void {
    this.listener = listener;
    if (this.lost !== undefined) listener(this.lost.cause);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const client of this.clients.toReversed()) client.end();
    this.socket.end();
    // The timer alone does not keep the process alive; the socket does, so a process that waits for it is not late.
    setTimeout(() => this.socket.destroy(), farewellMs).unref();
  }

  private lose(cause: Error | undefined): void {
    if (this.closed || this.lost !== undefined) return;
    // What came in together with the end, such as a command's last words, is told before it.
    setImmediate(() => {
      if (this.closed || this.lost !== undefined) return;
      this.lost = { cause };
      this.listener?.(cause);
      this.close();
      this.socket.destroy();
    });
  }
}
