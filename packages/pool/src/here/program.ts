import { pathToFileURL } from 'node:url'
import { requireOf, slot } from '@manyhands/base'
import type { Program } from '../protocol/lineage.ts'
import { place } from './current-process.ts'
import { hasSourceText } from './exec-argv.ts'

/**
 * What workers that are started now are told of the program.
 *
 * @param args - instead of its arguments
 */
export function currentProgram(args: readonly string[] = process.argv.slice(2)): Program {
  const { lineage } = place()
  const mainModule =
    lineage === undefined ? slot('pool.mainModule', () => ({ url: findMainModule() })).url : lineage.program.mainModule
  const { argv, argv0, title } = process
  return { argv: [...argv.slice(0, 2), ...args], title: title === argv0 ? undefined : title, mainModule }
}

/**
 * Found as Node found it: the program may have been named by a link, by a folder, or without its extension. The last
 * two take longer to find.
 */
function findMainModule(): string | undefined {
  const entry = process.argv[1]
  // With `-e` the first argument of the program stands there.
  if (entry === undefined || hasSourceText(process.execArgv)) return undefined
  return (
    moduleAt(() => process.getBuiltinModule('node:fs').realpathSync(entry)) ??
    moduleAt(() => requireOf(entry).resolve(entry))
  )
}

/**
 * Undefined when nothing is found, or a folder. What was read from stdin, or is built into the executable, is nowhere.
 */
function moduleAt(find: () => string): string | undefined {
  try {
    const path = find()
    return /\.[cm]?[jt]sx?$/.test(path) ? pathToFileURL(path).href : undefined
  } catch {
    return undefined
  }
}
