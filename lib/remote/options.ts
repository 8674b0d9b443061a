/** How to connect, beyond what the inventory says about the host. */
export interface ConnectionOptions {
  /** Seconds between two signs of life; after three that stay unanswered the connection is lost. @default 5 */
  readonly keepaliveSeconds?: number;
  /** Seconds for one hop's connection and login, where the target gives none. @default ssh_config's ConnectTimeout, else 15 */
  readonly connectTimeoutSeconds?: number;
  /** Relative paths of identity and known_hosts files are resolved against it. @default the working directory */
  readonly baseDir?: string;
  /** For `HOME`, `SSH_AUTH_SOCK` and the variables that ssh_config names. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** The ssh_config file; null for none. @default `~/.ssh/config`, if there is one */
  readonly configFile?: string | null;
  /** Gives up connecting; the error's code is `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface RunOptions {
  /** What the command reads. @default nothing: end of file at once */
  readonly stdin?: string | Buffer;
  /**
   * Seconds until the command is given up and `command-timeout` thrown. Its pipes are closed then; a command that neither
   * reads nor writes runs on there, unless `timeout` or the like ends it. @default 120
   */
  readonly timeoutSeconds?: number;
  /** Most bytes of stdout and stderr together, before `output-too-large`. @default 16 MiB */
  readonly maxOutputBytes?: number;
  /** Called with each line of stdout as it comes, without its line end. */
  readonly onStdoutLine?: (line: string) => void;
  /** Gives the command up; the error's code is `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** The exit status; null when a signal ended the command, or the server did not tell. */
  readonly code: number | null;
  /** `SIGKILL`, … when a signal ended the command. */
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}
