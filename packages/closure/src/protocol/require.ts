import { callingFile, requireOf } from '@manyhands/base'

let made: NodeJS.Require | undefined

/** `require` for paths, and for what it knows of modules. */
export function nodeRequire(): NodeJS.Require {
  return (made ??= requireOf(callingFile()))
}

/** `require` of the module `url`. */
export function requireFrom(url: string): NodeJS.Require {
  return url.startsWith('file:') ? requireOf(url) : nodeRequire()
}
