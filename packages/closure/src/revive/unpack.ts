import { SerializationError, Promise } from '@manyhands/base'
import { FORMAT, type Packed, type Template } from '../protocol/message.ts'
import { importModules } from './modules.ts'
import { Reviver } from './reviver.ts'

/**
 * Revives what `pack` made. **This executes code that the message carries**: never give it bytes from a source that you
 * have not authenticated.
 *
 * @returns the value; a promise of it when modules have to be imported first
 * @throws SerializationError when the message is damaged, or a module that it names cannot be imported (as a rejection,
 * then)
 */
export function unpack(packed: Packed): unknown {
  check(packed)
  const modules = importModules(packed)
  if (modules instanceof Promise) return modules.then(loaded => revive(packed, loaded))
  return revive(packed, modules)
}

function revive(packed: Packed, modules: ReadonlyMap<string, unknown>): unknown {
  try {
    return new Reviver(packed, modules).revive()
  } catch (error) {
    if (error instanceof SerializationError) throw error
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      const hint = 'send them as a list, and connect them where they arrive'
      throw new SerializationError(
        `objects that their classes make from one another are nested too deep to be revived. Hint: ${hint}.`,
        { hint, cause: error },
      )
    }
    throw new SerializationError(
      `the message cannot be revived: ${(error as Error | undefined)?.message ?? String(error)}`,
      { cause: error },
    )
  }
}

function check(packed: Packed): void {
  const damaged = (what: string): never => {
    throw new SerializationError(`the message is damaged: ${what}`)
  }
  if (typeof packed !== 'object' || packed === null) damaged('it is no object')
  if (packed.format !== FORMAT) damaged(`its format is ${String(packed.format)}, not ${String(FORMAT)}`)
  if (!Array.isArray(packed.nodes) || !Array.isArray(packed.templates)) damaged('its nodes are missing')
  for (const node of packed.nodes) {
    if (!Array.isArray(node) || typeof node[0] !== 'number') damaged('one of its nodes is none')
  }
  for (const template of packed.templates as readonly unknown[]) {
    if (typeof template !== 'object' || template === null) damaged('one of its templates is none')
    const { effects } = template as Template
    if (effects !== undefined && !(Array.isArray(effects) && effects.every(Array.isArray))) {
      damaged('the imports of a template are no list')
    }
  }
}
