// Cases that should work and are refused, or fail, in an environment; each because of what its tool makes of the
// source. Nothing may be wrong anywhere.

/**
 * Modules that were inlined cannot be imported by a worker, and their exports go by value, with the variables that they
 * share.
 */
const inlined = [
  'a whole namespace as a value',
  'a namespace handed on',
  'a namespace in an object',
  'an exported object that cannot be sent',
  'a member of a namespace that cannot be sent',
  'an object that holds an exported one that cannot be sent',
  'import() relative to the file, nested',
  'exports that share a variable of their module',
]
const bundled = [...inlined, 'a namespace from import()']
const inEsm = [...bundled, 'CJS default import'] // there is no __filename, here neither
const inCommonJs = [...bundled, 'import.meta']
/** esbuild's `keepNames` hides function literals behind a call, so that a scope is not known by them. */
const hidden = [
  'assigned by one function, used by another',
  'a declaration that replaces itself',
  'a variable whose function replaces it',
  'functions that share what they have put on Reflect',
]
const inVitest = [...inlined, 'module of Node as a namespace handed on']

export const known = {
  'esbuild, ESM': inEsm,
  'esbuild, ESM, minified': [...inEsm, ...hidden],
  'esbuild, CommonJS': inCommonJs,
  'esbuild, CommonJS, minified': [...inCommonJs, ...hidden],
  'vitest, forks': inVitest,
  'vitest, threads': inVitest,
}
