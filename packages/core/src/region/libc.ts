/** PROT_READ | PROT_WRITE, on all systems. */
export const PROT_READ_WRITE = 3
/** On all systems. */
export const MAP_SHARED = 1

/** No memory, or too many mappings; on all systems. */
export const ENOMEM = 12

export function mapError(byteLength: number, errno: number): Error {
  const error = new Error(`mmap of ${byteLength} bytes failed: errno ${errno}`)
  return errno === ENOMEM ? Object.assign(error, { code: 'ENOMEM' }) : error
}

export const FUTEX_WAIT = 0
export const FUTEX_WAKE = 1

/** The number of the futex system call; undefined where there is none. */
export function futexCall(): number | undefined {
  if (process.platform !== 'linux') return undefined
  return process.arch === 'x64'
    ? 202
    : process.arch === 'arm64' || process.arch === 'riscv64' || process.arch === 'loong64'
      ? 98
      : undefined
}

/** Converts a duration for the kernel: seconds and nanoseconds. */
export function timespec(ms: number, into: BigInt64Array): BigInt64Array {
  into[0] = BigInt(Math.floor(ms / 1000))
  into[1] = BigInt(Math.floor((ms % 1000) * 1e6))
  return into
}
