/**
 * Runs `work` with a signal that Ctrl-C, or a polite `kill`, fires. The second one ends the process as usual: the hosts'
 * own timers then bring back what stood before.
 */
export async function untilInterrupted<T>(
  onInterrupt: () => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    stopListening();
    onInterrupt();
    interruption.abort();
  };
  const stopListening = (): void => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await work(interruption.signal);
  } finally {
    stopListening();
  }
}
