// The floor of a cold start: a Node process that serves one page with a form and nothing behind it. Started by start.ts.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Static</title>
<style>body{font:18px sans-serif;margin:4em}input,button{font:inherit;display:block;margin:1em 0;padding:.5em}</style>
<h1>Sign in</h1><p>Choose yourself or scan your badge, then type your PIN.</p>
<form><label>Code <input></label><label>PIN <input type="password"></label><button id="sign-in">Sign in</button></form></html>`

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(page)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}/` }))
})
