import type { Inspector } from '../text/inspector.ts'
import { packageOf } from './entries.ts'
import { isImportable, isPackageSpecifier } from './import-bindings.ts'
import { lexModule } from './module-text.ts'

/**
 * An import of a module, in the order of its text. `always`: it is imported for its effects; otherwise only where it is
 * used, but before those effects that stand behind it.
 */
export type OrderedImport = readonly [specifier: string, always: boolean]

const effectsOfModule = new Map<string, readonly OrderedImport[]>()

/**
 * The packages that an ES module imports without a name, such as `import 'dayjs/locale/de.js'`: what they set up is
 * there for everything in the module, so a worker imports them before it runs a function of it. Not those of the
 * program itself, whose effects may be meant to happen once.
 *
 * An effect may need an import that stands before it: of the same package it is imported too.
 */
export function effectImports(url: string, scriptId: string, inspector: Inspector): readonly OrderedImport[] {
  let effects = effectsOfModule.get(url)
  if (effects === undefined) effectsOfModule.set(url, (effects = read(url, scriptId, inspector)))
  return effects
}

function read(url: string, scriptId: string, inspector: Inspector): readonly OrderedImport[] {
  const { text, imports } = lexModule(url, scriptId, inspector)
  const all = imports.flatMap(item => {
    if (item.type !== 'static' || item.typeOnly || !isPackageSpecifier(item.specifier)) return []
    if (!isImportable(item.specifier, url)) return []
    const isEffect = /^import\s*['"]$/.test(text.slice(item.importStart, item.start))
    return [{ specifier: item.specifier, isEffect }]
  })
  const last = all.findLastIndex(({ isEffect }) => isEffect)
  const packages = new Set(all.filter(({ isEffect }) => isEffect).map(({ specifier }) => packageOf(specifier)))
  return all
    .slice(0, last + 1)
    .map(({ specifier, isEffect }) => [specifier, isEffect || packages.has(packageOf(specifier))] as const)
}
