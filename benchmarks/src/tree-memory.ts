import { readFileSync, readdirSync } from 'node:fs'

/**
 * Resident memory of this process and all that descend from it, in MB; PSS counts shared pages in shares. Linux only.
 */
export function treeMemory(): { readonly rssMB: number; readonly pssMB: number } {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? read(`/proc/${entry}/stat`) : undefined
    if (stat === undefined) continue
    // The name in parentheses may hold anything; behind it come the state and the parent.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  let [rssKb, pssKb] = [0, 0]
  const pending = [process.pid]
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    pending.push(...(children.get(pid) ?? []))
    const usage = read(`/proc/${pid}/smaps_rollup`) ?? ''
    rssKb += Number(/Rss:\s+(\d+)/.exec(usage)?.[1] ?? 0)
    pssKb += Number(/Pss:\s+(\d+)/.exec(usage)?.[1] ?? 0)
  }
  return { rssMB: rssKb / 1024, pssMB: pssKb / 1024 }
}

/** Undefined for a process that is gone by now. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return undefined
    }
    throw error
  }
}
