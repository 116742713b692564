import type { Session } from 'node:inspector'
import { runInThisContext } from 'node:vm'

/** Where a function's text stands. Line and column count from 0. */
export interface Location {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** One level of the variables around a function, innermost first. A copy: writing to it changes nothing. */
export interface ScopeLevel {
  readonly kind: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** What the engine knows of a function. */
export interface FunctionFacts {
  readonly location: Location | undefined
  readonly scopes: readonly ScopeLevel[]
  readonly bound: { readonly target: unknown; readonly self: unknown; readonly args: readonly unknown[] } | undefined
}

/** The inspector cannot be used: not built in, or not permitted. */
export class InspectorUnavailable extends Error {}

/** The private members that an object has. */
export interface PrivateOfObject {
  /** In the order in which they came into being, so that those of a class come before those of its subclass. */
  readonly fields: readonly { readonly name: string; readonly value: unknown }[]
  readonly accessors: readonly string[]
  /** How many. */
  readonly methods: number
}

interface RemoteObject {
  readonly objectId?: string
  readonly value?: unknown
  readonly unserializableValue?: string
  readonly description?: string
}

interface RemoteProperties {
  readonly internalProperties?: readonly { readonly name: string; readonly value?: RemoteObject }[]
  readonly privateProperties?: readonly {
    readonly name: string
    readonly value?: RemoteObject
    readonly get?: unknown
    readonly set?: unknown
  }[]
}

/** What the engine knows of a script. */
export interface LoadedScript {
  readonly scriptId: string
  readonly url: string
  /** An ES module of the program; not of a vm context, as test runners make them. */
  readonly isModule: boolean
}

interface ScriptParsed {
  readonly params: {
    readonly scriptId: string
    readonly url: string
    readonly isModule?: boolean
    readonly executionContextAuxData?: { readonly isDefault?: boolean }
  }
}

interface Box {
  readonly value: unknown
  out: unknown
}

interface LevelObject {
  readonly description?: string
  readonly object?: Readonly<Record<string, unknown>>
}

const key = '__manyhands_inspected__'
const takeOut = `function () { globalThis.${key}.out = this }`

let realm: Record<string, Box | undefined> | undefined

/** The global object on which the inspector evaluates; not ours when this code runs in a vm context. */
function mainRealm(): Record<string, Box | undefined> {
  return (realm ??= runInThisContext('globalThis') as Record<string, Box | undefined>)
}

/**
 * Reads captured variables by an inspector session on this same thread, whose answers come synchronously.
 *
 * `Runtime.getProperties` lists a function's `[[Scopes]]`, and `Runtime.callFunctionOn` hands the real objects over.
 * The debugger is never left enabled: it would make `await` ten times slower. The way to the scopes was first shown by
 * Pulumi (sdk/nodejs/runtime/closure/v8.ts, Apache-2.0).
 *
 * The session opens at the first read and must be closed.
 */
export class Inspector {
  #session: Session | undefined

  /** @throws InspectorUnavailable */
  read(fn: object): FunctionFacts {
    return this.#look(fn, ({ internalProperties = [] }, real) => {
      const internal = (name: string): RemoteObject | undefined =>
        internalProperties.find(property => property.name === name)?.value
      const scopes = real(internal('[[Scopes]]')) as ArrayLike<LevelObject> | undefined
      const target = internal('[[TargetFunction]]')
      return {
        location: internal('[[FunctionLocation]]')?.value as Location | undefined,
        scopes:
          scopes === undefined
            ? []
            : Array.from(scopes, level => ({ kind: level.description ?? '', variables: level.object ?? {} })),
        bound:
          target === undefined
            ? undefined
            : {
                target: real(target),
                self: real(internal('[[BoundThis]]')),
                args: Array.from(real(internal('[[BoundArgs]]')) as ArrayLike<unknown>),
              },
      }
    })
  }

  /** @throws InspectorUnavailable */
  readPrivate(object: object): PrivateOfObject {
    return this.#look(object, ({ internalProperties = [], privateProperties = [] }, real) => {
      const isAccessor = (property: (typeof privateProperties)[number]): boolean =>
        'get' in property || 'set' in property
      const methods = internalProperties.find(({ name }) => name === '[[PrivateMethods]]')?.value?.description
      return {
        fields: privateProperties
          .filter(property => !isAccessor(property))
          .map(({ name, value }) => ({ name, value: real(value) })),
        accessors: privateProperties.filter(isAccessor).map(({ name }) => name),
        methods: Number(/\d+/.exec(methods ?? '')?.[0] ?? 0),
      }
    })
  }

  /** @param read - `real` hands over what the inspector stands for */
  #look<T>(
    value: object,
    read: (properties: RemoteProperties, real: (remote: RemoteObject | undefined) => unknown) => T,
  ): T {
    const session = (this.#session ??= connect())
    const globals = mainRealm()
    const box: Box = { value, out: undefined }
    globals[key] = box
    try {
      const { result } = post<{ result: RemoteObject }>(session, 'Runtime.evaluate', {
        expression: `globalThis.${key}.value`,
        silent: true,
      })
      const properties = post<RemoteProperties>(session, 'Runtime.getProperties', {
        objectId: result.objectId,
        ownProperties: true,
        nonIndexedPropertiesOnly: true,
      })
      return read(properties, remote => {
        if (remote?.objectId === undefined) return primitiveOf(remote)
        post(session, 'Runtime.callFunctionOn', {
          objectId: remote.objectId,
          functionDeclaration: takeOut,
          silent: true,
        })
        return box.out
      })
    } finally {
      // What the session holds it lets go when it closes.
      delete globals[key]
    }
  }

  /** Every script that is loaded. Takes tens of milliseconds the first time. */
  listScripts(): readonly LoadedScript[] {
    const session = (this.#session ??= connect())
    const scripts: LoadedScript[] = []
    const note = ({ params: { scriptId, url, isModule, executionContextAuxData } }: ScriptParsed): void =>
      void scripts.push({ scriptId, url, isModule: isModule === true && executionContextAuxData?.isDefault !== false })
    session.on('Debugger.scriptParsed', note)
    try {
      post(session, 'Debugger.enable', {})
    } finally {
      post(session, 'Debugger.disable', {})
      session.off('Debugger.scriptParsed', note)
    }
    return scripts
  }

  /** The text of a script, as the engine compiled it. */
  scriptSource(scriptId: string): string {
    const session = (this.#session ??= connect())
    try {
      post(session, 'Debugger.enable', {})
      return post<{ scriptSource: string }>(session, 'Debugger.getScriptSource', { scriptId }).scriptSource
    } finally {
      post(session, 'Debugger.disable', {})
    }
  }

  close(): void {
    this.#session?.disconnect()
    this.#session = undefined
  }
}

function connect(): Session {
  try {
    const inspector = process.getBuiltinModule('node:inspector')
    const session = new inspector.Session()
    session.connect()
    return session
  } catch (cause) {
    throw new InspectorUnavailable('the inspector of Node.js is not available', { cause })
  }
}

function post<T>(session: Session, method: string, params: object): T {
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
