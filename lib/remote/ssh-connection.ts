import type { Socket } from "node:net";
import { UserError } from "../model/user-error";
import { runCommand } from "./command";
import type { Connection } from "./connection";
import { describeHop, type Hop } from "./hop";
import type { RunOptions, RunResult } from "./options";
import { asRoot, sudoFailure } from "./sudo";
import { askTcpThrough, type TcpAnswer } from "./tcp-answer";
import type { Way } from "./way";

/** A Connection over the last of a way's links. */
export class SshConnection implements Connection {
  readonly user: string;
  readonly serverAddress: string;
  readonly localAddress: string;
  private readonly where: string;
  private ended: { readonly error?: Error } | undefined;
  private readonly listeners: ((error?: Error) => void)[] = [];
  private seenFrom: Promise<string | undefined> | undefined;

  constructor(
    private readonly way: Way,
    hop: Hop,
    private readonly useSudo: boolean,
    keepaliveSeconds: number,
  ) {
    const socket: Socket = way.socket;
    this.user = hop.user;
    this.where = describeHop(hop);
    this.localAddress = socket.localAddress ?? "";
    this.serverAddress = way.isDirect ? (socket.remoteAddress ?? hop.host) : hop.host;
    way.onLost((cause) => this.end(connectionLost(this.where, keepaliveSeconds, cause)));
  }

  async run(command: string, options: RunOptions = {}): Promise<RunResult> {
    let onEnd: (error?: Error) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      onEnd = (error) => reject(error ?? connectionClosed(this.where));
    });
    lost.catch(() => undefined);
    this.onClose(onEnd);
    if (this.ended !== undefined) return lost;
    try {
      return await runCommand(this.way.client, this.where, command, options, lost);
    } finally {
      const index = this.listeners.indexOf(onEnd);
      if (index >= 0) this.listeners.splice(index, 1);
    }
  }

  async runAsRoot(command: string, options: RunOptions = {}): Promise<RunResult> {
    if (this.user === "root" || !this.useSudo) return this.run(command, options);
    const result = await this.run(asRoot(command), options);
    const failure = sudoFailure(result, this.user, this.where);
    if (failure !== undefined) throw failure;
    return result;
  }

  askTcp(address: string, port: number, seconds: number): Promise<TcpAnswer> {
    return askTcpThrough(this.way.client, address, port, seconds);
  }

  clientAddress(): Promise<string | undefined> {
    // Framed, because a login shell may print noise before.
    this.seenFrom ??= this.run('echo "<$SSH_CONNECTION>"').then(
      ({ stdout }) => /<([0-9a-fA-F.:%\w]+) \d+ /.exec(stdout)?.[1],
    );
    return this.seenFrom;
  }

  close(): void {
    this.end();
  }

  onClose(listener: (error?: Error) => void): void {
    if (this.ended !== undefined) listener(this.ended.error);
    else this.listeners.push(listener);
  }

  private end(error?: Error): void {
    if (this.ended !== undefined) return;
    this.ended = error === undefined ? {} : { error };
    this.way.close();
    for (const listener of this.listeners.splice(0)) listener(error);
  }
}

function connectionLost(where: string, keepaliveSeconds: number, cause: Error | undefined): UserError {
  const silent = cause?.message === "Keepalive timeout";
  const how = silent
    ? `it gave no sign of life for ${keepaliveSeconds * 4} s`
    : (cause?.message ?? "the other side closed it");
  return new UserError(
    "connection-lost",
    `The connection to ${where} was lost: ${how}`,
    "The machine went down or restarted sshd, or the network on the way is cut. A pending change rolls back by itself.",
  );
}

function connectionClosed(where: string): UserError {
  return new UserError("connection-closed", `The connection to ${where} was closed while a command was running`);
}
