import type { Options } from 'tsup'
import { base } from '../../tsup.base.ts'
import { buildPart } from '../../tsup.part.ts'

const options: Options = {
  ...base,
  entry: { index: 'src/index.ts', bundled: 'src/bundled.ts', worker: 'src/worker.ts' },
  external: ['#lazy'],
  onSuccess: () =>
    buildPart('part-packing', 'src/part.cjs', {
      external: ['@manyhands/base', '@manyhands/core'],
      alias: { '#lazy': './src/part.cjs' },
    }),
}
export default options
