import type { Session } from 'node:inspector'
import { connect, hold, post, releaseHeld, type RemoteObject } from './inspector-session.ts'

export { InspectorUnavailable } from './inspector-session.ts'

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

/** The private members that an object has. */
export interface PrivateOfObject {
  /** In the order in which they came into being, so that those of a class come before those of its subclass. */
  readonly fields: readonly { readonly name: string; readonly value: unknown }[]
  readonly accessors: readonly string[]
  /** How many. */
  readonly methods: number
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

interface LevelObject {
  readonly description?: string
  readonly object?: Readonly<Record<string, unknown>>
}

/**
 * A session keeps a copy of all variables around each function that it was asked for: in a bundle these are thousands.
 * Larger: more memory. Smaller: more commands.
 */
const READS_HELD = 100

/**
 * Reads captured variables by an inspector session on this same thread, whose answers come synchronously.
 *
 * `Runtime.getProperties` lists a function's `[[Scopes]]`, and `Runtime.callFunctionOn` hands the real objects over.
 * The debugger is never left enabled beyond one message: it would make `await` ten times slower. The way to the scopes
 * was first shown by Pulumi (sdk/nodejs/runtime/closure/v8.ts, Apache-2.0).
 *
 * The session opens at the first read and must be closed.
 */
export class Inspector {
  #session: Session | undefined
  /** Until the session closes. */
  #isDebugging = false
  #reads = 0

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

  /** Keys and values of a WeakMap, items of a WeakSet. @throws InspectorUnavailable */
  readEntries(weak: object): readonly { readonly key?: object; readonly value: unknown }[] {
    return this.#look(weak, ({ internalProperties = [] }, real) => {
      const entries = internalProperties.find(({ name }) => name === '[[Entries]]')?.value
      return Array.from(real(entries) as ArrayLike<{ readonly key?: object; readonly value: unknown }>)
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
    if (++this.#reads % READS_HELD === 0) releaseHeld(session)
    return hold(session, value, ({ objectId, real }) => {
      const properties = post<RemoteProperties>(session, 'Runtime.getProperties', {
        objectId,
        ownProperties: true,
        nonIndexedPropertiesOnly: true,
      })
      return read(properties, real)
    })
  }

  /** Every script that is loaded. Takes tens of milliseconds the first time. */
  listScripts(): readonly LoadedScript[] {
    const session = (this.#session ??= connect())
    const scripts: LoadedScript[] = []
    const note = ({ params: { scriptId, url, isModule, executionContextAuxData } }: ScriptParsed): void =>
      void scripts.push({ scriptId, url, isModule: isModule === true && executionContextAuxData?.isDefault !== false })
    // It lists them when it begins.
    this.#endDebugging()
    session.on('Debugger.scriptParsed', note)
    try {
      this.#debug()
    } finally {
      session.off('Debugger.scriptParsed', note)
    }
    return scripts
  }

  /** The text of a script, as the engine compiled it. */
  scriptSource(scriptId: string): string {
    return post<{ scriptSource: string }>(this.#debug(), 'Debugger.getScriptSource', { scriptId }).scriptSource
  }

  close(): void {
    this.#session?.disconnect()
    this.#session = undefined
    this.#isDebugging = false
  }

  #debug(): Session {
    const session = (this.#session ??= connect())
    if (!this.#isDebugging) post(session, 'Debugger.enable', {})
    this.#isDebugging = true
    return session
  }

  #endDebugging(): void {
    if (this.#isDebugging) post((this.#session ??= connect()), 'Debugger.disable', {})
    this.#isDebugging = false
  }
}
