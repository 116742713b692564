/** The start methods, the default first. What each does is a row in `host/start-methods.ts`. */
export const startMethods = ['spawn', 'forkserver'] as const

/** How processes are started; see `setStartMethod`. */
export type StartMethod = (typeof startMethods)[number]

/** Whoever started this worker. */
export interface ParentFacts {
  readonly name: string
  readonly pid: number
  /** 0 for the main thread of a process. */
  readonly threadId: number
}

/** What a worker knows of the program that it is part of. */
export interface Program {
  /** `process.argv` of the program. */
  readonly argv: readonly string[]
  /** `process.title`, when the program has set it. */
  readonly title: string | undefined
  /** URL of the module that the program started with; undefined when that is no file. */
  readonly mainModule: string | undefined
}

/** Who a worker is, and what it inherits: over its channel, never by the environment, which others can read. */
export interface Lineage {
  readonly name: string
  /** The how-manieth child of its parent it is, behind the parent's own path. */
  readonly path: readonly number[]
  readonly daemon: boolean
  /** How many starts lie between the main program and this worker: 1 for its own workers. */
  readonly depth: number
  readonly parent: ParentFacts
  readonly authKey: Uint8Array
  readonly startMethod: StartMethod
  readonly program: Program
}
