/** The names that stand for `import.meta` and `import` in text that is compiled elsewhere. */
export const importMetaName = '__manyhands_import_meta'
export const importName = '__manyhands_import'
/** The name that stands for the `this` of the code around an arrow function. */
export const thisName = '__manyhands_this'
/** How a program calls a variable that a function captures. */
export const shownName = (name: string): string => (name === thisName ? 'this' : name)
/** The class that holds the private members of one whose text was rewritten. */
export const membersName = '__manyhands_members'
/** With this a script that was compiled elsewhere begins. */
export const compiledPrefix = `((${importName},${importMetaName})=>()=>{`

/** The name of the file in stacks of a function whose place was not read, because it captures nothing. */
export const PLACELESS = 'manyhands:function'

/** Begins the name of a property whose key is a registered symbol, in the path to a builtin. */
export const REGISTERED = '@@for:'
