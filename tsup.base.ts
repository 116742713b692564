import type { Options } from 'tsup'

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
}
