import type { Options } from 'tsup'

/**
 * Keeps the names of classes that refer to themselves: esbuild makes `var Lock = class _Lock { … }` of them, and then
 * `_Lock` is what error messages and `console.log` say. A class expression may as well have the name of its variable.
 */
const classNames: NonNullable<Options['plugins']>[number] = {
  name: 'class names',
  renderChunk: code => ({
    // From the beginning of a class to its end, which is the first line that begins with a brace.
    code: code.replaceAll(/^var (\w+) = class (_\1\d*)\b.*?^\}/gms, (text, name: string, inner: string) =>
      text.replaceAll(new RegExp(`(?<![\\w$.#])${inner}\\b`, 'g'), name),
    ),
  }),
}

/** What the builds of all packages have in common. Types are made by `tsc`, see each package's `build` script. */
export const base: Options = {
  entry: { index: 'src/index.ts' },
  format: 'esm',
  target: 'node22.18',
  platform: 'node',
  sourcemap: true,
  clean: true,
  dts: false,
  removeNodeProtocol: false,
  plugins: [classNames],
}
