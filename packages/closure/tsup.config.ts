import type { Options } from 'tsup'
import { base } from '../../tsup.base.ts'

const options: Options = {
  ...base,
  entry: { index: 'src/index.ts', worker: 'src/worker.ts' },
  external: ['#lazy'],
}
export default options
