// A readable page of the API, made from its OpenAPI description: no script, no network. Called by http-server.
import type { OpenAPI } from '@orpc/openapi'

type Json = Record<string, unknown>

export function docsPage(document: OpenAPI.Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) => ({
      path,
      method,
      operation: operation as Json,
    })),
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(document.info.title)}</title>
<style>${style}</style>
<main>
<h1>${escaped(document.info.title)} <small>${escaped(document.info.version)}</small></h1>
<p>${escaped(document.info.description ?? '')}</p>
<p>As data: <a href="/openapi.json">/openapi.json</a>. Health: <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/version">/version</a>.</p>
<nav><ul>${operations.map(linkTo).join('')}</ul></nav>
${operations.map(section).join('\n')}
</main>
</html>`
}

type Operation = { path: string; method: string; operation: Json }

function linkTo({ path, method, operation }: Operation): string {
  return `<li><a href="#${idOf(path, method)}"><b>${escaped(method.toUpperCase())}</b> ${escaped(path)}</a> ${escaped(textOf(operation['summary']))}</li>`
}

function section({ path, method, operation }: Operation): string {
  const parameters = Array.isArray(operation['parameters']) ? (operation['parameters'] as Json[]) : []
  const responses = Object.entries((operation['responses'] ?? {}) as Record<string, Json>)
  return `<section id="${idOf(path, method)}">
<h2><b>${escaped(method.toUpperCase())}</b> ${escaped(path)}</h2>
<p>${escaped(textOf(operation['summary']))}</p>
${parameters.map((each) => schemaBlock(`${textOf(each['name'])} (${textOf(each['in'])})`, each['schema'])).join('')}
${schemaBlock('Request body', schemaOf(operation['requestBody'] as Json | undefined))}
${responses.map(([status, response]) => schemaBlock(`Answer ${status}: ${textOf(response['description'])}`, schemaOf(response))).join('')}
</section>`
}

function schemaOf(holder: Json | undefined): unknown {
  const content = holder?.['content'] as Record<string, Json> | undefined
  return content?.['application/json']?.['schema']
}

function schemaBlock(title: string, schema: unknown): string {
  if (schema === undefined) return ''
  return `<details><summary>${escaped(title)}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`
}

function idOf(path: string, method: string): string {
  return `${method}-${path.replaceAll(/[^a-z0-9]+/gi, '-')}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}main{max-width:60rem;margin:auto;padding:1rem}
h2{font-size:1.1rem;border-top:1px solid #8886;padding-top:1rem}h2 b,li b{font-family:ui-monospace,monospace}
pre{overflow:auto;max-height:30rem;background:#8881;padding:.75rem;border-radius:.5rem;font-size:.8rem}
summary{cursor:pointer;padding:.4rem 0}small{font-weight:normal;opacity:.7}ul{padding-left:1.2rem}`
