import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'

/** Of each task: what it gave here, in a thread and in a process. */
export type Row = readonly [name: string, here: unknown, thread: unknown, process: unknown]

/** The `package.json` of a package. */
export const manifest = (name: string, more: object = {}): string => JSON.stringify({ name, version: '1.0.0', ...more })

interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** A folder with these files, by path, for the tests of a file. */
export function useTree(tree: Readonly<Record<string, string>>) {
  let root = ''
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'manyhands-imports-'))
    for (const [path, text] of Object.entries(tree)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  const start = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Output> =>
    await promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', ...args], {
      timeout: 170_000,
      env: { ...process.env, ...env },
    })
  const run = (module: string, args: readonly string[] = [], env?: Readonly<Record<string, string>>): Promise<Output> =>
    start([join(import.meta.dirname, '../programs/send-all.mjs'), pathToFileURL(join(root, module)).href, ...args], env)
  return {
    /** Sends the tasks of a module. */
    run,
    send: async (module: string): Promise<readonly Row[]> => JSON.parse((await run(module)).stdout) as Row[],
    /** The same for a module that is the program, and calls `sendAll` itself. */
    sendAsMain: async (module: string): Promise<readonly Row[]> =>
      JSON.parse((await start([join(root, module)])).stdout) as Row[],
  }
}
