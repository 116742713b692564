import { type MappedMemory, reclaim } from '@manyhands/base'
import lazy from '#lazy'

/** Gives back what a thread that is gone had mapped. */
export function reclaimMemory(threadId: number, mapped: readonly MappedMemory[]): void {
  if (mapped.length === 0) return
  let core: ReturnType<typeof lazy.core>
  try {
    core = lazy.core()
  } catch {
    // It is being imported at this moment, and cannot be required.
    return void import('@manyhands/core').then(({ Region }) => Region[reclaim](threadId, mapped))
  }
  core.Region[reclaim](threadId, mapped)
}
