import type { Options } from 'tsup'
import { base } from '../../tsup.base.ts'
import { buildPart } from '../../tsup.part.ts'

const options: Options = {
  ...base,
  external: ['#lazy'],
  onSuccess: () => buildPart('part-memory', 'src/index.ts', { external: ['@manyhands/base', '@manyhands/core'] }),
}
export default options
