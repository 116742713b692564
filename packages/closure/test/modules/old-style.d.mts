export function makeClasses(): Readonly<Record<string, unknown>>
