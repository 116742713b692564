import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../programs/connections.ts', import.meta.url))
const run = (name: string): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', program, name], { timeout: 30_000 })

// A limit below which a stranger, or a time that was waited for, would have kept the program alive.
describe('a program ends', () => {
  test.each(['idle', 'stranger', 'relay', 'moved'])(
    'with connections that nobody waits for: %s',
    async name => {
      expect(await run(name)).toEqual({ stdout: 'done\n', stderr: '' })
    },
    8000,
  )

  test.each(['recv', 'recv of what is sent away', 'accept', 'waitAny', 'send'])(
    'not before what it awaits has come: %s',
    async name => {
      expect(await run(name)).toEqual({ stdout: 'done\n', stderr: '' })
    },
  )
})
