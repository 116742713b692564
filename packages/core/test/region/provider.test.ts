import { closeSync, openSync, writeSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { koffiProvider } from '../../src/region/koffi-provider.ts'
import { nodeFfiProvider } from '../../src/region/node-ffi-provider.ts'
import { createSharedFile } from '../../src/region/shared-file.ts'

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
const hasFfi = major > 26 || (major === 26 && minor >= 1)

test('each provider is found where it should be', () => {
  expect(koffiProvider()?.name).toBe('koffi')
  expect(nodeFfiProvider()?.name).toBe(hasFfi ? 'node:ffi' : undefined)
})

describe.each([['koffi', koffiProvider] as const, ...(hasFfi ? [['node:ffi', nodeFfiProvider] as const] : [])])(
  '%s',
  (_, load) => {
    test('maps a file twice on the same memory', () => {
      const provider = load() ?? expect.unreachable()
      const { fd } = createSharedFile(8192)
      const [one, two] = [provider.map(fd, 8192), provider.map(fd, 8192)]
      const [a, b] = [new Int32Array(provider.view(one, 8192)), new Int32Array(provider.view(two + 4096, 4096))]
      Atomics.store(a, 1024, 7)
      expect([b.length, Atomics.load(b, 0)]).toEqual([1024, 7])
      writeSync(fd, Buffer.from([1, 0, 0, 0]), 0, 4, 0)
      expect(a[0]).toBe(1)
      a.buffer.transfer()
      b.buffer.transfer()
      expect([a.length, b.length]).toEqual([0, 0])
      provider.unmap(one, 8192)
      provider.unmap(two, 8192)
      closeSync(fd)
    })

    test('says when the system refuses', () => {
      const provider = load() ?? expect.unreachable()
      const fd = openSync('/dev/null', 'r')
      expect(() => provider.map(fd, 8192)).toThrow(/mmap of 8192 bytes failed/)
      closeSync(fd)
    })
  },
)
