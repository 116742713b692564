import * as types from 'node:util/types'
import type * as Acorn from 'acorn'
import { findDeclarator } from '../modules/declarations.ts'
import type { CapturedName } from '../modules/exported-values.ts'
import { moduleScope } from '../modules/exports.ts'
import { sourceOf } from '../modules/source-of.ts'
import type { FunctionReader } from './function-reader.ts'

/** Longer expressions are not repeated in a hint. */
const MAX_TEXT = 80

/**
 * The line that lets each worker make what cannot be sent: for the outermost of the captured variables on the way to it
 * that was made by a call.
 *
 * @param captured - the variables on the way, the innermost first
 * @returns undefined when none was made by a call, or that cannot be seen
 */
export function perWorkerCure(reader: FunctionReader, captured: readonly CapturedName[]): string | undefined {
  for (const { name, facts, member } of captured.toReversed()) {
    const { location } = facts
    const url = reader.url(facts)
    if (location === undefined || member !== undefined || !url.startsWith('file:')) continue
    const source = sourceOf(url, location.scriptId, moduleScope(facts) !== undefined, reader.inspector)
    const declarator = source === null ? undefined : findDeclarator(source.program, source.text, location, name)
    const maker = declarator?.id.type === 'Identifier' && declarator.init != null ? makerOf(declarator.init) : undefined
    if (source === null || maker === undefined) continue
    const text = source.text.slice(maker.call.start, maker.call.end)
    const shown = text.includes('\n') || text.length > MAX_TEXT ? '…' : text
    const use = maker.isAwaited ? `(await ${name}.get())` : `${name}.value`
    const line = `const ${name} = perWorker(() => ${shown})`
    return `let each worker make it, \`${line}\`, and write \`${use}\` in the function`
  }
  return undefined
}

function makerOf(init: Acorn.Expression): { readonly call: Acorn.Expression; readonly isAwaited: boolean } | undefined {
  if (init.type === 'AwaitExpression') {
    const inner = makerOf(init.argument)
    return inner === undefined ? undefined : { ...inner, isAwaited: true }
  }
  return init.type === 'CallExpression' || init.type === 'NewExpression' ? { call: init, isAwaited: false } : undefined
}

/** Compilers keep private members in a WeakMap or WeakSet where the target has none. */
export function compiledPrivateCure(value: unknown, name: string | undefined): string | undefined {
  return (types.isWeakMap(value) || types.isWeakSet(value)) && name !== undefined && /^_\w+/.test(name)
    ? 'its class has private members and was compiled without them: set the compile target to ES2022 or later'
    : undefined
}
