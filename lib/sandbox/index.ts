export { Lab, type HostOptions, type LabOptions } from "./lab";
export { LabHost, type SshAccess } from "./host";
export { Machine } from "./machine";
export { Client } from "./client";
export type { Direction } from "./cables";
export type { Output, RunOptions } from "./process";
export type { Probe, ProbeOptions, Verdict } from "./prober";
export type { Ports, Responder } from "./responder";
export { insideSeat, isMachineRoot } from "./places";
