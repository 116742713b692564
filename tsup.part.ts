import { writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import { build, type BuildOptions, type Plugin } from 'esbuild'

/** Lets what the program gives come before what Node.js finds. */
const banner = 'var require=(r=>n=>Object.hasOwn(module.given,n)?module.given[n]():r(n))(require);'

/**
 * Makes `dist/NAME.cjs`, a module whose export is the compressed text of `entry` with all that it imports, in base64:
 * what a bundle carries for what it has no files of. A part holds no parts: where it runs, it was given them.
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
  const part = encode(brotliCompressSync(text, { params }))
  await writeFile(`dist/${name}.cjs`, `module.exports = (${decoder})(${JSON.stringify(part)})\n`)
}

/**
 * Bytes as printable text that needs no escapes in a string: 13 or 14 bits in two characters of 91, after Joachim
 * Henke's basE91. 8 % shorter than base64, which the decoder makes of it.
 */
function encode(bytes: Uint8Array): string {
  let [text, bits, count] = ['', 0, 0]
  const put = (value: number): void => void (text += characterOf(value % 91) + characterOf(Math.floor(value / 91)))
  for (const byte of bytes) {
    bits |= byte << count
    count += 8
    if (count <= 13) continue
    const isSmall = (bits & 8191) <= 88
    put(bits & (isSmall ? 16_383 : 8191))
    const used = isSmall ? 14 : 13
    bits >>= used
    count -= used
  }
  if (count > 7 || bits > 90) put(bits)
  else if (count > 0) text += characterOf(bits)
  return text
}

/** All from `!` to `~` but the double quote, the backslash and the backquote. */
function characterOf(value: number): string {
  return String.fromCharCode(value === 0 ? 33 : value < 58 ? value + 34 : value < 61 ? value + 35 : value + 36)
}

const decoder = `t=>{let o=Buffer.alloc(t.length),i=0,b=0,n=0,v=-1
for(let j=0;j<t.length;j++){let k=t.charCodeAt(j),d=k<34?0:k<92?k-34:k<96?k-35:k-36
if(v<0){v=d;continue}
v+=d*91;b|=v<<n;n+=(v&8191)>88?13:14;v=-1
for(;n>7;n-=8){o[i++]=b;b>>=8}}
if(v>=0)o[i++]=b|v<<n
return o.toString('base64',0,i)}`

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
