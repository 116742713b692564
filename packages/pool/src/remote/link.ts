import { slot } from '@manyhands/base'

/** The way of this thread to the objects of one manager: a connection, or in the server itself none. */
export interface Link {
  /** Calls a method. The arguments are read now. */
  call(object: number, method: string, args: readonly unknown[]): Promise<unknown>
  /** The handle with this ticket has arrived here, or never will anywhere. `isNew`: a proxy was made of it. */
  claim(object: number, ticket: string, isNew: boolean): void
  /** A handle is made, for somebody to claim. */
  ticket(object: number): string
  /** A proxy is gone. */
  release(object: number): void
}

/** Of this thread, by the id of the server. */
export const links = (): Map<string, Link> => slot('pool.managerLinks', () => new Map<string, Link>())
