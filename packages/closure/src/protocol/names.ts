/** The names that stand for `import.meta` and `import` in text that is compiled elsewhere. */
export const importMetaName = '__manyhands_import_meta'
export const importName = '__manyhands_import'
/** With this a script that was compiled elsewhere begins. */
export const compiledPrefix = `((${importName},${importMetaName})=>()=>{`
