import { callingFile, indexBeside, type Origin } from '@manyhands/base'
import lazy from '#lazy'

let index: string | undefined
const part = { name: 'part-parallel', text: lazy.part }

/** Where workers find what this package exports as `name`. */
export function parallelOrigin(name: string): Origin {
  return { tag: 'mh:parallel', module: (index ??= indexBeside(callingFile())), name, part }
}
