import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type BuildOptions } from 'esbuild'
import { expect, test } from 'vitest'

// What is bundled are the built packages, as they are published.

const expected = `threads [ 3, 12, 27 ]
[ 2, 4 ]
processes [ 3, 12, 27 ]
[ 2, 4 ]
[[3,30],[6,30]]
[[3,30],[6,30]]
1,4numbertruefunction
true
true 8
true true
4
true 8
true true
4
5 2 false
{ exitCode: 5, signalCode: null }
{ exitCode: 5, signalCode: null }
{ exitCode: 5, signalCode: null }
13
13
{ exitCode: 7, signalCode: null }
`

test.for<[string, BuildOptions & { outfile: string }]>([
  ['an ES module', { format: 'esm', outfile: 'program.mjs' }],
  ['a minified ES module', { format: 'esm', minify: true, outfile: 'program.mjs' }],
  ['CommonJS', { format: 'cjs', outfile: 'program.cjs' }],
  ['minified CommonJS', { format: 'cjs', minify: true, outfile: 'program.cjs' }],
])('a program that is bundled into one file starts its workers: %s', async ([, options]) => {
  const folder = mkdtempSync(join(tmpdir(), 'manyhands-bundle-'))
  const file = join(folder, options.outfile)
  try {
    const { warnings } = await build({
      ...options,
      outfile: file,
      entryPoints: [fileURLToPath(new URL('./programs/bundled.ts', import.meta.url))],
      bundle: true,
      platform: 'node',
      target: 'node22.18',
      external: ['koffi'],
      logLevel: 'silent',
    })
    expect(warnings).toEqual([])
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
      cwd: dirname(file),
      timeout: 170_000,
    })
    expect(stderr).toBe('')
    expect(stdout).toBe(expected)
    expect(readdirSync(folder)).toEqual([options.outfile])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('parallelMap alone makes a bundle of at most 520 kB', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { parallelMap } from 'manyhands'\nglobalThis.map = parallelMap`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    external: ['koffi'],
    write: false,
  })
  expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(520_000)
})
