import { Machine } from "./machine";

/** The rest of the world. All hosts send to it whatever they have no better route for. */
export class Client extends Machine {
  /** Takes on one more source address, also of another network: 203.0.113.7, say, to be somebody in the office. */
  async own(address: string): Promise<void> {
    const v6 = address.includes(":");
    const more = v6 ? ["nodad"] : [];
    const { code, stderr } = await this.exec([
      ...["ip", "addr", "replace", `${address}/${v6 ? 128 : 32}`, "dev", "wan0", ...more],
    ]);
    if (code !== 0) throw new Error(`the client can not own ${address}: ${stderr.trim()}`);
  }
}
