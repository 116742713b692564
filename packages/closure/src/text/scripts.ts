import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Inspector } from './inspector.ts'

/** URLs of scripts by the engine's id; an id is never used twice. */
const urls = new Map<string, string>()

/**
 * Frames of the caller's stack that are looked at, ours included: the script of a function is mostly that of the code
 * that sends it.
 */
const FRAMES = 40

/**
 * The URL of the script with `scriptId`, when it is known already or on the stack of the caller; '' when it has none.
 */
export function knownScriptUrl(scriptId: string): string | undefined {
  if (!urls.has(scriptId)) for (const script of callingScripts()) urls.set(script.scriptId, script.url)
  return urls.get(scriptId)
}

/** A script and its URL. */
export interface ScriptAt {
  readonly scriptId: string
  readonly url: string
}

/** The scripts on the stack of the caller, each once, innermost first; ours are among them. */
export function callingScripts(): readonly ScriptAt[] {
  const scripts = new Map<string, ScriptAt>()
  for (const { scriptId, scriptName } of process
    .getBuiltinModule('node:util')
    .getCallSites(FRAMES, { sourceMap: false }) as readonly {
    readonly scriptId?: string
    readonly scriptName: string
  }[]) {
    if (scriptId === undefined || scriptName === '' || scripts.has(scriptId)) continue
    scripts.set(scriptId, { scriptId, url: asUrl(scriptName) })
  }
  return [...scripts.values()]
}

/**
 * The URL of the script with `scriptId`, '' when it has none.
 *
 * Asking the inspector for its scripts takes tens of milliseconds the first time, so that comes last.
 */
export function scriptUrl(scriptId: string, inspector: Inspector): string {
  const known = knownScriptUrl(scriptId)
  if (known !== undefined) return known
  list(inspector)
  if (!urls.has(scriptId)) urls.set(scriptId, '')
  return urls.get(scriptId) ?? ''
}

/** The ES modules that the program had loaded when the scripts were last listed, by URL; and all URLs of that list. */
const modules = new Map<string, ScriptAt>()
const listed = new Set<string>()

function list(inspector: Inspector): void {
  for (const { scriptId, url: name, isModule } of inspector.listScripts()) {
    const url = asUrl(name)
    urls.set(scriptId, url)
    listed.add(url)
    if (isModule) modules.set(url, { scriptId, url })
  }
}

/**
 * The ES modules that the program has loaded, by URL: those at least that came before the scripts in `calling`, so that
 * what these import is among them.
 */
export function loadedModules(inspector: Inspector, calling: readonly ScriptAt[]): ReadonlyMap<string, ScriptAt> {
  if (calling.some(({ url }) => url.startsWith('file:') && !listed.has(url))) list(inspector)
  return modules
}

function asUrl(name: string): string {
  return name.startsWith('/') || /^[A-Za-z]:\\/.test(name) ? pathToFileURL(name).href : name
}

/** The path of a file URL, without query and hash; undefined for what is not a file. */
export function pathOf(url: string): string | undefined {
  return url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : undefined
}

let main: string | undefined

/** True for the module that the program started with: workers never import it. */
export function isMainModule(url: string): boolean {
  main ??= withoutExtension(mainPath())
  return main !== '' && withoutExtension(pathOf(url) ?? '') === main
}

function mainPath(): string {
  const entry = process.argv[1]
  if (entry === undefined) return ''
  try {
    return process.getBuiltinModule('node:fs').realpathSync(entry)
  } catch {
    // Started as `node program` without its extension.
    return entry
  }
}

function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '')
}
