import { gated, strike } from '@manyhands/base'
import { collectGarbage } from './collect-garbage.ts'
import { memoryProvider } from './provider.ts'
import { closeSharedFile, type SharedFile } from './shared-file.ts'

/** What is released with a mapping. */
export interface Held {
  readonly address: number
  readonly byteLength: number
  readonly file: SharedFile
  readonly owned: boolean
  /** In the ledger of this thread. */
  readonly entry: number | undefined
}

// Unmapping while a view is alive would crash the process at its next use. A collected buffer has no views left.
let collected: FinalizationRegistry<Held> | undefined
const mapped = new Map<Held, WeakRef<ArrayBuffer>>()

/** Releases `held` when `buffer`, which all views of the memory are of, is collected. */
export function holdFor(buffer: ArrayBuffer, held: Held): void {
  collected ??= new FinalizationRegistry(release)
  collected.register(buffer, held, held)
  mapped.set(held, new WeakRef(buffer))
}

/** Unmaps the memory and closes its file, once. */
export function release(held: Held): void {
  if (!mapped.delete(held)) return
  collected?.unregister(held)
  gated(() => {
    strike(held.entry)
    memoryProvider().unmap(held.address, held.byteLength)
    closeSharedFile(held.file, held.owned)
  })
}

/**
 * Runs `make`, which opens or maps a file. Where the system has no room for one more, what was dropped is collected,
 * and `make` runs again: descriptors and mappings are not what makes V8 collect by itself.
 *
 * @throws Error with code EMFILE, ENFILE or ENOMEM; the message says what to do
 */
export function withRoom<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (cureOf(error) === undefined) throw error
  }
  releaseDropped()
  try {
    return make()
  } catch (cause) {
    const cure = cureOf(cause)
    if (cure === undefined) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw Object.assign(
      new Error(`${message}. Each object across processes keeps a file open: close what is not needed, or ${cure}`, {
        cause,
      }),
      { code },
    )
  }
}

function releaseDropped(): void {
  collectGarbage()
  for (const [held, buffer] of mapped) if (buffer.deref() === undefined) release(held)
}

function cureOf(error: unknown): string | undefined {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'EMFILE':
      return 'raise the limit of this process (`ulimit -n`)'
    case 'ENFILE':
      return 'raise the limit of the system (`sysctl fs.file-max`)'
    case 'ENOMEM':
      return 'raise the limit of mappings (`sysctl vm.max_map_count`)'
    default:
      return undefined
  }
}
