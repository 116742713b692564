import { type Node, SYMBOL } from '../protocol/message.ts'

let wellKnown: Map<symbol, string> | undefined

/** A local symbol is one symbol within a message, and a new one in the next. */
export function encodeSymbol(symbol: symbol): Node {
  const key = Symbol.keyFor(symbol)
  if (key !== undefined) return [SYMBOL, 'registered', key]
  wellKnown ??= new Map(
    Object.getOwnPropertyNames(Symbol).flatMap(name =>
      typeof symbolNamed(name) === 'symbol' ? [[symbolNamed(name) as symbol, name] as const] : [],
    ),
  )
  const name = wellKnown.get(symbol)
  return name === undefined ? [SYMBOL, 'local', symbol.description] : [SYMBOL, 'well-known', name]
}

function symbolNamed(name: string): unknown {
  return (Symbol as unknown as Readonly<Record<string, unknown>>)[name]
}
