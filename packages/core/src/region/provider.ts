import { gated, ParallelError, slot } from '@manyhands/base'
import { koffiProvider } from './koffi-provider.ts'
import { nodeFfiProvider } from './node-ffi-provider.ts'

/**
 * The native calls that sharing memory with other processes takes: JavaScript has none. An address is a number; user
 * space ends below 2^53.
 */
export interface MemoryProvider {
  readonly name: 'koffi' | 'node:ffi'
  /**
   * Maps the file `fd`, shared, for reading and writing.
   *
   * @throws Error when the system refuses
   */
  map(fd: number, byteLength: number): number
  unmap(address: number, byteLength: number): void
  /** The memory at `address`. It is not unmapped when the buffer is collected. */
  view(address: number, byteLength: number): ArrayBuffer
  /** Undefined where the system has none of this form: only Linux has. */
  readonly futex: Futex | undefined
}

/** Source: man 2 futex. */
export interface Futex {
  /** Blocks until it is woken, at most `ms`; not at all unless the word at `address` is `expected`. */
  wait(address: number, expected: number, ms: number): void
  wake(address: number, count: number): void
}

type Loader = () => MemoryProvider | undefined

interface ProviderState {
  /** In the order in which they are tried. Tests put others here. */
  loaders: readonly Loader[]
  /** null: there is none. */
  provider: MemoryProvider | null | undefined
}

// Asked once in each thread: loading takes milliseconds.
const state = (): ProviderState =>
  slot('core.memoryProvider', () => ({ loaders: [koffiProvider, nodeFfiProvider], provider: undefined }))

/** The provider of this thread; undefined where there is none. */
export function findMemoryProvider(): MemoryProvider | undefined {
  const found = state()
  if (found.provider === undefined) {
    found.provider = null
    for (const load of found.loaders) {
      const provider = gated(load)
      if (provider === undefined) continue
      found.provider = withGate(provider)
      break
    }
  }
  return found.provider ?? undefined
}

/** Nobody reaches a native call but through the gate of the thread. */
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

/** @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) where there is none, saying what to install */
export function memoryProvider(): MemoryProvider {
  const provider = findMemoryProvider()
  if (provider !== undefined) return provider
  throw new ParallelError(
    'NO_SHARED_MEMORY',
    process.platform === 'win32'
      ? 'memory cannot be shared with other processes on Windows yet: use threads, or send copies'
      : 'memory can be shared with other processes only by a native call: install the package koffi (`npm ' +
          'install koffi`), or run on Node 26.1 or newer',
  )
}
