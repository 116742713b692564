import type * as Acorn from 'acorn'
import { compiledPrefix } from '../protocol/names.ts'
import type { Inspector, Location } from './inspector.ts'
import { parseScript } from './parse-function.ts'
import { childrenOf } from './scope.ts'

/** A stretch of a script, by offsets. */
type Stretch = readonly [start: number, end: number]

interface StrictParts {
  readonly lineStarts: readonly number[]
  readonly parts: readonly Stretch[]
}

/** What is strict in a script, by the engine's id of it. */
const strictParts = new Map<string, StrictParts>()

/**
 * True when the code at `location`, in what is not an ES module, is strict: by a directive there or around it, or in a
 * class.
 */
export function isStrictAt({ scriptId, lineNumber, columnNumber }: Location, inspector: Inspector): boolean {
  let script = strictParts.get(scriptId)
  if (script === undefined) strictParts.set(scriptId, (script = findStrictParts(inspector.scriptSource(scriptId))))
  const offset = (script.lineStarts[lineNumber] ?? 0) + columnNumber
  return script.parts.some(([start, end]) => start <= offset && offset <= end)
}

function findStrictParts(source: string): StrictParts {
  const lineStarts = [0]
  for (const { index } of source.matchAll(/\n/g)) lineStarts.push(index + 1)
  const parts: Stretch[] = []
  // What came from elsewhere says it in front, and has its lines counted from there.
  if (source.startsWith(compiledPrefix)) {
    return { lineStarts, parts: source.startsWith('"use strict"', source.indexOf('{') + 1) ? [[0, Infinity]] : parts }
  }
  try {
    const left: Acorn.AnyNode[] = [parseScript(source)]
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (isStrict(node)) parts.push([node.start, node.end])
      else left.push(...childrenOf(node))
    }
  } catch {
    parts.push([0, source.length]) // not a script: most code is strict
  }
  return { lineStarts, parts }
}

function isStrict(node: Acorn.AnyNode): boolean {
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return true
  const body =
    node.type === 'Program' ? node.body : isFunction(node) && node.body.type === 'BlockStatement' ? node.body.body : []
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || !('directive' in statement)) return false
    if (statement.directive === 'use strict') return true
  }
  return false
}

function isFunction(
  node: Acorn.AnyNode,
): node is Acorn.FunctionDeclaration | Acorn.FunctionExpression | Acorn.ArrowFunctionExpression {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  )
}
