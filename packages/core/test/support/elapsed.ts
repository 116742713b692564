/** Milliseconds that `run` takes. */
export const elapsed = async (run: () => unknown): Promise<number> => {
  const start = performance.now()
  await run()
  return performance.now() - start
}
