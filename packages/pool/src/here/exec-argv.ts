/**
 * Flags that belong to the program and not to its workers; each also stands for its `=value` form and its longer names
 * (`--inspect-brk`).
 */
const ofTheProgramOnly = [
  '--inspect',
  '--test',
  '--watch',
  '--cpu-prof',
  '--heap-prof',
  '--input-type',
  '--eval',
  '--print',
  '--diagnostic-dir',
]
const withSourceText = ['-e', '-p', '-pe', '--eval', '--print']

/** The program is a text among its flags, and not a file. */
export function hasSourceText(execArgv: readonly string[]): boolean {
  return execArgv.some(flag => withSourceText.includes(flag.split('=', 1)[0] ?? ''))
}

/** The flags of this process that its workers inherit. */
export function inheritedExecArgv(execArgv: readonly string[] = process.execArgv): string[] {
  const kept: string[] = []
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i] ?? ''
    if (withSourceText.includes(flag)) {
      i++ // the text follows as an argument of its own
      continue
    }
    const name = flag.split('=', 1)[0] ?? ''
    if (ofTheProgramOnly.some(prefix => name === prefix || name.startsWith(`${prefix}-`))) {
      const value = execArgv[i + 1]
      if (!flag.includes('=') && takesValue(name) && value !== undefined && !value.startsWith('-')) i++
      continue
    }
    kept.push(flag)
  }
  return kept
}

function takesValue(name: string): boolean {
  return (
    name === '--input-type' ||
    name === '--diagnostic-dir' ||
    /^--(cpu|heap)-prof-/.test(name) ||
    name.startsWith('--test-') ||
    name === '--watch-path'
  )
}
