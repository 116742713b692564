import { PLACELESS } from '../protocol/names.ts'
import { analysisOf } from './function-text.ts'
import { Inspector, InspectorUnavailable } from './inspector.ts'
import { nameOf } from './name-of.ts'
import { UnreadableText } from './parse-function.ts'
import { scriptUrl } from './scripts.ts'
import { sourcePosition } from './source-lines.ts'
import { startOf } from './templates.ts'

/**
 * Puts the place of `fn` into the lines of a stack that a worker made of a function without one. Reading the place
 * takes longer than sending such a function, so that is done for errors only.
 *
 * @returns the stack as it was when the place cannot be found
 */
export function withPlace(stack: string, fn: object): string {
  if (!stack.includes(`${PLACELESS}:`)) return stack
  const start = startIn(fn)
  if (start === undefined) return stack
  return stack.replaceAll(/manyhands:function:(\d+):(\d+)/g, (_, line: string, column: string) => {
    const first = line === '1'
    const at = sourcePosition(start.url, start.line + Number(line) - 1, (first ? start.column : 0) + Number(column) - 1)
    return `${at.file}:${at.line + 1}:${at.column + 1}`
  })
}

/**
 * What errors call a function: its name, else where it begins, as `file.ts:12`, which takes long to find out.
 */
export function labelOf(fn: object): string {
  return nameOf(fn) || (placeOf(fn) ?? '(anonymous)')
}

/** Undefined when it cannot be found. */
function placeOf(fn: object): string | undefined {
  const start = startIn(fn)
  if (start === undefined) return undefined
  const { file, line } = sourcePosition(start.url, start.line, start.column)
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line + 1}`
}

interface Start {
  readonly url: string
  readonly line: number
  readonly column: number
}

function startIn(fn: object): Start | undefined {
  const inspector = new Inspector()
  try {
    const facts = inspector.read(fn)
    const url = facts.location === undefined ? '' : scriptUrl(facts.location.scriptId, inspector)
    return url === '' ? undefined : { url, ...startOf(analysisOf(fn), facts) }
  } catch (error) {
    if (error instanceof InspectorUnavailable || error instanceof UnreadableText) return undefined
    throw error
  } finally {
    inspector.close()
  }
}
