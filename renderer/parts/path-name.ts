// Whether a device's only name is the path of a file, which tells a person nothing. Used where devices are named.
export function isPathName(name: string): boolean {
  return /[\\/]/.test(name)
}
