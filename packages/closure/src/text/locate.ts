import { PLACELESS } from '../protocol/names.ts'
import { analysisOf } from './function-text.ts'
import { Inspector, InspectorUnavailable } from './inspector.ts'
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
  const inspector = new Inspector()
  try {
    const facts = inspector.read(fn)
    if (facts.location === undefined) return stack
    const url = scriptUrl(facts.location.scriptId, inspector)
    if (url === '') return stack
    const start = startOf(analysisOf(fn), facts)
    return stack.replaceAll(/manyhands:function:(\d+):(\d+)/g, (_, line: string, column: string) => {
      const first = line === '1'
      const at = sourcePosition(url, start.line + Number(line) - 1, (first ? start.column : 0) + Number(column) - 1)
      return `${at.file}:${at.line + 1}:${at.column + 1}`
    })
  } catch (error) {
    if (error instanceof InspectorUnavailable) return stack
    throw error
  } finally {
    inspector.close()
  }
}
