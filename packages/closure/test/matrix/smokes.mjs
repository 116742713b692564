// One closure where the inspector may not be there. Bun and Deno: give their binaries in the variables BUN and DENO.
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url))
const program = join(packageDirectory, 'test/support/smoke.mjs')
const require = createRequire(import.meta.url)

function run(command, args, env = {}) {
  return new Promise(resolve => {
    execFile(
      command,
      args,
      { cwd: packageDirectory, env: { ...process.env, SMOKE: 'print', ...env }, timeout: 120_000 },
      (_error, stdout, stderr) => {
        const line = `${stdout}\n${stderr}`.split('\n').find(text => /^\s*(works|refused|wrong|error)\b/.test(text))
        resolve(line?.trim() ?? `error: nothing printed\n${stdout}${stderr}`)
      },
    )
  })
}

const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs')

export const smokes = {
  'node --permission': () => run(process.execPath, ['--permission', '--allow-fs-read=*', program]),
  'node --permission --allow-inspector': () =>
    run(process.execPath, ['--permission', '--allow-fs-read=*', '--allow-inspector', program]),
  'vitest, vmThreads': () =>
    run(
      process.execPath,
      [
        vitest,
        'run',
        '--config',
        join(packageDirectory, 'test/support/vitest-smoke.config.ts'),
        '--pool',
        'vmThreads',
        '--reporter',
        'dot',
      ],
      { SMOKE: '' },
    ),
  Jest: () =>
    run(
      process.execPath,
      [
        '--experimental-vm-modules',
        join(dirname(require.resolve('jest/package.json')), 'bin/jest.js'),
        '--rootDir',
        packageDirectory,
        '--testMatch',
        '**/test/support/jest-smoke.mjs',
        '--testEnvironment',
        'node',
        '--transform',
        '{}',
        '--runInBand',
      ],
      { SMOKE: '' },
    ),
  Bun: () => (process.env.BUN === undefined ? 'not installed' : run(process.env.BUN, [program])),
  Deno: () =>
    process.env.DENO === undefined ? 'not installed' : run(process.env.DENO, ['run', '--allow-all', program]),
}
