import { SHARE_ENV } from 'node:worker_threads'
import { describeValue } from '@manyhands/base'
import { type WorkerKind, workerKinds } from '../protocol/worker-kinds.ts'

/** What the code in a worker finds around itself. */
export interface PlaceOptions {
  /**
   * Environment of the worker. Of a thread it may be `SHARE_ENV` of `node:worker_threads`: then it is the program's
   * own, changes included. A worker process of an executor also gets its share of the processors: the limit of
   * `cpuCount()`, and `OMP_NUM_THREADS` and the like for native libraries, unless they are set here or in the
   * environment of the program. @default a copy of this thread's, as it is when the worker is started
   */
  readonly env?: NodeJS.ProcessEnv | typeof SHARE_ENV | undefined
  /** What stands in the worker's `process.argv` behind the program's name. @default the arguments of the program */
  readonly argv?: readonly string[] | undefined
  /**
   * Flags of Node.js. @default this process's, without those that concern only it (`--inspect`, `--test`, `-e` and the
   * like)
   */
  readonly execArgv?: readonly string[] | undefined
}

export const placeOptionNames: readonly (keyof PlaceOptions)[] = ['env', 'argv', 'execArgv']

/** @throws TypeError naming the option, the value and what is allowed */
export function checkPlaceOptions(kind: WorkerKind, { env, argv, execArgv }: PlaceOptions): void {
  if (env === SHARE_ENV) {
    if (workerKinds[kind].ownEnvironment) {
      throw new TypeError(
        'env must not be SHARE_ENV for processes, which cannot share it: pass an object, or use threads',
      )
    }
  } else if (env !== undefined && (typeof env !== 'object' || env === null)) {
    throw new TypeError(`env must be an object, got ${describeValue(env)}`)
  }
  for (const [name, list] of [
    ['argv', argv],
    ['execArgv', execArgv],
  ] as const) {
    if (list === undefined) continue
    if (!Array.isArray(list)) throw new TypeError(`${name} must be an array, got ${describeValue(list)}`)
    const wrong: unknown = list.find(item => typeof item !== 'string')
    if (wrong !== undefined) throw new TypeError(`${name} must contain strings, got ${describeValue(wrong)}`)
  }
}
