import { describeValue } from '@manyhands/base'
import { ProcessPoolExecutor } from './process-pool-executor.ts'
import { ThreadPoolExecutor } from './thread-pool-executor.ts'

/** The executor of each kind, by the name of its backend. */
const executorClasses = { threads: ThreadPoolExecutor, processes: ProcessPoolExecutor } as const

export type ExecutorKind = keyof typeof executorClasses

/** @throws TypeError for another kind */
export function executorClassOf(kind: ExecutorKind): (typeof executorClasses)[ExecutorKind] {
  if (Object.hasOwn(executorClasses, kind)) return executorClasses[kind]
  const known = Object.keys(executorClasses).map(name => `'${name}'`)
  throw new TypeError(`kind must be ${known.join(' or ')}, got ${describeValue(kind)}`)
}
