import { slot } from '@manyhands/base'

/**
 * Of a program that is bundled into one file: what its workers, which are started from a text of their own, have copies
 * of. It goes by its tag, because no module could be imported for it; everything else of manyhands goes by value, as
 * all functions of a bundle do.
 */
export interface OwnCopies {
  readonly tags: ReadonlySet<string>
  /** This thread's copy. */
  find(tag: string, name: string): unknown
}

const holder = (): { copies: OwnCopies | undefined } =>
  slot('closure.ownCopies', () => ({ copies: undefined as OwnCopies | undefined }))

/** From now on this thread knows that it is part of a bundle. */
export function useOwnCopies(copies: OwnCopies): void {
  holder().copies = copies
}

/** Undefined in an installed package. */
export function ownCopies(): OwnCopies | undefined {
  return holder().copies
}
