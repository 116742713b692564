// Ways to run the program that sends all cases. Each gives what it prints: rows of name, target, verdict, detail.
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url))
const support = name => join(packageDirectory, 'test/support', name)
const condition = '--conditions=@manyhands/source'
const program = support('print-cases.mjs')

/** Runs `node` and reads the rows from the last line that it prints. */
function run(node, args, env = {}) {
  return new Promise((resolve, reject) => {
    const { NODE_OPTIONS: _, ...inherited } = process.env
    execFile(
      node,
      args,
      { cwd: packageDirectory, env: { ...inherited, ...env }, maxBuffer: 1 << 26, timeout: 300_000 },
      (error, stdout, stderr) => {
        const line = stdout.split('\n').findLast(text => text.startsWith('[['))
        if (line === undefined) {
          reject(
            new Error(`no rows from ${args.join(' ')}\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`, {
              cause: error,
            }),
          )
        } else resolve(JSON.parse(line))
      },
    )
  })
}

/** Bundles the program for `format` and runs that. */
async function runBundle(node, format, minify) {
  const { build } = await import('esbuild')
  // Beside the modules of the cases: some are required by a relative path, at run time.
  const directory = join(packageDirectory, 'test/bundles')
  mkdirSync(directory, { recursive: true })
  const outfile = join(directory, `cases-${format}${minify ? '-min' : ''}.${format === 'cjs' ? 'cjs' : 'mjs'}`)
  await build({
    entryPoints: [program],
    outfile,
    bundle: true,
    format,
    minify,
    keepNames: minify,
    platform: 'node',
    target: 'node22',
    conditions: ['@manyhands/source'],
    external: ['acorn', 'es-module-lexer'],
    logLevel: 'error',
    ...(format === 'cjs'
      ? {
          define: { 'import.meta.url': '__moduleUrl' },
          banner: { js: 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
        }
      : {
          banner: {
            js:
              'import{createRequire as __createRequire}from"node:module";' +
              'const require=__createRequire(import.meta.url);',
          },
        }),
  })
  return await run(node, [condition, outfile], {
    CASES_WORKER: pathToFileURL(support('worker.mjs')).href,
    ...(minify ? { CASES_NAMES: 'minified' } : {}),
  })
}

const tsx = import.meta.resolve('tsx')

/** Those that `pnpm test` runs as well. */
export const environments = {
  'plain Node': node => run(node, [condition, program]),
  tsx: node => run(node, ['--import', tsx, condition, program]),
  'in a worker': node => run(node, [condition, support('in-worker.mjs'), program]),
  'with --inspect and another session': node =>
    run(node, ['--inspect=0', condition, '--import', pathToFileURL(support('debugger.mjs')).href, program]),
  'esbuild, ESM': node => runBundle(node, 'esm', false),
  'esbuild, CommonJS': node => runBundle(node, 'cjs', false),
  'esbuild, CommonJS, minified': node => runBundle(node, 'cjs', true),
}

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const inVitest = pool => node =>
  run(node, [
    vitest,
    'run',
    '--config',
    support('vitest-cases.config.ts'),
    '--pool',
    pool,
    '--reporter',
    'dot',
    '--silent=false',
  ])

export const slowEnvironments = {
  'esbuild, ESM, minified': node => runBundle(node, 'esm', true),
  'vitest, forks': inVitest('forks'),
  'vitest, threads': inVitest('threads'),
}

/** How many rows have each verdict. */
export function count(rows) {
  const counts = { works: 0, refused: 0, error: 0, wrong: 0 }
  for (const [, , verdict] of rows) counts[verdict]++
  return counts
}
