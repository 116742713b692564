import type { Options } from 'tsup'
import { base } from '../../tsup.base.ts'
import { buildPart } from '../../tsup.part.ts'

const options: Options = {
  ...base,
  entry: { index: 'src/index.ts', 'manyhands-worker': 'src/worker/entry.ts' },
  // A pool starts twice as fast when it and its workers are few files: closure is built in, and each entry is one file.
  // What two copies share is in slots of core.
  splitting: false,
  noExternal: ['@manyhands/closure/worker'],
  external: ['#lazy', '@manyhands/base', /^@manyhands\/closure$/, '@manyhands/core'],
  // See src/host/worker-entry.ts.
  onSuccess: () => buildPart('part-worker', 'src/worker/embedded.ts', { external: ['koffi'] }),
}
export default options
