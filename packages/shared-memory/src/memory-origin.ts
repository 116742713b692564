import { callingFile, indexBeside, type Origin } from '@manyhands/base'
import lazy from '#lazy'

let index: string | undefined
const part = { name: 'part-memory', text: lazy.part }

/** Where workers find what this package exports as `name`. */
export function memoryOrigin(tag: string, name: string): Origin {
  return { tag, module: (index ??= indexBeside(callingFile())), name, part }
}
