/** The name that stands for `import.meta` in text that is compiled elsewhere. */
export const importMetaName = '__manyhands_import_meta'
