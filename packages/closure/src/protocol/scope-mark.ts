/**
 * In a scope that was revived: a variable whose value no other scope has. Two functions that see the same one share the
 * scope.
 */
export const SCOPE_MARK = '__manyhands_scope'
