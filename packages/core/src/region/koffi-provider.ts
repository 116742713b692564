import { callingFile, requireOf } from '@manyhands/base'
import { FUTEX_WAIT, FUTEX_WAKE, futexCall, mapError, MAP_SHARED, PROT_READ_WRITE, timespec } from './libc.ts'
import type { Futex, MemoryProvider } from './memory-provider.ts'

type Koffi = typeof import('koffi')

/**
 * The provider based on koffi, an optional dependency that is prebuilt for all common platforms.
 *
 * @returns undefined where it is not installed
 * @throws what keeps an installed one from being loaded
 */
export function koffiProvider(): MemoryProvider | undefined {
  if (process.platform === 'win32') return undefined
  let koffi: Koffi
  try {
    koffi = requireOf(callingFile())('koffi') as Koffi
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  const libc = koffi.load(null)
  // Addresses are numbers, not pointers: the code calculates with them.
  const mmap = libc.func(
    'intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
  ) as (...args: number[]) => number
  const munmap = libc.func('int munmap(intptr_t address, size_t length)') as (...args: number[]) => number
  return {
    name: 'koffi',
    map(fd, byteLength) {
      const address = mmap(0, byteLength, PROT_READ_WRITE, MAP_SHARED, fd, 0)
      if (address === -1) throw mapError(byteLength, koffi.errno())
      return address
    },
    unmap: (address, byteLength) => void munmap(address, byteLength),
    view: (address, byteLength) => koffi.view(address, byteLength),
    futex: koffiFutex(libc),
  }
}

function isAbsent(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'MODULE_NOT_FOUND' && message.includes("'koffi'")
}

function koffiFutex(libc: ReturnType<Koffi['load']>): Futex | undefined {
  const call = futexCall()
  if (call === undefined) return undefined
  const syscall = libc.func(
    'long syscall(long call, intptr_t address, int operation, int value, ' +
      'int64_t *timeout, intptr_t address2, int value3)',
  ) as (...args: unknown[]) => number
  const timeout = new BigInt64Array(2)
  return {
    wait: (address, expected, ms) => void syscall(call, address, FUTEX_WAIT, expected, timespec(ms, timeout), 0, 0),
    wake: (address, count) => void syscall(call, address, FUTEX_WAKE, count, null, 0, 0),
  }
}
