/** What waits for one signal. */
type Waiting = Set<(reason: unknown) => void>

/**
 * Tells many tasks of one signal: it has one listener for all of them, because adding and removing a listener takes the
 * longer the more there are.
 */
export class SignalWatch {
  readonly #waiting = new WeakMap<AbortSignal, { readonly calls: Waiting; readonly listener: () => void }>()

  /**
   * Calls `onAbort` with the signal's reason when it is aborted. It must not be aborted yet.
   *
   * @returns ends the watch; may be called at any time, also twice
   */
  watch(signal: AbortSignal, onAbort: (reason: unknown) => void): () => void {
    let entry = this.#waiting.get(signal)
    if (entry === undefined) {
      const calls: Waiting = new Set()
      const listener = (): void => {
        this.#waiting.delete(signal)
        for (const call of calls) call(signal.reason)
      }
      signal.addEventListener('abort', listener, { once: true })
      this.#waiting.set(signal, (entry = { calls, listener }))
    }
    const { calls, listener } = entry
    calls.add(onAbort)
    return () => {
      if (!calls.delete(onAbort) || calls.size > 0) return
      signal.removeEventListener('abort', listener)
      if (this.#waiting.get(signal)?.calls === calls) this.#waiting.delete(signal)
    }
  }
}
