import { withPlace } from '@manyhands/closure'
import { nameTask } from '../protocol/unsendable-error.ts'
import type { FunctionRecord } from './function-table.ts'

/** Errors that are looked at behind the one that was thrown. */
const MOST_CAUSES = 20

/**
 * Lets the stacks of an error and of its causes name the file and line of the function that threw it, and an error
 * about its result the task, where its worker did not know them.
 *
 * @returns the stack of the error, if there is one
 */
export function placeStack(error: unknown, fn: FunctionRecord): string | undefined {
  nameTask(error, () => fn.name)
  const [first] = Array.from(withCauses(error), item => placeOne(item, fn.source))
  return first
}

function placeOne(error: object, fn: object): string | undefined {
  const stack = read(error, 'stack')
  if (typeof stack !== 'string') return undefined
  const placed = withPlace(stack, fn)
  // A frozen error keeps its stack.
  if (placed !== stack) Reflect.set(error, 'stack', placed)
  return placed
}

function* withCauses(error: unknown): Generator<object> {
  const left: unknown[] = [error]
  for (let seen = 0; seen < MOST_CAUSES && left.length > 0; seen++) {
    const item = left.shift()
    if (typeof item !== 'object' || item === null) continue
    yield item
    const errors = read(item, 'errors')
    left.push(read(item, 'cause'), ...(Array.isArray(errors) ? (errors as unknown[]) : []))
  }
}

/** Of something that was thrown, and may misbehave. */
function read(owner: object, key: string): unknown {
  try {
    return (owner as Readonly<Record<string, unknown>>)[key]
  } catch {
    return undefined
  }
}
