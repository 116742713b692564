import type * as Acorn from 'acorn'
import { parseFunction } from './parse-function.ts'
import { childrenOf } from './scope.ts'
import { sourceMapOf, type SourcePosition } from './source-maps.ts'

/** A function's text as it stands in its source. */
export interface SourceText {
  readonly text: string
  /** URL of the source. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * Where there is a source map, see {@link sourceMapOf}: the text with each statement on the line that it has in the
 * source, so that stacks of workers, which do not have the map, point there. Only empty lines are added, in front of
 * statements and members; columns stay those of the text.
 *
 * @returns undefined when there is no map
 */
export function toSource(
  text: string,
  strict: boolean,
  url: string,
  line: number,
  column: number,
): SourceText | undefined {
  const toSourceOf = sourceMapOf(url)
  const start = toSourceOf?.(line, column)
  if (toSourceOf === undefined || start === undefined || !isUrl(start.file, url)) return undefined
  const moved = moveStatements(text, strict, start, at => {
    const before = text.slice(0, at)
    const newlines = before.split('\n').length - 1
    return toSourceOf(line + newlines, newlines === 0 ? column + at : at - before.lastIndexOf('\n') - 1)
  })
  return { text: moved, file: new URL(start.file, url).href, line: start.line, column: start.column }
}

/** Where a position of a script is in its source. It is the same where there is no source map. */
export function sourcePosition(url: string, line: number, column: number): SourcePosition {
  const source = sourceMapOf(url)?.(line, column)
  return source !== undefined && isUrl(source.file, url)
    ? { ...source, file: new URL(source.file, url).href }
    : { file: url, line, column }
}

function isUrl(file: string, base: string): boolean {
  return URL.canParse(file, base)
}

function moveStatements(
  text: string,
  strict: boolean,
  start: SourcePosition,
  sourceOf: (at: number) => SourcePosition | undefined,
): string {
  let moved = ''
  let done = 0
  let { line } = start
  for (const at of statementStarts(text, strict)) {
    const chunk = text.slice(done, at)
    line += chunk.split('\n').length - 1
    const source = sourceOf(at)
    const gap = source === undefined || source.file !== start.file ? 0 : Math.max(0, source.line - line)
    moved += chunk + '\n'.repeat(gap)
    line += gap
    done = at
  }
  return moved + text.slice(done)
}

/** Where statements and members begin, in order: a line more in front of them means nothing. */
function statementStarts(text: string, strict: boolean): readonly number[] {
  const { node: root, offset } = parseFunction(text, strict)
  const starts = new Set<number>()
  const left: Acorn.AnyNode[] = childrenOf(root)
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (
      /Statement$|Declaration$|^(?:MethodDefinition|PropertyDefinition|StaticBlock)$/.test(node.type) &&
      node.type !== 'BlockStatement'
    ) {
      starts.add(node.start - offset)
    }
    left.push(...childrenOf(node))
  }
  return Array.from(starts).toSorted((a, b) => a - b)
}
