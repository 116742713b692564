import type { Options } from 'tsup'

/** From the beginning of a class to its end, which is the first line that begins with a brace. */
const classes = /^var (\w+) = class( (?!extends\b)\w+)?(.*?^\});/gms

/**
 * Keeps the names of classes that refer to themselves: esbuild makes `var Lock = class _Lock { … }` of them, and then
 * `_Lock` is what error messages and `console.log` say. A class expression may as well have the name of its variable.
 *
 * Lets bundlers leave out a class that nothing uses: they do not see by themselves that a computed key, such as
 * `[replace]`, does nothing. The static block of a class may give something to the rest of its module, so those stay.
 */
const tidyClasses: NonNullable<Options['plugins']>[number] = {
  name: 'tidy classes',
  renderChunk: code => ({
    code: code.replaceAll(classes, (_, name: string, inner: string | undefined, rest: string) => {
      const own = inner?.trim()
      const text = own === undefined ? rest : rest.replaceAll(new RegExp(`(?<![\\w$.#])${own}\\b`, 'g'), name)
      return /^\s*static \{/m.test(text)
        ? `var ${name} = class ${name}${text};`
        : `var ${name} = /* @__PURE__ */ (() => class ${name}${text})();`
    }),
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
  plugins: [tidyClasses],
}
