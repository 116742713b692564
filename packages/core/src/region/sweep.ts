import { creatorOf, isDead } from '../process-identity.ts'

/** Prefix of the names of our files, in full `manyhands-<mark of the creator>-<id>`. */
export const NAME_PREFIX = 'manyhands-'

/** Removes files whose creator died before it could remove them. Other files, and files of living creators, stay. */
export function sweepDeadNames(folder: string): void {
  const { readdirSync, rmSync } = process.getBuiltinModule('node:fs')
  for (const name of readdirSync(folder)) {
    const creator = creatorOf(name, NAME_PREFIX)
    if (creator !== undefined && isDead(creator)) {
      rmSync(`${folder}/${name}`, { force: true })
    }
  }
}
