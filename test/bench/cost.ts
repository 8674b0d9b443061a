import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SEAT } from "../../lib/sandbox/places";

/** What a command costs that runs to its end. */
export interface Cost {
  readonly seconds: number;
  /** CPU seconds of the deployer and of all hosts, and of nothing else that the machine does. */
  readonly cpu: number;
  /** CPU seconds of the deployer: the command with all its children that have ended. */
  readonly deployerCpu: number;
}

/**
 * Tells what commands cost. All hosts of a lab share the machine's processors, which those of a fleet do not: only the CPU
 * time tells the hosts' work from the deployer's.
 */
export class CostMeter {
  private constructor(private readonly group: string) {}

  /**
   * To be called before the lab starts: this process and all that it starts from now on, the hosts too, are one control
   * group. The kernel adds up the CPU time of such a group; the lab sweeps it up when it ends.
   */
  static start(): CostMeter {
    const groups = join(SEAT, "cgroup");
    if (!existsSync(groups))
      throw new Error("the benchmark needs control groups of version 2, which only root can make");
    const seat = readFileSync(join(SEAT, "id"), "utf8").trim();
    const group = join(groups, `cdkfw-lab-${seat}`, "benchmark");
    mkdirSync(group, { recursive: true });
    writeFileSync(join(group, "cgroup.procs"), "0");
    return new CostMeter(group);
  }

  /** @param work runs commands by `spawnSync`, so that this process itself does nothing in the meantime */
  of(work: () => void): Cost {
    const started = performance.now();
    const [cpu, deployerCpu] = [this.groupCpu(), childrenCpu()];
    work();
    return {
      seconds: (performance.now() - started) / 1000,
      cpu: this.groupCpu() - cpu,
      deployerCpu: childrenCpu() - deployerCpu,
    };
  }

  /** The costs of the works in turns, so that what else the machine does hits all alike; of each the run of median time. */
  medians(repetitions: number, works: readonly (() => void)[]): Cost[] {
    const costs = works.map((): Cost[] => []);
    for (let turn = 0; turn < repetitions; turn++) {
      for (const [index, work] of works.entries()) costs[index]?.push(this.of(work));
    }
    return costs.map((each) => each.sort((a, b) => a.seconds - b.seconds)[Math.floor(repetitions / 2)] as Cost);
  }

  private groupCpu(): number {
    const stat = readFileSync(join(this.group, "cpu.stat"), "utf8");
    return Number(/^usage_usec (\d+)$/m.exec(stat)?.[1]) / 1e6;
  }
}

/** Of the children of this process that have ended, and of theirs: no host is one of them while its lab runs. */
function childrenCpu(): number {
  const [, fields = ""] = readFileSync("/proc/self/stat", "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(13, 15);
  return (Number(user) + Number(system)) / 100; // the kernel tells them in hundredths, on every machine
}
