import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SEAT_FILE = "seat.json";

/** The process that holds a detached seat's namespaces, as the machine counts. */
export interface SeatProcess {
  readonly pid: number;
  /** When it was started, in the kernel's ticks since boot: with it a pid that was used again is not taken for it. */
  readonly startTime: string;
  /** The machine's boot, since ticks start anew with it. */
  readonly bootId: string;
}

export function recordSeat(folder: string, pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) throw new Error("the seat ended at once");
  writeFileSync(join(folder, SEAT_FILE), JSON.stringify({ pid, startTime, bootId: bootId() }));
}

/** The seat recorded in `folder`, if it is alive. */
export function findSeat(folder: string): SeatProcess | undefined {
  try {
    const seat = JSON.parse(readFileSync(join(folder, SEAT_FILE), "utf8")) as SeatProcess;
    return seat.startTime === startTimeOf(seat.pid) && seat.bootId === bootId() ? seat : undefined;
  } catch {
    return undefined;
  }
}

/** The first process inside, whose namespaces are the seat's; `pid` itself stays outside of them. */
export function firstProcess(seat: SeatProcess): number {
  return Number(readFileSync(`/proc/${seat.pid}/task/${seat.pid}/children`, "utf8").trim().split(" ")[0]);
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
