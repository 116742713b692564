import { InvalidStateError } from '@manyhands/base'
import type { Lineage, StartMethod } from '../protocol/lineage.ts'
import type { WorkerKind } from '../protocol/worker-kinds.ts'
import { currentProcess, place } from './current-process.ts'
import { currentProgram } from './program.ts'

export const depthLimitVariable = 'MANYHANDS_MAX_DEPTH'
/**
 * Larger: a program that starts itself over and over takes more of the machine before it is stopped. Smaller: honest
 * recursion is refused.
 */
const MAX_DEPTH = 10

export interface ChildFacts {
  readonly name: string
  readonly daemon: boolean
  readonly path?: readonly number[] | undefined
  readonly authKey?: Uint8Array | undefined
  readonly startMethod: StartMethod
  /** What stands behind the program's name in `process.argv`. @default the arguments of this thread */
  readonly argv?: readonly string[] | undefined
}

/**
 * What a worker that is started here is told of itself.
 *
 * @throws InvalidStateError when it would be nested too deep
 */
export function childLineage({ name, daemon, path, authKey, startMethod, argv }: ChildFacts): Lineage {
  const { lineage, threadId } = place()
  const depth = (lineage?.depth ?? 0) + 1
  const most = depthLimit()
  if (depth > most) {
    throw new InvalidStateError(
      `\`${name}\` would be nested ${depth} deep, and ${most} is the limit: does each process start another? ` +
        `${depthLimitVariable} sets another limit`,
    )
  }
  const current = currentProcess()
  return {
    name,
    path: path ?? lineage?.path ?? [],
    daemon,
    depth,
    parent: { name: current.name, pid: process.pid, threadId },
    authKey: authKey ?? current.authKey,
    startMethod,
    program: currentProgram(argv),
  }
}

/** The place of the next child, behind that of this process: `[1, 2]` is the second child of the first. */
export function nextPath(kind: WorkerKind): readonly number[] {
  const here = place()
  return [...(here.lineage?.path ?? []), ++here.children[kind]]
}

function depthLimit(): number {
  const limit = process.env[depthLimitVariable]
  if (limit === undefined || limit === '') return MAX_DEPTH
  const most = Number(limit)
  if (!Number.isInteger(most) || most < 1) {
    throw new RangeError(`${depthLimitVariable} must be an integer >= 1, got ${JSON.stringify(limit)}`)
  }
  return most
}
