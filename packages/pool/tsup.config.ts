import { writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import type { Options } from 'tsup'
import { base } from '../../tsup.base.ts'

const options: Options = {
  ...base,
  entry: { index: 'src/index.ts', 'manyhands-worker': 'src/worker/entry.ts' },
  // A pool starts twice as fast when it and its workers are few files: closure is built in, and each entry is one file.
  // What two copies share is in slots of core.
  splitting: false,
  noExternal: ['@manyhands/closure'],
  external: ['#lazy', '@manyhands/base', '@manyhands/core'],
  onSuccess: embedWorker,
}
export default options

/**
 * Makes the text that workers of bundled programs start with; see src/host/worker-entry.ts. It does not hold itself: a
 * worker knows what it was started with.
 */
async function embedWorker(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: ['src/worker/embedded.ts'],
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.18',
    write: false,
    external: ['koffi'],
    logOverride: { 'empty-import-meta': 'silent', 'ignored-bare-import': 'silent' },
    plugins: [
      {
        name: 'no text in the text',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /embedded-worker\.cjs$/ }, ({ path }) => ({ path, namespace: 'none' }))
          onLoad({ filter: /^/, namespace: 'none' }, () => ({ contents: 'module.exports = undefined', loader: 'js' }))
        },
      },
    ],
  })
  await writeFile('dist/embedded-worker.cjs', `module.exports = ${JSON.stringify(outputFiles[0]?.text)}\n`)
}
