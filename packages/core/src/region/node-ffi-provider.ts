import { mayBlock } from '@manyhands/base'
import { ENOMEM, FUTEX_WAIT, FUTEX_WAKE, futexCall, mapError, MAP_SHARED, PROT_READ_WRITE, timespec } from './libc.ts'
import type { Futex, MemoryProvider } from './memory-provider.ts'

/** The part of `node:ffi` that is used here; its types come with the types of Node 26. */
interface NodeFfi {
  dlopen(
    path: string | null,
    functions: Readonly<Record<string, { readonly return: string; readonly arguments: readonly string[] }>>,
  ): { readonly functions: Readonly<Record<string, (...args: readonly (number | bigint)[]) => bigint>> }
  getRawPointer(view: ArrayBufferView): bigint
  toArrayBuffer(address: bigint, byteLength: number, copy: boolean): ArrayBuffer
}

/** The result of a failed mmap: -1. */
const FAILED = 0xffff_ffff_ffff_ffffn

/**
 * The provider based on `node:ffi`, from Node 26.1 on. Node prints an ExperimentalWarning when that module is loaded;
 * once, by the program itself, is enough.
 */
export function nodeFfiProvider(): MemoryProvider | undefined {
  if (process.platform === 'win32') return undefined
  // undefined where the module does not exist or needs a flag.
  const load = (): NodeFfi | undefined => process.getBuiltinModule('node:ffi') as NodeFfi | undefined
  const ffi = mayBlock() ? withoutWarnings(load) : load()
  if (ffi === undefined) return undefined
  const { functions } = ffi.dlopen(null, {
    mmap: { return: 'pointer', arguments: ['pointer', 'uint64', 'int32', 'int32', 'int32', 'int64'] },
    munmap: { return: 'int32', arguments: ['pointer', 'uint64'] },
  })
  const { mmap, munmap } = functions
  if (mmap === undefined || munmap === undefined) return undefined
  return {
    name: 'node:ffi',
    map(fd, byteLength) {
      const address = mmap(0n, BigInt(byteLength), PROT_READ_WRITE, MAP_SHARED, fd, 0n)
      if (address === FAILED) throw mapError(byteLength, ENOMEM) // the number itself cannot be had
      return Number(address)
    },
    unmap: (address, byteLength) => void munmap(BigInt(address), BigInt(byteLength)),
    view: (address, byteLength) => ffi.toArrayBuffer(BigInt(address), byteLength, false),
    futex: nodeFfiFutex(ffi),
  }
}

function withoutWarnings<T>(run: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return run()
  } finally {
    process.emitWarning = emitWarning
  }
}

function nodeFfiFutex(ffi: NodeFfi): Futex | undefined {
  const call = futexCall()
  if (call === undefined) return undefined
  const { syscall } = ffi.dlopen(null, {
    syscall: { return: 'int64', arguments: ['int64', 'pointer', 'int32', 'int32', 'pointer', 'pointer', 'int32'] },
  }).functions
  if (syscall === undefined) return undefined
  const timeout = new BigInt64Array(2)
  const pointer = ffi.getRawPointer(timeout)
  return {
    wait(address, expected, ms) {
      timespec(ms, timeout)
      syscall(BigInt(call), BigInt(address), FUTEX_WAIT, expected, pointer, 0n, 0)
    },
    wake: (address, count) => void syscall(BigInt(call), BigInt(address), FUTEX_WAKE, count, 0n, 0n, 0),
  }
}
