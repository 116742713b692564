import { slot } from '@manyhands/base'

/**
 * Of a program that is bundled into one file: what its workers, which are started from a text of their own, have copies
 * of. It goes by its tag, because no module could be imported for it; everything else of manyhands goes by value, as
 * all functions of a bundle do.
 */
export interface OwnCopies {
  readonly tags: ReadonlySet<string>
  /** In such a worker: its copy of what a tag names. The program has what it sent. */
  readonly find?: ((tag: string, name: string) => unknown) | undefined
  /** In such a worker: what parts that it is sent may `require`. */
  readonly modules?: Readonly<Record<string, () => unknown>> | undefined
}

const holder = (): { copies: OwnCopies | undefined; readonly sent: Map<string, unknown> } =>
  slot('closure.ownCopies', () => ({ copies: undefined as OwnCopies | undefined, sent: new Map<string, unknown>() }))

/** From now on this thread knows that it is part of a bundle. */
export function useOwnCopies(copies: OwnCopies): void {
  holder().copies = copies
}

/** Undefined in an installed package. */
export function ownCopies(): OwnCopies | undefined {
  return holder().copies
}

/** In a bundle: what was sent by its tag, and may come back. */
export function sentByTag(): Map<string, unknown> {
  return holder().sent
}
