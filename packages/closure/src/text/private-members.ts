import type * as Acorn from 'acorn'
import type { MembersText } from '../protocol/message.ts'
import { membersName } from '../protocol/names.ts'
import { parseFunction } from './parse-function.ts'

/** The private members that the text of a class declares, each by its name with the `#`. */
export interface PrivateMembers {
  /** Of instances, in the order in which they come into being. */
  readonly fields: readonly string[]
  readonly methods: readonly string[]
  readonly accessors: readonly string[]
  /** Static fields. Static methods are made with the class. */
  readonly statics: readonly string[]
}

type Declaration = Acorn.MethodDefinition | Acorn.PropertyDefinition

export function privateMembers(node: Acorn.Class): PrivateMembers | undefined {
  const declared = declarations(node)
  const fields = declared.filter(isField)
  const methods = declared.filter(isMethod).filter(member => !member.static)
  const members = {
    fields: fields.filter(member => !member.static).map(nameOf),
    methods: methods.filter(({ kind }) => kind === 'method').map(nameOf),
    accessors: [...new Set(methods.filter(({ kind }) => kind !== 'method').map(nameOf))],
    statics: fields.filter(member => member.static).map(nameOf),
  }
  return Object.values(members).every(({ length }) => length === 0) ? undefined : members
}

/**
 * Rewrites the text of a class so that its private members can be given to an object that exists already.
 *
 * Only a constructor can do that. So a class around it declares them whose constructor returns what it is given, and an
 * instance that is made with `new` gets them from there as well:
 *
 *     class Counter { #n = start; #up() { this.#n++ } }
 *     // becomes, with `Members` for its long name:
 *     class Members extends function (o) { return o } { #n; get #up() { return Members.methods[0] } static {
 *       this.type = (class Counter { #made = new Members(this); #made_0 = (this.#n = start); up_0() { this.#n++ }
 *         static { Members.get = o => [o.#n]; Members.set = (o, v) => { [o.#n] = v } } }) } }
 *
 * Methods stay in the class for their `super`, until the other side takes them from its prototype.
 */
export function rewriteMembers(
  text: string,
  strict: boolean,
): { readonly text: string; readonly members: MembersText } {
  const { node, offset } = parseFunction(text, strict)
  const { body } = node as Acorn.ClassExpression
  const declared = declarations(node as Acorn.ClassExpression)
  const edits: [at: number, end: number, replacement: string][] = []
  const edit = (at: number, end: number, replacement: string): void =>
    void edits.push([at - offset, end - offset, replacement])
  const methods: [name: string, kind: 'method' | 'get' | 'set'][] = []
  const fields: string[] = []
  const statics: string[] = []
  // Of what is put at one place, the last comes first.
  edit(body.end - 1, body.end - 1, accessTo(declared))
  for (const member of declared) {
    const { key, value } = member
    const name = nameOf(member)
    // What follows must not be taken for a part of the value.
    if (isField(member)) edit(member.end, member.end, ';')
    if (isField(member) && member.static) {
      statics.push(name)
      // Up to its end: the value may stand in parentheses, which are no part of it.
      edit(key.end, member.end, text.slice(key.end - offset, member.end - offset).replace(/[^\n]/g, ''))
    } else if (isField(member)) {
      edit(key.start, key.end, `#${membersName}_${fields.push(name) - 1}`)
      if (value) {
        const named = isAnonymous(value)
        edit(value.start, value.start, `(this.${name}=${named ? `({${JSON.stringify(name)}:` : ''}(`)
        edit(value.end, value.end, `)${named ? `})[${JSON.stringify(name)}]` : ''})`)
      }
    } else if (!member.static) {
      methods.push([name, member.kind as 'method' | 'get' | 'set'])
      // Text that was minified has `get#name`.
      edit(key.start, key.end, ` ${membersName}_${methods.length - 1}`)
    }
  }
  if (fields.length + methods.length > 0) {
    edit(body.start + 1, body.start + 1, `#${membersName}=new ${membersName}(this);`)
  }
  let rewritten = text
  for (const [at, end, replacement] of edits.toSorted((a, b) => b[0] - a[0] || b[1] - a[1])) {
    rewritten = rewritten.slice(0, at) + replacement + rewritten.slice(end)
  }
  const before = `class ${membersName} extends function(o){return o}{${declare(fields, methods)}static{this.type=(`
  return { text: rewritten, members: { around: [before, '\n)}}'], original: text, fields, methods, statics } }
}

/** At the end of the class: what reads its private members and sets them. */
function accessTo(declared: readonly Declaration[]): string {
  const list = (owner: string, ofClass: boolean): string => {
    const fields = declared.filter(member => isField(member) && member.static === ofClass)
    return `[${fields.map(member => `${owner}.${nameOf(member)}`).join()}]`
  }
  const ofInstances = declared.find(member => !member.static)
  const access =
    ofInstances === undefined
      ? ''
      : `m.has=o=>${nameOf(ofInstances)} in o;m.get=o=>${list('o', false)};m.set=(o,v)=>{${list('o', false)}=v};`
  return (
    `;static{const c=this,m=${membersName};${access}` +
    `m.getStatics=()=>${list('c', true)};m.setStatics=v=>{${list('c', true)}=v}}`
  )
}

/** Whether text of a class may have private members. */
export function mayHaveMembers(text: string): boolean {
  return text.startsWith('class') && text.includes('#')
}

/** A private field that the rewritten text adds. */
export function isAdded(name: string): boolean {
  return name.startsWith(`#${membersName}`)
}

function declare(fields: readonly string[], methods: MembersText['methods']): string {
  return [
    ...fields.map(name => `${name};`),
    ...methods.map(([name, kind], i) => {
      const method = `${membersName}.methods[${i}]`
      if (kind === 'method') return `get ${name}(){return ${method}}`
      return kind === 'get' ? `get ${name}(){return ${method}.call(this)}` : `set ${name}(v){${method}.call(this,v)}`
    }),
  ].join('')
}

function declarations({ body }: Acorn.Class): readonly Declaration[] {
  return body.body.filter(
    (member): member is Declaration => member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier',
  )
}

function isField(member: Declaration): member is Acorn.PropertyDefinition {
  return member.type === 'PropertyDefinition'
}

function isMethod(member: Declaration): member is Acorn.MethodDefinition {
  return !isField(member)
}

function nameOf({ key }: Declaration): string {
  return `#${(key as Acorn.PrivateIdentifier).name}`
}

/** A function or class that gets its name from the field. */
function isAnonymous(value: Acorn.Expression): boolean {
  return (
    value.type === 'ArrowFunctionExpression' ||
    ((value.type === 'FunctionExpression' || value.type === 'ClassExpression') && !value.id)
  )
}
