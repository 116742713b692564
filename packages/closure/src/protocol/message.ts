/**
 * What a value looks like on its way: a flat list of nodes, so that neither depth nor cycles matter.
 *
 * Everything here survives structured clone. Node `k` of the list has reference `[k]`; primitives stand for themselves.
 */

export type Primitive = string | number | boolean | bigint | null | undefined
export type Reference = readonly [node: number]
export type Edge = Primitive | Reference

/**
 * 0: as the node's kind has by default. null: none. Otherwise a node: the prototype itself (0), or the class whose
 * prototype it is (1).
 */
export type Prototype = 0 | null | readonly [node: number, isClass: 0 | 1]

/** Bits of a property: 1 enumerable, 2 configurable, 4 writable. */
export type PropertyFlags = number
export const PLAIN_PROPERTY: PropertyFlags = 7

/** A property that is not a plain one with a string key: `[key, flags, value]` or `[key, flags, getter, setter]`. */
export type Extra =
  | readonly [key: string | Reference, flags: PropertyFlags, value: Edge]
  | readonly [key: string | Reference, flags: PropertyFlags, getter: Edge, setter: Edge]

/** Private fields that an object has of a class. On the node of a class itself: its static ones. */
export type PrivateFields = readonly [
  type: Reference,
  names: readonly string[],
  values: readonly Edge[],
  /** Which of the values the constructor makes such an object of, where the class was defined; -1: undefined. */
  args?: readonly number[] | undefined,
]

/** Own properties. `keys` is one array for all objects of a message that have the same keys. */
export type Properties = readonly [
  keys: readonly string[],
  values: readonly Edge[],
  extras?: readonly Extra[] | undefined,
  /** Of each class that the object has private members of, the one furthest up first. */
  privates?: readonly PrivateFields[],
]

/** 0 open, 1 not extensible, 2 sealed, 3 frozen. */
export type Integrity = 0 | 1 | 2 | 3

/** Structured-cloneable data as it is. */
export const RAW = 0
export const OBJECT = 1
export const ARRAY = 2
export const MAP = 3
export const SET = 4
export const ERROR = 5
export const DATE = 6
export const REGEXP = 7
export const BOXED = 8
export const VIEW = 9
export const URL_LIKE = 10
export const DOM_EXCEPTION = 11
export const SYMBOL = 12
/** Reached from globalThis, or from a builtin module of Node. */
export const BUILTIN = 13
/** Something that a module exports. */
export const MODULE = 14
export const FUNCTION = 15
export const BOUND = 16
/** An object that said what travels instead of it. */
export const REPLACED = 17
/**
 * An instance of a class with a registered reducer, which goes along, so that the other side can send such instances
 * too.
 */
export const REDUCED = 20
/** A class that workers find by its tag or module; see `origin` of core. */
export const ORIGIN = 18
/** `require`, `import()` and `import.meta` of a module. */
export const MODULE_TOOL = 19

/**
 * A view of memory that both sides see, or with no type the buffer itself; `memory` is an object with that `buffer`.
 */
export const SHARED_VIEW = 22

/** An object of the language or of Node that is made again from its state; see engine-objects.ts. */
export const ENGINE = 23

/** Variables that several functions share. */
export const SCOPE = 24

/**
 * A WeakMap or WeakSet with those of its entries whose keys are part of the message, or what the other side may have
 * without it. The same wherever it goes, so that what later messages bring is added.
 */
export const WEAK = 25

/** What a function gives for these arguments: a function that `promisify` and the like have made. */
export const CALL = 26

/** Only in what is explained: why something cannot travel. */
export const REFUSED = 21

export type Node =
  | readonly [kind: typeof REFUSED, complaint: string, hint: string | undefined]
  | readonly [kind: typeof RAW, value: unknown]
  | readonly [kind: typeof OBJECT, prototype: Prototype, integrity: Integrity, properties: Properties]
  | readonly [
      kind: typeof ARRAY,
      prototype: Prototype,
      integrity: Integrity,
      properties: Properties,
      length: number,
      values: readonly Edge[],
    ]
  | readonly [
      kind: typeof MAP,
      prototype: Prototype,
      integrity: Integrity,
      properties: Properties,
      keysAndValues: readonly Edge[],
    ]
  | readonly [
      kind: typeof SET,
      prototype: Prototype,
      integrity: Integrity,
      properties: Properties,
      values: readonly Edge[],
    ]
  | readonly [
      kind: typeof ERROR,
      prototype: Prototype,
      integrity: Integrity,
      properties: Properties,
      stack: string | undefined,
    ]
  | readonly [kind: typeof DATE, prototype: Prototype, integrity: Integrity, properties: Properties, time: number]
  | readonly [
      kind: typeof REGEXP,
      prototype: Prototype,
      integrity: Integrity,
      properties: Properties,
      source: string,
      flags: string,
      lastIndex: number,
    ]
  | readonly [kind: typeof BOXED, value: Edge]
  | readonly [
      kind: typeof VIEW,
      type: string,
      buffer: ArrayBuffer | SharedArrayBuffer,
      byteOffset: number,
      length: number,
    ]
  | readonly [kind: typeof SHARED_VIEW, type: string | undefined, memory: Reference, byteOffset: number, length: number]
  | readonly [
      kind: typeof SCOPE,
      names: readonly string[],
      values: readonly Edge[],
      /** The one around it. */
      parent: Reference | undefined,
      /** The same wherever it goes, for classes that are there already. */
      id: string,
      /** Of an initializer: the first message that brings it sets its value, and it lives on. */
      isKept: boolean,
    ]
  | readonly [kind: typeof CALL, callee: Edge, args: readonly Edge[], properties: Properties]
  | readonly [kind: typeof WEAK, type: 'map' | 'set', id: string, entries: readonly Edge[]]
  | readonly [kind: typeof ENGINE, tag: string, state: readonly unknown[]]
  | readonly [kind: typeof URL_LIKE, type: 'URL' | 'URLSearchParams', text: string]
  | readonly [
      kind: typeof DOM_EXCEPTION,
      message: string,
      name: string,
      stack: string | undefined,
      properties: Properties,
    ]
  | readonly [kind: typeof SYMBOL, type: 'registered' | 'well-known' | 'local', name: string | undefined]
  | readonly [kind: typeof BUILTIN, module: string | undefined, path: readonly string[]]
  | readonly [
      kind: typeof MODULE,
      type: 'esm' | 'cjs',
      url: string,
      path: readonly string[],
      /** The URL of the module that imports `url`, which is what that module wrote. @default `url` is one */
      from?: string,
    ]
  | FunctionNode
  | readonly [kind: typeof BOUND, target: Edge, self: Edge, args: readonly Edge[]]
  | readonly [kind: typeof REPLACED, type: Reference, state: Edge]
  | readonly [kind: typeof REDUCED, revive: Reference, state: Edge, replace: Reference]
  | readonly [
      kind: typeof ORIGIN,
      tag: string,
      module: string,
      name: string,
      part?: string | undefined,
      text?: string | undefined,
    ]
  | readonly [kind: typeof MODULE_TOOL, tool: ModuleTool, url: string]

export type ModuleTool = 'require' | 'import' | 'import.meta'

export type FunctionNode = readonly [
  kind: typeof FUNCTION,
  /** Index into the templates of the message. */
  template: number,
  /** Values of the template's `names`. */
  captures: readonly Edge[],
  /** undefined: a class with a static member of that name. */
  name: string | undefined,
  /** Own properties; for a class its statics. */
  properties: Properties | 0,
  /** What was added to its `prototype`, or changed there. */
  prototype: readonly [Prototype, Properties] | 0,
  /**
   * Of a class: the same class has the same id wherever it goes; another version has other captured values or statics.
   * The sender itself has defined it, or it has been sent to the sender, too.
   */
  identity: readonly [id: string, version: number, isDefinedHere: boolean] | undefined,
  /** What the function itself inherits from, when that is not in its text. */
  parent?: Prototype | undefined,
  /** The innermost scope that it shares with other functions. */
  scope?: Reference | undefined,
]

/** How the text of a function is to be read. */
export type Form = 'expression' | 'method' | 'getter' | 'setter'

/** A function without its captured values: what is compiled once. */
export interface Template {
  readonly text: string
  readonly form: Form
  readonly strict: boolean
  readonly isClass: boolean
  /** Its captured variables. */
  readonly names: readonly string[]
  /** Those that must have their values before a class can be made, such as its superclass; indices into `names`. */
  readonly eager: readonly number[]
  /** Where the text stands, so that stacks point there; '' when not known. Line and column count from 0. */
  readonly url: string
  readonly line: number
  readonly column: number
  /** The source that line and column are of, when a source map told. @default url */
  readonly file?: string | undefined
  readonly usesImport: boolean
  readonly usesImportMeta: boolean
  /**
   * Packages that the module `url` imports for their effects, before the function runs. In between, those that are only
   * imported where they are used (`always` is false). @default none
   */
  readonly effects?: readonly (readonly [specifier: string, always: boolean])[] | undefined
  /** Of a class with private members, whose text was rewritten. */
  readonly members?: MembersText | undefined
}

/** How to find the private members of a class in its rewritten text. Names have their `#`. */
export interface MembersText {
  /** The class that the text becomes a part of. */
  readonly around: readonly [before: string, after: string]
  /** The text before. */
  readonly original: string
  readonly fields: readonly string[]
  /** Method `k` is that of the prototype whose name ends with `k`. */
  readonly methods: readonly (readonly [name: string, kind: 'method' | 'get' | 'set'])[]
  readonly statics: readonly string[]
}

export const FORMAT = 1

/**
 * A packed value. Cloneable: it can be posted to a thread or sent to a process. Unpacking it executes code that it
 * carries.
 */
export interface Packed {
  readonly format: typeof FORMAT
  readonly templates: readonly Template[]
  readonly nodes: readonly Node[]
  readonly root: Edge
  /** Classes of the message that are there already get its values for what they capture, even if those are the same. */
  readonly refresh: boolean
  /** Each WeakMap and WeakSet: also of those that nothing leads to there are entries. @default none */
  readonly weak?: readonly number[] | undefined
  /** What structured clone copied without freezing it. @default none */
  readonly frozen?: readonly object[] | undefined
  /** Objects that have to be moved: the transfer list to post it with, once. @default none */
  readonly transfer?: readonly object[] | undefined
  /** Of a function whose meaning cannot change: equal keys mean equal functions. */
  readonly stableKey?: string | undefined
}
