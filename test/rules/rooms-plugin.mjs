// The house's own lint rules, loaded by oxlint (oxlint.json, `jsPlugins`). They hold the rooms of rooms.mjs apart and
// forbid what the architecture forbids. rooms.test.ts proves each rule on generated files.
import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { bannedGlobals, reasonAgainst, roomOf, toolFiles } from './rooms.mjs'

const rootOfFolder = new Map()

/** The top of the repository: the nearest folder upwards that has a package.json. */
const rootOf = (folder) => {
  if (!rootOfFolder.has(folder)) {
    const isTop = existsSync(join(folder, 'package.json')) || dirname(folder) === folder
    rootOfFolder.set(folder, isTop ? folder : rootOf(dirname(folder)))
  }
  return rootOfFolder.get(folder)
}

const placeOf = (context) => {
  const path = relative(rootOf(dirname(context.filename)), context.filename)
    .split(sep)
    .join('/')
  return { path, room: roomOf(path), isTool: toolFiles.includes(path) }
}

/** The text of a string literal or of a template without holes; undefined for anything computed. */
const plainText = (node) => {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked
  return undefined
}

const memberName = (node) => (node.computed ? plainText(node.property) : node.property.name)
const isNamed = (node, name) => node?.type === 'Identifier' && node.name === name
const isImportMeta = (node) => node?.type === 'MetaProperty' && node.meta.name === 'import'

const arrows = {
  create(context) {
    const { path, room, isTool } = placeOf(context)
    const check = (source, node) => {
      const specifier = plainText(source)
      if (specifier === undefined) {
        if (room && room.name !== 'test') {
          context.report({
            node,
            message: `Import with a computed name: nobody can tell which room it enters. Write the name as a plain string.`,
          })
        }
        return
      }
      const reason = room ? reasonAgainst(room, specifier) : reasonAgainstTool(specifier)
      if (reason) context.report({ node, message: reason })
    }
    const checkSource = (node) => node.source && check(node.source, node)
    return {
      Program(node) {
        if (!room && !isTool) {
          context.report({
            node,
            message: `File '${path}' belongs to no room. Move it into a folder of test/rules/rooms.mjs, or list it there as a tool file.`,
          })
        }
      },
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: (node) => check(node.source ?? node.argument?.literal ?? node.argument, node),
      TSExternalModuleReference: (node) => check(node.expression, node),
      CallExpression(node) {
        if (isLoader(node.callee) && node.arguments.length > 0) check(node.arguments[0], node)
      },
      NewExpression(node) {
        const text =
          isNamed(node.callee, 'URL') && hasImportMetaUrl(node.arguments[1]) && plainText(node.arguments[0])
        if (text && /\.[cm]?[jt]sx?$/.test(text)) check(node.arguments[0], node)
      },
    }
  },
}

const reasonAgainstTool = (specifier) =>
  specifier.startsWith('#') || specifier.startsWith('.')
    ? `A tool file imports no room and no neighbour ('${specifier}').`
    : undefined

/** require(…), require.resolve(…), module.require(…), import.meta.resolve(…) and import.meta.glob(…) all name a module. */
const isLoader = (callee) => {
  if (isNamed(callee, 'require')) return true
  if (callee.type !== 'MemberExpression') return false
  const name = memberName(callee)
  if (isImportMeta(callee.object)) return name === 'resolve' || name === 'glob'
  return (
    (isNamed(callee.object, 'require') && name === 'resolve') ||
    (isNamed(callee.object, 'module') && name === 'require')
  )
}

const hasImportMetaUrl = (node) =>
  node?.type === 'MemberExpression' && isImportMeta(node.object) && memberName(node) === 'url'

const pure = {
  create(context) {
    const { room } = placeOf(context)
    if (!room?.isPure) return {}
    const report = (node, name) =>
      context.report({
        node,
        message: `Room '${room.name}' is pure: '${name}' may not be used here. Time, chance, timers and the machine are passed in as parameters (ports).`,
      })
    return {
      'Program:exit'(program) {
        const globalScope =
          context.sourceCode.scopeManager?.globalScope ?? context.sourceCode.getScope(program)
        const free = [
          ...globalScope.through,
          ...globalScope.variables.flatMap((variable) =>
            variable.defs.length === 0 ? variable.references : [],
          ),
        ]
        for (const { identifier } of free) {
          if (bannedGlobals.includes(identifier.name)) report(identifier, identifier.name)
          if (identifier.name === 'Math' && !isSafeMath(identifier)) report(identifier, 'Math.random')
        }
      },
    }
  },
}

/** `Math.floor` yes; `Math.random`, `Math[name]`, `const { random } = Math` and `const m = Math` no. */
const isSafeMath = ({ parent }) =>
  parent?.type === 'MemberExpression' && memberName(parent) !== undefined && memberName(parent) !== 'random'

const zodNamespace = {
  create(context) {
    const report = (node) =>
      context.report({
        node,
        message: "Write `import * as z from 'zod'`: the named import costs 65 kB more in the built screen.",
      })
    return {
      ImportDeclaration(node) {
        if (!/^zod(\/|$)/.test(node.source.value) || node.importKind === 'type') return
        const values = node.specifiers.filter((specifier) => specifier.importKind !== 'type')
        if (values.some((specifier) => specifier.type !== 'ImportNamespaceSpecifier')) report(node)
      },
    }
  },
}

const pressStartNames = new Set(['onPressStart', 'onPointerDown', 'onPointerDownCapture'])

const noPressStart = {
  create(context) {
    if (!placeOf(context).room?.isScreen) return {}
    const check = (node, name) => {
      if (!pressStartNames.has(name)) return
      context.report({
        node,
        message: `'${name}' acts before the finger is lifted and leaks the tap to the layer below. Use onPress.`,
      })
    }
    return {
      JSXAttribute: (node) => check(node, node.name.name),
      Property: (node) =>
        check(node, node.computed ? plainText(node.key) : (node.key.name ?? node.key.value)),
    }
  },
}

const noDefaultExport = {
  create(context) {
    if (placeOf(context).isTool) return {}
    const report = (node) =>
      context.report({
        node,
        message: 'No default exports: give it a name, so that it is called the same everywhere.',
      })
    return {
      ExportDefaultDeclaration: report,
      ExportSpecifier(node) {
        if ((node.exported.name ?? node.exported.value) === 'default') report(node)
      },
    }
  },
}

const noOpenExternal = {
  create(context) {
    const report = (node) =>
      context.report({
        node,
        message:
          'shell.openExternal hands a string to the operating system; the terminal opens nothing outside its own window.',
      })
    return {
      MemberExpression: (node) => memberName(node) === 'openExternal' && report(node),
      ObjectPattern: (node) =>
        node.properties.some(
          (property) => property.key && (property.key.name ?? property.key.value) === 'openExternal',
        ) && report(node),
      ImportSpecifier: (node) =>
        (node.imported.name ?? node.imported.value) === 'openExternal' && report(node),
    }
  },
}

const isPassingOn = (statement) =>
  statement.type === 'ExportAllDeclaration' ||
  (statement.type === 'ExportNamedDeclaration' && !statement.declaration && statement.specifiers.length > 0)

const noBarrel = {
  create(context) {
    return {
      Program(node) {
        const isOnlyPassingOn = node.body.every(
          (statement) => statement.type === 'ImportDeclaration' || isPassingOn(statement),
        )
        if (isOnlyPassingOn && node.body.some(isPassingOn)) {
          context.report({
            node,
            message:
              'This file only passes on what others export (a barrel). Delete it and import from the file that owns the name.',
          })
        }
      },
    }
  },
}

export default {
  meta: { name: 'house' },
  rules: {
    arrows,
    pure,
    'zod-namespace': zodNamespace,
    'no-press-start': noPressStart,
    'no-default-export': noDefaultExport,
    'no-open-external': noOpenExternal,
    'no-barrel': noBarrel,
  },
}
