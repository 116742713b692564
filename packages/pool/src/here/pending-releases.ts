import { slot } from '@manyhands/base'

/**
 * Releases of proxies that were sent to a manager and are not acknowledged yet. A worker waits for them before it
 * exits: the manager would otherwise keep their objects for ever.
 */
export const pendingReleases = (): Set<Promise<void>> => slot('pool.pendingReleases', () => new Set<Promise<void>>())
