/**
 * What the server of a manager and those that have proxies say to each other. Every message is an array that starts
 * with one of these; values are in it as the codec made them, so that one that cannot be revived fails its call and no
 * other.
 */

// ---- to the server

/** `[CALL, id, object, method, encoded arguments]` */
export const CALL = 1
/**
 * `[CLAIM, object, ticket, isNew]`: the handle with this ticket has arrived; `isNew` when there is one more proxy now.
 */
export const CLAIM = 2
/** `[TICKET, object, ticket]`: a handle with this ticket is under way. */
export const TICKET = 3
/** `[RELEASE, object]`: one proxy less. */
export const RELEASE = 4

// ---- from the server

/** `[RESULT, id, encoded [value]]` */
export const RESULT = 5
/** `[FAILURE, id, encoded [error]]` */
export const FAILURE = 6
/** `[MANAGED, id, handle]`: the result stays where it is, this is for a proxy of it. */
export const MANAGED = 7
/** `[BYE]`: the manager was shut down. */
export const BYE = 8

export type ManagerMessage = readonly [kind: number, ...unknown[]]

/** What the manager itself is called by. Its objects are numbered from 1 on. */
export const ROOT = 0

/** Where a manager is. Whoever has it may call its objects. */
export interface ServerAddress {
  readonly id: string
  readonly address: string
  readonly key: Uint8Array
}

/** What travels instead of a proxy. */
export interface ProxyHandle {
  readonly server: ServerAddress
  readonly object: number
  /** Keeps the object until the handle has arrived. Each that is made has another. */
  readonly ticket: string
  /** Methods of an object of a class that can be called, and those that it has as well. */
  readonly exposed?: readonly string[] | undefined
  readonly hidden?: readonly string[] | undefined
  readonly className?: string | undefined
}

export type ContainerKind = 'list' | 'dict' | 'set' | 'namespace'
