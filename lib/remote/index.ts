// What loads ssh2 is not among these: see connect.ts.
export { connect } from "./connect";
export type { Connection } from "./connection";
export type { ConnectionOptions, RunOptions, RunResult } from "./options";
export { quote } from "./quote";
export { askTcp, type TcpAnswer } from "./tcp-answer";
