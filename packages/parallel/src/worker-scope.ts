import type { ParallelBackend } from './backends/backend.ts'

/** The workers of one Parallel with `reuse: 'scope'`: started by its first call, kept until it is disposed of. */
export class WorkerScope {
  /** The backends that it has made, by the one that all calls share. */
  readonly #owned = new Map<ParallelBackend, ParallelBackend>()
  #ended = false

  /**
   * What a call runs on. After the end, the workers that all calls share.
   *
   * @throws TypeError for a backend that cannot have workers of its own
   */
  backendFor(shared: ParallelBackend): ParallelBackend {
    if (this.#ended) return shared
    let owned = this.#owned.get(shared)
    if (owned !== undefined) return owned
    owned = shared.owned?.()
    if (owned === undefined) {
      throw new TypeError(
        `backend \`${shared.name}\` starts no workers for reuse: 'scope'; use 'threads' or 'processes', ` +
          'or leave `reuse` out',
      )
    }
    this.#owned.set(shared, owned)
    return owned
  }

  /** Ends the workers. Calls that are under way fail. */
  async end(): Promise<void> {
    this.#ended = true
    const owned = [...this.#owned.values()]
    this.#owned.clear()
    await Promise.all(owned.map(backend => backend.terminate()))
  }
}
