import { Script } from 'node:vm'
import type { Template } from '../protocol/message.ts'
import { compiledPrefix, PLACELESS } from '../protocol/names.ts'
import { SCOPE_MARK } from '../protocol/scope-mark.ts'
import { importFrom, importMetaOf } from './module-tools.ts'
import type { RevivedScope } from './revived-scope.ts'

/** A function whose captured variables are not set yet. */
export interface Instance {
  set(values: readonly unknown[]): void
  make(): object
}

/** Compiled texts that are kept; the least recently used goes first. */
const MAX_COMPILED = 1000
const compiled = new Map<string, () => Instance>()

/**
 * The captured variables are `let`s around the text, so that functions that know each other can be made before either
 * has what it captures.
 */
export function compile(template: Template): () => Instance {
  const key = JSON.stringify(template)
  const known = compiled.get(key)
  if (known !== undefined) {
    compiled.delete(key)
    compiled.set(key, known)
    return known
  }
  const { prefix, rest } = scriptOf(template)
  const script = new Script(prefix + rest, {
    filename: fileNameOf(template),
    lineOffset: template.line,
    columnOffset: template.column - prefix.length,
  })
  const factory = linked(script.runInThisContext() as Linkable, template)
  compiled.set(key, factory)
  if (compiled.size > MAX_COMPILED) compiled.delete(compiled.keys().next().value as string)
  return factory
}

/** The same within a scope that the function shares with others. */
export function compileIn(scope: RevivedScope, template: Template): () => Instance {
  const { prefix, rest } = scriptOf(template)
  // An evaluated text has no offset: empty lines stand for those before it.
  const text = `${'\n'.repeat(template.line)}${prefix}${rest}\n//# sourceURL=${fileNameOf(template)}`
  return linked(scope.evaluate(text) as Linkable, template)
}

type Linkable = (importModule: unknown, meta: unknown) => () => Instance

function linked(make: Linkable, template: Template): () => Instance {
  return make(
    template.usesImport ? importFrom(template.url) : undefined,
    template.usesImportMeta ? importMetaOf(template.url) : undefined,
  )
}

function scriptOf(template: Template): { readonly prefix: string; readonly rest: string } {
  const { text, names, form, members } = template
  const values = freeName(text)
  // The mark stays with the variables because the setter names it: so they are known from those of another copy.
  const declarations = names.length === 0 ? '' : `let ${names.join(',')};const ${SCOPE_MARK}={};`
  const assignments =
    names.length === 0 ? '' : `${SCOPE_MARK};${names.map((name, i) => `${name}=${values}[${i}]`).join(';')}`
  const [[before, after], [open, close]] = [wrapping[form], members?.around ?? ['', '']]
  const mode = template.strict ? '"use strict";' : ''
  const setter = `set:${values}=>{${assignments}}`
  const prefix = `${compiledPrefix}${mode}${declarations}return{${setter},make:()=>${before}${open}`
  return { prefix, rest: `${text}${close}${after}}})` }
}

function fileNameOf({ url, file }: Template): string {
  // Not spelled as the module is: if that is loaded here as well, its source map must not be applied once more.
  return file?.replace(/[^/]*$/, './$&') ?? (url === '' ? PLACELESS : url)
}

const wrapping: Readonly<Record<Template['form'], readonly [string, string]>> = {
  expression: ['(', '\n)'],
  method: ['(o=>o[Reflect.ownKeys(o)[0]])({', '\n})'],
  getter: ['(o=>Object.getOwnPropertyDescriptor(o,Reflect.ownKeys(o)[0]).get)({', '\n})'],
  setter: ['(o=>Object.getOwnPropertyDescriptor(o,Reflect.ownKeys(o)[0]).set)({', '\n})'],
}

/** A name that the text does not contain. */
function freeName(text: string): string {
  let name = '__values'
  while (text.includes(name)) name += '_'
  return name
}
