import { setupStatements } from '../modules/setup-statements.ts'
import { pathOf } from '../text/scripts.ts'
import type { Encoder } from './encoder.ts'
import { isPrepared, keyOf } from './initializers.ts'

const warned = new Set<string>()

/**
 * Warns, once for each, of statements at the top of a module that set up what a function uses: workers import the
 * package, and never run those statements.
 */
export function warnOfSetup(encoder: Encoder): void {
  if (encoder.usedImports === undefined || process.env['MANYHANDS_WARN'] === 'off') return
  for (const used of encoder.usedImports) {
    // What is copied arrives as it was set up.
    if (!encoder.isImported(used.value) || isPrepared(used) || warned.has(keyOf(used))) continue
    warned.add(keyOf(used))
    const statements = setupStatements(used.url, used.scriptId, used.name, encoder.reader.inspector)
    for (const { line, text } of statements) {
      process.emitWarning(
        `a task uses \`${used.name}\`, which \`${text}\` (${pathOf(used.url)}:${line}) sets up in this thread only. ` +
          'Workers import the package without it: do the same in `initializer`, or move it to a module that exports ' +
          `\`${used.name}\` and import that`,
        { type: 'ManyhandsWarning', code: 'MANYHANDS_SETUP' },
      )
    }
  }
}
