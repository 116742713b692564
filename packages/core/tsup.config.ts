import type { Options } from 'tsup'

const options: Options = {
  entry: { index: 'src/index.ts' },
  format: 'esm',
  target: 'node22.18',
  platform: 'node',
  sourcemap: true,
  clean: true,
  dts: false,
  removeNodeProtocol: false,
}
export default options
