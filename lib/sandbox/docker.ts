import { readFileSync } from "node:fs";
import { CONTAINER_IMAGE } from "./image/engine";
import type { Machine } from "./machine";
import { asset } from "./places";
import { Prober, type Probe, type ProbeOptions, type Verdict } from "./prober";
import type { Ports } from "./responder";

const PATIENCE_MS = 60_000;

export interface ContainerOptions extends Ports {
  /** More words for `docker run`, such as `["-p", "8080:80", "--network", "app"]`. @default none */
  readonly options?: readonly string[];
}

/** The Docker of a lab host. */
export class LabDocker {
  /** By the container's first process: a container that starts again has another network. */
  readonly #probers = new Map<string, Prober>();

  constructor(private readonly host: Machine) {}

  /** Waits until Docker's API answers, and sees to it that there is the image `lab`. */
  async ready(): Promise<void> {
    await this.#until("docker info >/dev/null 2>&1", "Docker does not answer");
    const image = `docker image inspect lab >/dev/null 2>&1 || docker import /${CONTAINER_IMAGE} lab >/dev/null`;
    const { code, stderr } = await this.host.exec(image);
    if (code !== 0) throw new Error(`${this.host.name} has no image: ${stderr.trim()}`);
  }

  /** Runs the docker command and gives what it said. */
  async command(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.host.exec(["docker", ...args]);
    if (code !== 0) throw new Error(`docker ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
    return stdout.trim();
  }

  /** Runs a container that answers on its ports with its name and the peer that it saw. Returns when it listens. */
  async run(name: string, { tcp = [80], udp = [], options = [] }: ContainerOptions = {}): Promise<void> {
    const ports = Object.entries({ tcp, udp }).flatMap(([proto, some]) =>
      some.length === 0 ? [] : [`${proto}:${some.join(",")}`],
    );
    // Python does not heed TERM as a first process: a stop would take ten seconds.
    const detached = ["run", "-d", "--name", name, "--stop-signal", "KILL", "-v", "/usr:/usr:ro", ...options];
    const script = readFileSync(asset("responder.py"), "utf8");
    await this.command(...detached, "lab", "/usr/bin/python3", "-c", script, name, ...ports);
    await this.listening(name);
  }

  /** Waits until a container of `run` listens, which it says once after each start. */
  listening(name: string): Promise<void> {
    const began = `sed 's/.*) //' /proc/$(docker inspect -f '{{.State.Pid}}' ${name})/stat | cut -d ' ' -f 20`;
    return this.#until(
      `docker logs ${name} 2>/dev/null | grep -qx "ready $(${began})"`,
      `the container ${name} does not listen`,
    );
  }

  /** A container's address in one of its networks, or its only one. */
  address(name: string, family: 4 | 6 = 4, network?: string): Promise<string> {
    const field = family === 4 ? "IPAddress" : "GlobalIPv6Address";
    const of =
      network === undefined
        ? "{{range .NetworkSettings.Networks}}"
        : `{{with index .NetworkSettings.Networks "${network}"}}`;
    return this.command("inspect", "-f", `${of}{{.${field}}}{{end}}`, name);
  }

  /** Sends packets from inside a container. */
  async probe(name: string, probes: readonly Probe[], options?: ProbeOptions): Promise<Verdict[]> {
    const pid = await this.command("inspect", "-f", "{{.State.Pid}}", name);
    let prober = this.#probers.get(pid);
    if (prober === undefined) {
      prober = new Prober([...this.host.enter(), "nsenter", "-t", pid, "--net"]);
      this.#probers.set(pid, prober);
    }
    return prober.probe(probes, options);
  }

  /** Ends the daemon, which takes the containers along unless it is told to let them live. */
  async stop(): Promise<void> {
    if (this.host.init === "systemd") await this.#systemctl("stop");
    else {
      const script = "kill $(cat /run/docker.pid) && while pgrep -x dockerd >/dev/null; do sleep 0.05; done";
      const { code, stderr } = await this.host.exec(script);
      if (code !== 0) throw new Error(`dockerd does not end: ${stderr.trim()}`);
    }
  }

  async start(): Promise<void> {
    if (this.host.init === "systemd") await this.#systemctl("start");
    else await this.host.exec("setsid /etc/lab/boot </dev/null >/dev/null 2>&1 &");
    await this.ready();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async #systemctl(verb: "start" | "stop"): Promise<void> {
    const units = verb === "stop" ? "docker.socket docker.service" : "docker.service";
    const { code, stderr } = await this.host.exec(`systemctl ${verb} ${units}`);
    if (code !== 0) throw new Error(`systemctl ${verb} docker: ${stderr.trim()}`);
  }

  async #until(condition: string, otherwise: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await this.host.exec(condition)).code !== 0) {
      if (Date.now() > deadline) {
        const { stdout } = await this.host.exec(
          "docker ps -a; tail -n 5 /var/log/dockerd.log 2>/dev/null; journalctl -n 5 -u docker --no-pager 2>/dev/null",
        );
        throw new Error(`${this.host.name}: ${otherwise}\n${stdout}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
