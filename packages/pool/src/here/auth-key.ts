const LENGTH = 32

/**
 * Random bytes. Straight from the system where that is possible: loading `node:crypto` takes longer than starting a
 * thread.
 */
export function newAuthKey(): Uint8Array {
  const { closeSync, openSync, readSync } = process.getBuiltinModule('node:fs')
  const key = new Uint8Array(LENGTH)
  let file: number | undefined
  try {
    file = openSync('/dev/urandom', 'r')
    if (readSync(file, key) === LENGTH) return key
  } catch {
    // Not on this system.
  } finally {
    if (file !== undefined) closeSync(file)
  }
  return process.getBuiltinModule('node:crypto').randomFillSync(key)
}
