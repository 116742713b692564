import type { Inspector } from '../text/inspector.ts'
import { isImportable } from './import-bindings.ts'
import { lexModule } from './module-text.ts'

const effectsOfModule = new Map<string, readonly string[]>()

/**
 * The packages that an ES module imports without a name, such as `import 'dayjs/locale/de.js'`: what they set up is
 * there for everything in the module, so a worker imports them before it runs a function of it. Not those of the
 * program itself, whose effects may be meant to happen once.
 */
export function effectImports(url: string, scriptId: string, inspector: Inspector): readonly string[] {
  let effects = effectsOfModule.get(url)
  if (effects === undefined) {
    const { text, imports } = lexModule(url, scriptId, inspector)
    effects = imports
      .filter(
        ({ type, importStart, start }) => type === 'static' && /^import\s*['"]$/.test(text.slice(importStart, start)),
      )
      .map(({ specifier }) => String(specifier))
      .filter(specifier => isPackage(specifier) && isImportable(specifier, url))
    effectsOfModule.set(url, effects)
  }
  return effects
}

/** `name` or `name/path`, neither a path nor a URL nor one of the package's own `#imports`. */
function isPackage(specifier: string): boolean {
  return /^[^./#]/.test(specifier) && !URL.canParse(specifier)
}
