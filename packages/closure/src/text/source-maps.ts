import { fileURLToPath } from 'node:url'

/** A position in a source. Line and column count from 0. */
export interface SourcePosition {
  /** URL or path. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Leads from a position in a script to the one in its source; undefined when that is not known. */
export type ToSource = (line: number, column: number) => SourcePosition | undefined

/**
 * The source map of a script, if there is one: of Node where it has source maps on (tsx, `--enable-source-maps`), or of
 * the tool that writes the stacks (vitest, source-map-support).
 */
export function sourceMapOf(url: string): ToSource | undefined {
  if (url === '') return undefined
  if ((process as { readonly sourceMapsEnabled?: boolean }).sourceMapsEnabled === true) return mapOfNode(url)
  return typeof Error.prepareStackTrace === 'function' ? mapOfTool(url) : undefined
}

function mapOfNode(url: string): ToSource | undefined {
  const map = process.getBuiltinModule('node:module').findSourceMap(url)
  if (map === undefined) return undefined
  return (line, column) => {
    const entry = map.findEntry(line, column)
    if (!('originalLine' in entry) || typeof entry.originalSource !== 'string') return undefined
    return { file: entry.originalSource, line: entry.originalLine, column: entry.originalColumn }
  }
}

/**
 * The tool maps call sites and keeps its maps to itself: it is given a stack with one call site, and what it writes is
 * read. Tools name files as they compiled them: by URL or by path.
 */
function mapOfTool(url: string): ToSource {
  const names = url.startsWith('file:') ? [fileURLToPath(url), url] : [url]
  return (line, column) => {
    for (const name of names) {
      const at = askTool(name, line, column)
      if (at !== undefined && !(at.line === line && at.column === column)) return at
    }
    return undefined
  }
}

function askTool(name: string, line: number, column: number): SourcePosition | undefined {
  try {
    const stack = String(Error.prepareStackTrace?.(new Error(), [new FakeCallSite(name, line + 1, column + 1)]))
    const [, file, sourceLine, sourceColumn] = /(?:\(|at )([^()\s][^()\n]*):(\d+):(\d+)\)?\s*$/.exec(stack) ?? []
    if (file === undefined) return undefined
    return { file, line: Number(sourceLine) - 1, column: Number(sourceColumn) - 1 }
  } catch {
    return undefined // it expected more of a call site
  }
}

/** Its methods are on its prototype, from which tools copy them. */
class FakeCallSite implements NodeJS.CallSite {
  readonly #file: string
  readonly #line: number
  readonly #column: number

  constructor(file: string, line: number, column: number) {
    this.#file = file
    this.#line = line
    this.#column = column
  }
  getFileName(): string {
    return this.#file
  }
  getScriptNameOrSourceURL(): string {
    return this.#file
  }
  getLineNumber(): number {
    return this.#line
  }
  getColumnNumber(): number {
    return this.#column
  }
  getEnclosingLineNumber(): number {
    return this.#line
  }
  getEnclosingColumnNumber(): number {
    return this.#column
  }
  toString(): string {
    return `${this.#file}:${this.#line}:${this.#column}`
  }
  getThis(): undefined {}
  getFunction(): undefined {}
  getEvalOrigin(): undefined {}
  getTypeName(): null {
    return null
  }
  getFunctionName(): null {
    return null
  }
  getMethodName(): null {
    return null
  }
  getPromiseIndex(): null {
    return null
  }
  getScriptHash(): string {
    return ''
  }
  getPosition(): number {
    return 0
  }
  isToplevel(): boolean {
    return true
  }
  isEval(): boolean {
    return false
  }
  isNative(): boolean {
    return false
  }
  isConstructor(): boolean {
    return false
  }
  isAsync(): boolean {
    return false
  }
  isPromiseAll(): boolean {
    return false
  }
}
