import { createRequire } from 'node:module'
import { join } from 'node:path'

let made: NodeJS.Require | undefined

/** `require` for paths, and for what it knows of modules. A bundle of CommonJS has no URL. */
export function nodeRequire(): NodeJS.Require {
  return (made ??= createRequire(import.meta.url ?? join(process.cwd(), 'program')))
}
