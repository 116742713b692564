import { writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import { build, type BuildOptions, type Plugin } from 'esbuild'

/** Lets what the program gives come before what Node.js finds. */
const banner = 'var require=(r=>n=>Object.hasOwn(module.given,n)?module.given[n]():r(n))(require);'

/**
 * Makes `dist/NAME.cjs`, a module whose export is the compressed text of `entry` with all that it imports: what a
 * bundle carries for what it has no files of. A part holds no parts: where it runs, it was given them.
 */
export async function buildPart(name: string, entry: string, options: BuildOptions = {}): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    // Names of functions and classes are part of what errors say.
    keepNames: false,
    format: 'cjs',
    platform: 'node',
    target: 'node22.18',
    write: false,
    banner: { js: banner },
    logOverride: { 'ignored-bare-import': 'silent' },
    ...options,
    plugins: [given, ...(options.plugins ?? [])],
  })
  const text = outputFiles?.[0]?.contents ?? new Uint8Array()
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
  const part = brotliCompressSync(text, { params }).toString('base64')
  await writeFile(`dist/${name}.cjs`, `module.exports = ${JSON.stringify(part)}\n`)
}

const given: Plugin = {
  name: 'parts are given',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/dist\/part-\w+\.cjs$/ }, ({ path }) => ({ path, namespace: 'part' }))
    onLoad({ filter: /^/, namespace: 'part' }, ({ path }) => {
      const name = /part-\w+/.exec(path)?.[0]
      return { contents: `module.exports = globalThis[Symbol.for('manyhands.parts')].get('${name}')`, loader: 'js' }
    })
  },
}
