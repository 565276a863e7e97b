/** Resolves at Ctrl-C (SIGINT), SIGTERM or SIGHUP, which then no longer end the process by themselves. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Signal handlers do not keep the event loop alive, and a waiting process has nothing else to do.
    const alive = setInterval(() => {}, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}
