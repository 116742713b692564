/** Words that an expression or a simple statement is made of, apart from names. */
const keywords = new Set(
  'return if else true false null typeof void new in of instanceof throw await async const let var while do'.split(' '),
)
/**
 * Global variables whose names modules hardly use for something else. Whether this one does so is asked where the
 * function stands.
 */
const usualGlobals = new Set(
  (
    'undefined NaN Infinity Math JSON parseInt parseFloat isNaN isFinite Float64Array Float32Array ' +
    'Int32Array Uint32Array Uint8Array'
  ).split(' '),
)

const head = /^(?:async\s+)?(?:\(([\w$\s,]*)\)\s*=>|([\w$]+)\s*=>|function\s*([\w$]*)\s*\(([\w$\s,]*)\))/
/**
 * What is not understood here: comments, divisions and regular expressions, templates, escapes, private names, inner
 * functions, patterns, labels.
 */
const hard =
  /[/`\\#@:]|=>|\b(?:this|super|arguments|eval|import|function|class|with|yield|for|catch|switch|case|get|set|static)\b/
const token = /'[^'\n]*'|"[^"\n]*"|\d[\w.]*|\.\.\.|\??\.\s*[\w$]+|[A-Za-z_$][\w$]*|[{}]|[^\s\w$]|\s+/gu

/** What a text that was scanned uses. */
export interface Scanned {
  /** Global variables, unless some scope around the function declares the name. */
  readonly globals: ReadonlySet<string>
  /** The name of a function that calls itself by it. */
  readonly usesItself: string | undefined
  /** Where in the text the engine says that the function stands. */
  readonly anchor: number
}

/**
 * Reads a function that captures nothing, but for usual globals, without parsing it: `x => x * 2`,
 * `(a, b) => Math.hypot(a, b)`. A parser takes longer to load than such a function takes to send. Undefined says
 * nothing.
 */
export function scan(text: string): Scanned | undefined {
  if (text.length > 500) return undefined
  const start = head.exec(text)
  if (start === null) return undefined
  const body = text.slice(start[0].length)
  if (hard.test(body) || /[^ -~\s]/.test(text)) return undefined
  const globals = new Set<string>()
  const known = new Set((start[1] ?? start[2] ?? start[4] ?? '').split(',').map(name => name.trim()))
  const ownName = start[3] || undefined
  if (ownName !== undefined) known.add(ownName)
  const usesItself = ownName !== undefined && body.includes(ownName) ? ownName : undefined
  // It may be assigned.
  if (usesItself !== undefined && !isOnlyCalled(usesItself, body)) return undefined
  let depth = 0
  let declares = false
  for (const [word] of body.matchAll(token)) {
    if (word.trim() === '') continue
    if (word === '{') depth++
    else if (word === '}') depth--
    if (declares) {
      // Only `const name =` at the top of the body: inner blocks hide nothing then.
      if (depth !== 1 || !/^[A-Za-z_$]/.test(word) || keywords.has(word)) return undefined
      known.add(word)
      declares = false
    } else if (word === 'const' || word === 'let' || word === 'var') declares = true
    else if (/^[A-Za-z_$]/.test(word) && !keywords.has(word) && !known.has(word)) {
      if (!usualGlobals.has(word)) return undefined
      globals.add(word)
    }
  }
  return { globals, usesItself, anchor: start[4] === undefined ? 0 : start[0].indexOf('(') }
}

function isOnlyCalled(name: string, body: string): boolean {
  return body
    .split(name)
    .slice(1)
    .every(after => /^\s*\(/.test(after))
}
