import { createRequire } from 'node:module'
import { join } from 'node:path'

let made: NodeJS.Require | undefined

/** `require` for paths, and for what it knows of modules. A bundle of CommonJS has no URL. */
export function nodeRequire(): NodeJS.Require {
  return (made ??= createRequire(import.meta.url ?? join(process.cwd(), 'program')))
}

/** `require` of the module `url`. */
export function requireFrom(url: string): NodeJS.Require {
  return url.startsWith('file:') ? createRequire(url) : nodeRequire()
}
