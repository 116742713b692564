import { cpuLimitVariable } from '../here/cpu-count.ts'

/**
 * What native libraries read when they are loaded, to size a pool of threads of their own (the list is joblib's, and
 * rayon's). Without a limit each process takes all processors for itself.
 *
 * `UV_THREADPOOL_SIZE` is not among them: the threads of libuv wait for files and names as well as compute. With one
 * thread a file is read only when all that is computed before it is done (seconds, where it is milliseconds with 4),
 * and two processes on two processors were no faster for it, but slower by a fifth.
 */
const variables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'NUMBA_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'RAYON_NUM_THREADS',
] as const

/**
 * The environment of a worker process that may use `share` processors: what runs in it sizes its pools by that, so that
 * all workers together do not take the processors many times over. What the user has set stays as it is.
 *
 * A spare process receives this with its orders, before the modules of its tasks are loaded. Modules that `setPreload`
 * names were loaded with the environment of the program.
 *
 * @param given - the option `env`. @default the environment of this process
 */
export function limitedEnvironment(share: number, given: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv {
  const limit = String(share)
  const limited: NodeJS.ProcessEnv = Object.fromEntries(variables.map(name => [name, limit]))
  return given === undefined
    ? { ...limited, ...process.env, [cpuLimitVariable]: limit }
    : { ...limited, [cpuLimitVariable]: limit, ...given }
}
