import { gated, ParallelError, slot } from '@manyhands/base'
import { koffiProvider } from './koffi-provider.ts'
import { loadFailure, outOfFiles } from './load-failure.ts'
import type { MemoryProvider } from './memory-provider.ts'
import { nodeFfiProvider } from './node-ffi-provider.ts'

type Loader = () => MemoryProvider | undefined

interface ProviderState {
  /** In the order in which they are tried. Tests replace them. */
  loaders: readonly Loader[]
  /** null: there is none. */
  provider: MemoryProvider | null | undefined
  /** What kept one from being loaded that is there. */
  failure?: unknown
}

// Found once per thread: loading takes milliseconds.
const state = (): ProviderState =>
  slot('core.memoryProvider', () => ({ loaders: [koffiProvider, nodeFfiProvider], provider: undefined }))

/** The provider of this thread; undefined where there is none. */
export function findMemoryProvider(): MemoryProvider | undefined {
  const found = state()
  if (found.provider !== undefined) return found.provider ?? undefined
  found.failure = undefined
  for (const load of found.loaders) {
    try {
      const provider = gated(load)
      if (provider !== undefined) return (found.provider = withGate(provider))
    } catch (error) {
      found.failure ??= error
    }
  }
  const passing = outOfFiles(found.failure)
  found.failure = passing ?? found.failure
  if (passing === undefined) found.provider = null
  return undefined
}

/** True where the machine can share memory, also when it has no file left at this moment to load a provider with. */
export function canShareMemory(): boolean {
  return findMemoryProvider() !== undefined || state().provider === undefined
}

/** Makes every native call go through the gate of the thread. */
function withGate(provider: MemoryProvider): MemoryProvider {
  const { futex } = provider
  return {
    name: provider.name,
    map: (fd, byteLength) => gated(() => provider.map(fd, byteLength)),
    unmap: (address, byteLength) => gated(() => provider.unmap(address, byteLength)),
    view: (address, byteLength) => gated(() => provider.view(address, byteLength)),
    futex: futex && {
      wait: (address, expected, ms) => gated(() => futex.wait(address, expected, ms)),
      wake: (address, count) => gated(() => futex.wake(address, count)),
    },
  }
}

/**
 * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) where there is none; the message names what to install or
 * allow
 * @throws Error with code EMFILE or ENFILE when there are too many open files to load it
 */
export function memoryProvider(): MemoryProvider {
  const provider = findMemoryProvider()
  if (provider !== undefined) return provider
  const { failure } = state()
  if (failure !== undefined) throw loadFailure(failure)
  throw new ParallelError(
    'NO_SHARED_MEMORY',
    process.platform === 'win32'
      ? 'memory cannot be shared with other processes on Windows yet: use threads, or send copies'
      : 'sharing memory with other processes needs a native call: ' +
          'install the package koffi (`npm install koffi`), or run on Node 26.1 or newer',
  )
}
