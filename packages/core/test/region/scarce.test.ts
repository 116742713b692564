import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { slot } from '@manyhands/base'
import { afterEach, describe, expect, test } from 'vitest'
import { memoryProvider } from '../../src/region/provider.ts'
import { Region } from '../../src/region/region.ts'
import { createSharedFile } from '../../src/region/shared-file.ts'

const run = promisify(execFile)

test.runIf(process.platform === 'linux')(
  'dropped locks do not use up the descriptors, and kept ones say what to do, as does loading',
  async () => {
    const program = fileURLToPath(new URL('../programs/scarce-descriptors.ts', import.meta.url))
    const { stdout } = await run('sh', [
      '-c',
      'ulimit -n 200; exec "$0" --conditions=@manyhands/source "$1"',
      process.execPath,
      program,
    ])
    const lines = stdout.trimEnd().split('\n')
    const refusal = /^EMFILE .*too many open files.*close what is not needed, or raise .*`ulimit -n`/i
    expect(lines).toEqual([expect.stringMatching(refusal), '6000 dropped true', expect.stringMatching(refusal)])
  },
)

describe('a native module that is there and cannot be loaded', () => {
  const state = (): { loaders: unknown; provider: unknown } => slot('core.memoryProvider', () => expect.unreachable())
  try {
    memoryProvider()
  } catch {
    // Only to make its state.
  }
  const before = { ...state() }
  afterEach(() => void Object.assign(state(), before))

  test.for([
    ['ERR_DLOPEN_DISABLED', /--allow-addons/],
    ['EACCES', /let this user read the folder/],
    ['ERR_DLOPEN_FAILED', /install the package koffi again on this platform/],
  ] as const)('is not reported as missing: %s', ([code, cure]) => {
    const load = (): never => {
      throw Object.assign(new Error('it was refused'), { code })
    }
    Object.assign(state(), { loaders: [load], provider: undefined })
    for (let i = 0; i < 2; i++) {
      expect(memoryProvider).toThrow(cure)
      expect(memoryProvider).toThrow(/loading it failed: it was refused/)
    }
  })

  test('is loaded when there are files to open again', () => {
    let open = false
    const load = (): unknown => {
      if (open) return before.provider
      throw Object.assign(new Error('koffi.node: Too many open files'), { code: 'ERR_DLOPEN_FAILED' })
    }
    Object.assign(state(), { loaders: [load], provider: undefined })
    expect(memoryProvider).toThrow(expect.objectContaining({ code: 'EMFILE' }))
    // It became memory of threads without a word, which a process is refused later.
    expect(() => Region.create(8, { across: 'auto' })).toThrow(
      expect.objectContaining({ code: 'EMFILE', message: expect.stringMatching(/raise .*`ulimit -n`/) as string }),
    )
    open = true
    expect(memoryProvider().name).toBe('koffi')
  })
})

test('a folder that cannot be written is named, with the cure', () => {
  expect(slot('core.sharedFolder', () => '/nowhere')).toBe('/nowhere')
  expect(() => createSharedFile(8)).toThrow(
    expect.objectContaining({
      code: 'ENOENT',
      message: expect.stringMatching(/\/nowhere cannot be \(ENOENT\): make it writable, or set TMPDIR/) as string,
    }),
  )
})
