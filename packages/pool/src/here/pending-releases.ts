import { slot } from '@manyhands/base'

/**
 * What this thread has to say to managers and is not out yet. A worker waits for it before it goes: who never says that
 * a handle has arrived keeps its object for ever.
 */
export const unsaid = (): Set<Promise<void>> => slot('pool.unsaid', () => new Set<Promise<void>>())
