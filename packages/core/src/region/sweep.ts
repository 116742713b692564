import { isProcessAlive } from '../process-identity.ts'

/** Prefix of the names of our files, in full `manyhands-<pid>-<start time>-<id>`. */
export const NAME_PREFIX = 'manyhands-'

const pattern = /^manyhands-(\d+)-(\d+)-/

/** Removes files whose creator died before it could remove them. Other files, and files of living creators, stay. */
export function sweepDeadNames(folder: string): void {
  const { readdirSync, rmSync } = process.getBuiltinModule('node:fs')
  for (const name of readdirSync(folder)) {
    const creator = pattern.exec(name)
    if (creator !== null && !isProcessAlive(Number(creator[1]), Number(creator[2]))) {
      rmSync(`${folder}/${name}`, { force: true })
    }
  }
}
