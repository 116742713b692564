import { describeValue } from '@manyhands/base'

/**
 * How many tasks run at a time: a number, negative to count down from all (-1 is all), or a share of all such as
 * `'50%'`.
 */
export type Jobs = number | `${number}%`

/**
 * @param cpus - what all is
 * @returns an integer >= 1
 * @throws RangeError for 0 and for what is not an integer; TypeError for what is neither a number nor a share
 */
export function resolveJobs(jobs: Jobs, cpus: number): number {
  if (typeof jobs === 'number') {
    if (!Number.isInteger(jobs) || jobs === 0) throw new RangeError(mistake(jobs))
    return jobs > 0 ? jobs : Math.max(1, cpus + 1 + jobs)
  }
  const share = typeof jobs === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(jobs) : null
  if (share === null) throw new TypeError(mistake(jobs))
  const part = Number(share[1]) / 100
  if (part === 0) throw new RangeError(mistake(jobs))
  return Math.max(1, Math.floor(cpus * part))
}

function mistake(jobs: unknown): string {
  const allowed = "an integer other than 0 (-1 is all, -2 all but one) or a share of all such as '50%'"
  return `jobs must be ${allowed}, got ${describeValue(jobs)}`
}
