import { join } from 'node:path'

/**
 * Makes the exports of a part: the text of a CommonJS module, compressed, that the build of a package has made of what
 * a bundle has no files of.
 *
 * @param name - for stacks
 * @param modules - what the part may `require` besides what Node.js has
 */
export function loadPart(name: string, part: string, modules: Readonly<Record<string, () => unknown>>): unknown {
  const { Module } = process.getBuiltinModule('node:module')
  const { brotliDecompressSync } = process.getBuiltinModule('node:zlib')
  const text = brotliDecompressSync(Buffer.from(part, 'base64')).toString()
  // Its `require` looks there first; see tsup.part.ts.
  const made = Object.assign(new Module(name), { paths: [], given: modules })
  ;(made as unknown as { _compile(text: string, file: string): void })._compile(
    text,
    join(process.cwd(), `${name}.cjs`),
  )
  return made.exports
}

/** The parts that this thread was given, when it is a worker that was started from one: by name. */
export function givenParts(): Map<string, string> {
  const holder = globalThis as unknown as Record<symbol, Map<string, string> | undefined>
  return (holder[partsKey] ??= new Map<string, string>())
}

/** Set before any part is loaded. */
export const partsKey = Symbol.for('manyhands.parts')
