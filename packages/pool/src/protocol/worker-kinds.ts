import type { Across } from '@manyhands/base'

/** What is known of a kind of worker. Code asks for what it needs, never for the name: another kind is another row. */
interface WorkerTraits {
  /** Who its messages are packed for. */
  readonly across: Across
  /** The executor of such workers, as errors name it. */
  readonly executor: string
  /** The class of one that runs a function of its own. */
  readonly child: 'Thread' | 'Process'
  /** It has an environment of its own, and with it a share of the processors. */
  readonly ownEnvironment: boolean
  /** It has a working directory of its own, which follows that of the program. */
  readonly ownDirectory: boolean
  /** Nobody but its parent prints an error that it did not catch, or knows that it was ended on purpose. */
  readonly parentReports: boolean
}

export const workerKinds = {
  thread: {
    across: 'threads',
    executor: 'ThreadPoolExecutor',
    child: 'Thread',
    ownEnvironment: false,
    ownDirectory: false,
    parentReports: true,
  },
  process: {
    across: 'processes',
    executor: 'ProcessPoolExecutor',
    child: 'Process',
    ownEnvironment: true,
    ownDirectory: true,
    parentReports: false,
  },
} as const satisfies Readonly<Record<string, WorkerTraits>>

export type WorkerKind = keyof typeof workerKinds
