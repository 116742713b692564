import type { Session } from 'node:inspector'
import { runInThisContext } from 'node:vm'

/** The inspector cannot be used: not built in, or not permitted. */
export class InspectorUnavailable extends Error {}

/** What the inspector says of a value. */
export interface RemoteObject {
  readonly objectId?: string
  readonly value?: unknown
  readonly unserializableValue?: string
  readonly description?: string
}

/** A value that a session knows. */
export interface Held {
  readonly session: Session
  readonly objectId: string
  /** Hands over what the inspector stands for. */
  readonly real: (remote: RemoteObject | undefined) => unknown
}

interface Box {
  readonly value: unknown
  out: unknown
}

const key = '__manyhands_inspected__'
const takeOut = `function () { globalThis.${key}.out = this }`

let realm: Record<string, Box | undefined> | undefined

/** The global object on which the inspector evaluates; not ours when this code runs in a vm context. */
export function mainRealm(): Record<string, Box | undefined> {
  return (realm ??= runInThisContext('globalThis') as Record<string, Box | undefined>)
}

/** @throws InspectorUnavailable */
export function connect(): Session {
  try {
    const inspector = process.getBuiltinModule('node:inspector')
    const session = new inspector.Session()
    session.connect()
    return session
  } catch (cause) {
    throw new InspectorUnavailable('the inspector of Node.js is not available', { cause })
  }
}

/**
 * Gives a session hold of a value, until it is closed.
 *
 * @throws InspectorUnavailable
 */
export function hold<T>(session: Session, value: object, use: (held: Held) => T): T {
  const globals = mainRealm()
  const box: Box = { value, out: undefined }
  globals[key] = box
  try {
    const { result } = post<{ result: { objectId: string } }>(session, 'Runtime.evaluate', {
      expression: `globalThis.${key}.value`,
      objectGroup: key,
      silent: true,
    })
    return use({
      session,
      objectId: result.objectId,
      real(remote) {
        if (remote?.objectId === undefined) return primitiveOf(remote)
        box.out = box
        post(session, 'Runtime.callFunctionOn', {
          objectId: remote.objectId,
          functionDeclaration: takeOut,
          silent: true,
        })
        // The object of a vm context has another global object.
        if (box.out === box) throw new InspectorUnavailable('it is an object of a vm context')
        return box.out
      },
    })
  } finally {
    // What the session holds it lets go when it closes.
    delete globals[key]
  }
}

/** Lets a session forget all that {@link hold} gave it. */
export function releaseHeld(session: Session): void {
  post(session, 'Runtime.releaseObjectGroup', { objectGroup: key })
}

/** @throws InspectorUnavailable also when the command fails */
export function post<T>(session: Session, method: string, params: object): T {
  let answer: { readonly error: Error | null; readonly result: T | undefined } | undefined
  session.post(
    method,
    params,
    (error: Error | null, result: unknown) => void (answer = { error, result: result as T | undefined }),
  )
  if (answer === undefined) throw new InspectorUnavailable('the inspector does not answer synchronously')
  if (answer.error !== null) {
    throw new InspectorUnavailable(`${method}: ${answer.error.message}`, { cause: answer.error })
  }
  return answer.result as T
}

function primitiveOf(remote: RemoteObject | undefined): unknown {
  switch (remote?.unserializableValue) {
    case undefined:
      return remote?.value
    case 'NaN':
      return NaN
    case 'Infinity':
      return Infinity
    case '-Infinity':
      return -Infinity
    case '-0':
      return -0
    default:
      return BigInt((remote?.unserializableValue ?? '').replace('n', ''))
  }
}
