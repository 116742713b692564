import { SerializationError } from '@manyhands/base'

/** One step of the way to a value, from the value that was sent. */
export type Step = string | number | symbol | { readonly text: string }

/** Steps that are not property names. */
export const step = (text: string): Step => ({ text })

export function formatStep(item: Step): string {
  switch (typeof item) {
    case 'string':
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(item)
        ? `.${item}`
        : `[${JSON.stringify(item.length > 40 ? `${item.slice(0, 37)}...` : item)}]`
    case 'number':
      return `[${item}]`
    case 'symbol':
      return `[${String(item)}]`
    default:
      return item.text
  }
}

/** The hint for what has to be made where it is used. */
export const MAKE_IT_THERE = 'create it inside of the function, or inside of a module that the worker imports'

/** Steps shown of a long way: the first and the last ones. */
const SHOWN_STEPS = 24

/** "it is a Promise" at the end of a way: the error that a user sees. */
export function refusal(
  path: readonly Step[],
  complaint: string,
  hint: string | undefined,
  cause?: unknown,
): SerializationError {
  const steps = path.map(formatStep)
  const shown =
    steps.length <= SHOWN_STEPS
      ? steps
      : [
          ...steps.slice(0, SHOWN_STEPS / 2),
          `… ${steps.length - SHOWN_STEPS} more steps …`,
          ...steps.slice(-SHOWN_STEPS / 2),
        ]
  const cure = hint === undefined ? '' : ` Hint: ${hint}.`
  const message = `cannot send ${shown.join(' → ') || 'the value'}: ${complaint}.${cure}`
  return new SerializationError(message, { path: steps, hint, ...(cause === undefined ? {} : { cause }) })
}
