import { registerHooks } from 'node:module'
import { InvalidStateError } from '@manyhands/base'
import type { Program } from '../protocol/lineage.ts'

let guarded: string | undefined

/** Makes this worker part of the program: it has its arguments and its title, and does not run it again. */
export function enterProgram({ argv, title, mainModule }: Program): void {
  process.argv.splice(0, Infinity, ...argv)
  if (title !== undefined && title !== process.title) process.title = title
  if (mainModule !== undefined) guardMainModule(mainModule)
}

/**
 * Refuses to import the main module: its statements would run again here. A module whose functions go to workers can
 * import from it, which nobody notices where the program has loaded both.
 */
function guardMainModule(mainModule: string): void {
  if (guarded === mainModule) return
  guarded = mainModule
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      if (resolved.url.startsWith(mainModule) && /^([?#]|$)/.test(resolved.url.slice(mainModule.length))) {
        throw mainModuleError(mainModule, specifier, context.parentURL)
      }
      return resolved
    },
  })
}

function mainModuleError(mainModule: string, specifier: string, importer: string | undefined): Error {
  // The code that does what a task or a message asks for names the whole URL.
  const who =
    importer === undefined || specifier.startsWith('file:') ? 'a worker was asked to import' : `${importer} imports`
  return new InvalidStateError(
    `${who} the main module of the program, ${mainModule}, which would run again in the worker.\n` +
      'Move what both need to a module of its own, and import it from there.',
  )
}
