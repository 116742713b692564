/** @throws Error naming `what` when it takes longer than `ms`, or what the promise rejects with */
export async function within<T>(ms: number, what: string, promise: T | PromiseLike<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what}: not done within ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
