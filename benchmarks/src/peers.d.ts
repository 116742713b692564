/** The parts that the rows use of packages that come without types for how they are imported here. */

declare module 'comlink/dist/esm/comlink.mjs' {
  type Remote = Readonly<Record<string, (x: unknown) => unknown>>
  export function wrap(endpoint: unknown): Remote
  export function transfer<T>(value: T, transferables: readonly unknown[]): T
}

declare module 'comlink/dist/esm/node-adapter.mjs' {
  export default function nodeEndpoint(worker: unknown): unknown
}

declare module 'threads' {
  type Remote = Readonly<Record<string, (x: unknown) => unknown>>
  interface ThreadsPool {
    queue(task: (worker: Remote) => unknown): unknown
    terminate(force: boolean): Promise<void>
  }
  export function Pool(start: () => Promise<Remote>, options: { readonly size: number }): ThreadsPool
  export function Transfer(value: unknown, transferables: readonly unknown[]): unknown
  export function spawn(worker: Worker): Promise<Remote>
  export class Worker {
    constructor(file: string)
  }
}

declare module 'nanothreads' {
  export class ThreadPool {
    constructor(options: { readonly task: (x: unknown) => unknown; readonly count: number })
    exec(x: unknown): unknown
    terminate(): unknown
  }
}
