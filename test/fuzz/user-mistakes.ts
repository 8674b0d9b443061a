import { UserError } from "../../lib/model/user-error";

/** What somebody hostile wrote is taken, or refused as a mistake of the user's. Anything else that is thrown is a bug of ours. */
export function takenOrRefused<T>(work: () => T): T | UserError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

// eslint-disable-next-line no-control-regex -- which is what they are
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]/;
