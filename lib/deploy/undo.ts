import type { Connection } from "../remote";
import { call } from "./call";
import { deployer } from "./change";
import { errorOf } from "./host-errors";

/** Ends the change that is pending by going back at once. @throws UserError `not-pending` */
export async function rollbackHost(connection: Connection): Promise<void> {
  const error = errorOf(await call(connection, "rollback", []));
  if (error !== undefined) throw error;
}

/** Takes all of ours from the host: rules, sets, boot files, generations and the runtime. The history stays. */
export async function teardownHost(connection: Connection): Promise<void> {
  const error = errorOf(await call(connection, "teardown", [deployer()]));
  if (error !== undefined) throw error;
}
